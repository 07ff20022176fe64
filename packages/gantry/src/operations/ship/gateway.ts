import { setTimeout as sleep } from "node:timers/promises";
import { GantryError } from "../../base/errors.ts";
import {
  type GatewayFacts,
  type Pin,
  type Upstream,
  upstreamsIn,
  upstreamsText,
  type WrittenUpstream,
} from "../../blueprint/gateway.ts";
import type { Blueprint } from "../../blueprint/model.ts";
import { findContainer } from "../../engine/containers.ts";
import { listProcesses } from "../../engine/deploying.ts";
import { execInContainer } from "../../engine/exec.ts";
import type { Session } from "../session.ts";
import type { Present } from "./model.ts";
import { deployProblems } from "./problems.ts";

/** How long nginx may take to take over a configuration that it accepted. */
const proveMs = 15_000;

/** Answers in a row that must come from the right containers. */
const proofs = 5;

/** A gateway that runs, and that can be told where to send requests. */
export interface Gateway {
  readonly id: string;
  /** Service of the stack. */
  readonly service: string;
  readonly facts: GatewayFacts;
  /** As its running configuration had them when it was found; the stack may say something else by now. */
  readonly upstreams: readonly WrittenUpstream[];
  /** The generation that its processes served when it was found, whatever its file says. */
  readonly served: string | undefined;
  /** Its addresses by network. */
  readonly networks: Readonly<Record<string, string>>;
}

/** An answer to a request from inside the gateway. */
export interface Answer {
  /** 0 when there was none. */
  readonly status: number;
  /** Address of the container that gave it, where a route was asked. */
  readonly by: string;
}

/** Gateways that run and whose configuration names its upstreams in a file of its own. */
export async function findGateways(
  session: Session,
  present: readonly Present[],
): Promise<readonly Gateway[]> {
  const { engine, blueprint, signal } = session;
  const found = await Promise.all(
    Object.values(blueprint.services).flatMap(({ name, gateway: facts }) => {
      if (facts === undefined) return [];
      return present
        .filter(({ service, running }) => service === name && running)
        .map(async ({ id }): Promise<readonly Gateway[]> => {
          const container = await findContainer(engine, id, signal);
          const read = await execInContainer(engine, id, {
            command: ["sh", "-c", stateScript],
            environment: { FILE: facts.upstreamsFile, URL: generationUrl(facts) },
            signal,
          });
          if (container === undefined || read.exitCode !== 0) return [];
          const networks = addressesOf(container.NetworkSettings.Networks ?? {});
          const [served = "", ...file] = read.stdout.split("\n");
          return [
            {
              id,
              service: name,
              facts,
              upstreams: upstreamsIn(file.join("\n")),
              served: served.trim() === "" ? undefined : served.trim(),
              networks,
            },
          ];
        });
    }),
  );
  return found.flat();
}

/** Addresses by network; a container that does not run has none. */
export function addressesOf(
  networks: Readonly<Record<string, { readonly IPAddress: string }>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(networks)
      .filter(([, { IPAddress }]) => IPAddress !== "")
      .map(([name, { IPAddress }]) => [name, IPAddress]),
  );
}

/** A container's address on a network that the gateway is on too. */
export function sharedAddress(
  gateway: Pick<Gateway, "networks">,
  networks: Readonly<Record<string, string>>,
): string | undefined {
  const shared = Object.keys(networks)
    .sort()
    .find((name) => gateway.networks[name] !== undefined);
  return shared === undefined ? undefined : networks[shared];
}

const generationUrl = (facts: GatewayFacts): string => `http://127.0.0.1:${facts.statusPort}/generation`;

/** What is served, in the first line; then what is written. */
const stateScript = `curl -sf --max-time 3 "$URL" || true
echo
cat "$FILE"`;

/** Processes that served until a reload; they are gone when the last request in flight has its answer. */
export interface Leaving {
  readonly gateway: Gateway;
  readonly workers: readonly number[];
}

/**
 * Makes the gateway send requests to these containers: writes the file, lets nginx test all of its configuration,
 * reloads, and asks until the new generation answers. A configuration that nginx refuses is taken back before anything
 * was reloaded. `prove` may ask for more than that.
 */
export async function pinGateway(
  session: Session,
  gateway: Gateway,
  pin: Pin,
  prove: () => Promise<void> = async () => {},
): Promise<Leaving> {
  const { engine, signal } = session;
  const workers = (await readWorkers(session, gateway)).map(({ pid }) => pid);
  // One call, because each costs time in which nothing happens. A rename is one step: nginx reads the old or the new.
  const { exitCode, stdout, stderr } = await execInContainer(engine, gateway.id, {
    command: ["sh", "-c", switchScript],
    environment: {
      TEXT: upstreamsText(gateway.upstreams, pin),
      FILE: gateway.facts.upstreamsFile,
      URL: generationUrl(gateway.facts),
      GENERATION: pin.generation,
    },
    signal,
  });
  const said = `${stdout}${stderr}`.trim().split("\n");
  if (exitCode === notServed)
    throw new GantryError(
      deployProblems.notSwitched(gateway.service, pin.generation, said.at(-1) || "nothing"),
      { exit: "unhealthy" },
    );
  if (exitCode !== 0)
    throw new GantryError(deployProblems.gatewayRefused(gateway.service, said.slice(-10)), {
      exit: "unhealthy",
    });
  await Promise.all([proveLeaving(session, gateway, workers), prove()]);
  return { gateway, workers };
}

/** Exit code of the script below when the old generation goes on answering. */
const notServed = 75;

/** Asks 20 times a second for 15 s. */
const switchScript = `set -eu
printf %s "$TEXT" > "$FILE.new"
cp "$FILE" "$FILE.before"
mv "$FILE.new" "$FILE"
if ! nginx -t; then
  mv "$FILE.before" "$FILE"
  exit 1
fi
nginx -s reload
tries=0
until served=$(curl -s --max-time 3 "$URL"); [ "$served" = "$GENERATION" ]; do
  tries=$((tries + 1))
  if [ "$tries" -gt 300 ]; then
    echo "$served"
    exit ${notServed}
  fi
  sleep 0.05
done`;

/** Workers that are on their way out already, for a run that did not see the reload itself. */
export async function findLeaving(session: Session, gateway: Gateway): Promise<Leaving> {
  const workers = await readWorkers(session, gateway);
  return {
    gateway,
    workers: workers.filter(({ title }) => title.includes("shutting down")).map(({ pid }) => pid),
  };
}

/** Asks a route until several answers in a row come from these addresses and no other. */
export async function proveAnswers(
  session: Session,
  gateway: Gateway,
  upstream: Upstream,
  path: string,
  addresses: ReadonlySet<string>,
): Promise<void> {
  const url = `http://127.0.0.1:${gateway.facts.statusPort}/answers/${upstream.name}${path}`;
  const urls = Array.from({ length: proofs }, (_, i) => `${url}${path.includes("?") ? "&" : "?"}proof=${i}`);
  const begun = performance.now();
  for (;;) {
    const answers = await askInside(session, gateway, urls);
    if (answers.every(({ by }) => addresses.has(hostOf(by)))) return;
    if (performance.now() - begun > proveMs) {
      const seen = [...new Set(answers.map(({ by }) => by))].join(", ");
      throw new GantryError(
        deployProblems.notSwitched(
          gateway.service,
          [...addresses].join(", "),
          seen === "" ? "nothing" : seen,
        ),
        { exit: "unhealthy" },
      );
    }
    await sleep(50, undefined, { signal: session.signal });
  }
}

/** Requests from inside the gateway's container, on its networks, all at once; the answers in the order of the addresses. */
export async function askInside(
  session: Session,
  gateway: Gateway,
  urls: readonly string[],
): Promise<readonly Answer[]> {
  const { stdout } = await execInContainer(session.engine, gateway.id, {
    command: [
      "curl",
      "-s",
      "--parallel",
      "--max-time",
      "3",
      "-w",
      "%{urlnum} %{http_code} %header{x-answered-by}\\n",
      ...urls.flatMap((url) => ["-o", "/dev/null", url]),
    ],
    signal: session.signal,
  });
  const answers = new Map<number, Answer>();
  for (const line of stdout.trim().split("\n")) {
    const [number, status, ...by] = line.split(" ");
    answers.set(Number(number), { status: Number(status) || 0, by: by.join(" ") });
  }
  return urls.map((_, i) => answers.get(i) ?? { status: 0, by: "" });
}

/** Waits until the workers that served before a reload are gone; what is left of them after `limitMs`. */
export async function drain(
  session: Session,
  leaving: readonly Leaving[],
  limitMs: number,
  onWait: (left: number) => void,
): Promise<number> {
  const begun = performance.now();
  for (;;) {
    const counts = await Promise.all(
      leaving.map(async ({ gateway, workers }) => {
        const now = new Set((await readWorkers(session, gateway)).map(({ pid }) => pid));
        return workers.filter((pid) => now.has(pid)).length;
      }),
    );
    const left = counts.reduce((sum, count) => sum + count, 0);
    if (left === 0 || performance.now() - begun > limitMs) return left;
    onWait(left);
    await sleep(200, undefined, { signal: session.signal });
  }
}

/** Every worker from before is on its way out: the one that was asked is not the only one. */
async function proveLeaving(session: Session, gateway: Gateway, before: readonly number[]): Promise<void> {
  const begun = performance.now();
  for (;;) {
    const there = (await readWorkers(session, gateway)).filter(({ pid }) => before.includes(pid));
    if (there.every(({ title }) => title.includes("shutting down"))) return;
    if (performance.now() - begun > proveMs)
      throw new GantryError(
        deployProblems.notSwitched(gateway.service, "the new one", "the old one in one of its processes"),
        { exit: "unhealthy" },
      );
    await sleep(50, undefined, { signal: session.signal });
  }
}

function readWorkers(
  session: Session,
  gateway: Gateway,
): Promise<readonly { readonly pid: number; readonly title: string }[]> {
  return listProcesses(session.engine, gateway.id, session.signal).then((all) =>
    all.filter(({ title }) => title.includes("nginx: worker process")),
  );
}

/** The last one of `a:1, b:2`: nginx lists all that it tried. */
function hostOf(address: string): string {
  return (address.split(/[,:] /).at(-1) ?? "").replace(/:\d+$/, "").trim();
}

/** Path that tells whether a service is ready, on the port that requests come to; `undefined` when it names none. */
export function readinessPath(blueprint: Blueprint, upstream: Upstream): string | undefined {
  const probe = blueprint.services[upstream.service]?.health.probe;
  return probe?.kind === "http" && probe.port === upstream.port ? probe.path : undefined;
}
