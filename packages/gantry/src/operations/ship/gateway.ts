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
import { type ContainerCommandResult, execInContainer } from "../../engine/exec.ts";
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
          const read = await execInContainer(engine, id, { command: ["cat", facts.upstreamsFile], signal });
          if (container === undefined || read.exitCode !== 0) return [];
          const networks = addressesOf(container.NetworkSettings.Networks ?? {});
          return [{ id, service: name, facts, upstreams: upstreamsIn(read.stdout), networks }];
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

/** The generation that the gateway's processes serve, whatever its file says. */
export async function servedGeneration(session: Session, gateway: Gateway): Promise<string | undefined> {
  const url = `http://127.0.0.1:${gateway.facts.statusPort}/generation`;
  const { exitCode, stdout } = await inside(session, gateway, ["curl", "-sf", "--max-time", "3", url]);
  return exitCode === 0 ? stdout.trim() : undefined;
}

/** Processes that served until a reload; they are gone when the last request in flight has its answer. */
export interface Leaving {
  readonly gateway: Gateway;
  readonly workers: readonly number[];
}

/**
 * Makes the gateway send requests to these containers: writes the file, lets nginx test all of its configuration,
 * reloads, and asks until the new generation answers. A configuration that nginx refuses is taken back before anything
 * was reloaded.
 */
export async function pinGateway(session: Session, gateway: Gateway, pin: Pin): Promise<Leaving> {
  const { engine, signal } = session;
  const workers = (await readWorkers(session, gateway)).map(({ pid }) => pid);
  // One call, because each costs time in which nothing happens. A rename is one step: nginx reads the old or the new.
  const { exitCode, stdout, stderr } = await execInContainer(engine, gateway.id, {
    command: ["sh", "-c", switchScript],
    environment: { TEXT: upstreamsText(gateway.upstreams, pin), FILE: gateway.facts.upstreamsFile },
    signal,
  });
  if (exitCode !== 0) {
    const evidence = `${stdout}${stderr}`.trim().split("\n").slice(-10);
    throw new GantryError(deployProblems.gatewayRefused(gateway.service, evidence), { exit: "unhealthy" });
  }
  await proveGeneration(session, gateway, pin.generation, workers);
  return { gateway, workers };
}

const switchScript = `set -eu
printf %s "$TEXT" > "$FILE.new"
cp "$FILE" "$FILE.before"
mv "$FILE.new" "$FILE"
if ! nginx -t; then
  mv "$FILE.before" "$FILE"
  exit 1
fi
nginx -s reload`;

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
  const end = Date.now() + proveMs;
  for (;;) {
    const answers = await askInside(
      session,
      gateway,
      `${url}${path.includes("?") ? "&" : "?"}proof=[1-${proofs}]`,
    );
    if (answers.length === proofs && answers.every(({ by }) => addresses.has(hostOf(by)))) return;
    if (Date.now() > end) {
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
    await sleep(100, undefined, { signal: session.signal });
  }
}

/** Requests from inside the gateway's container, on its networks; curl understands `[1-5]` as five requests. */
export async function askInside(
  session: Session,
  gateway: Gateway,
  url: string,
  timeoutSeconds = 3,
): Promise<readonly Answer[]> {
  const { stdout } = await inside(session, gateway, [
    "curl",
    "-s",
    "-o",
    "/dev/null",
    "--max-time",
    String(timeoutSeconds),
    "-w",
    "%{http_code} %header{x-answered-by}\\n",
    url,
  ]);
  return stdout
    .trim()
    .split("\n")
    .map((line) => {
      const [status, ...by] = line.split(" ");
      return { status: Number(status) || 0, by: by.join(" ") };
    });
}

/** Waits until the workers that served before a reload are gone; what is left of them after `limitMs`. */
export async function drain(
  session: Session,
  leaving: readonly Leaving[],
  limitMs: number,
  onWait: (left: number) => void,
): Promise<number> {
  const end = Date.now() + limitMs;
  for (;;) {
    const counts = await Promise.all(
      leaving.map(async ({ gateway, workers }) => {
        const now = new Set((await readWorkers(session, gateway)).map(({ pid }) => pid));
        return workers.filter((pid) => now.has(pid)).length;
      }),
    );
    const left = counts.reduce((sum, count) => sum + count, 0);
    if (left === 0 || Date.now() > end) return left;
    onWait(left);
    await sleep(200, undefined, { signal: session.signal });
  }
}

/** Several requests on new connections say the generation, and every worker from before is on its way out. */
async function proveGeneration(
  session: Session,
  gateway: Gateway,
  generation: string,
  before: readonly number[],
): Promise<void> {
  const end = Date.now() + proveMs;
  let seen: string | undefined;
  for (;;) {
    seen = await servedGeneration(session, gateway);
    const leaving = (await readWorkers(session, gateway)).filter(({ pid }) => before.includes(pid));
    if (seen === generation && leaving.every(({ title }) => title.includes("shutting down"))) return;
    if (Date.now() > end) break;
    await sleep(50, undefined, { signal: session.signal });
  }
  throw new GantryError(deployProblems.notSwitched(gateway.service, generation, seen ?? "nothing"), {
    exit: "unhealthy",
  });
}

function readWorkers(
  session: Session,
  gateway: Gateway,
): Promise<readonly { readonly pid: number; readonly title: string }[]> {
  return listProcesses(session.engine, gateway.id, session.signal).then((all) =>
    all.filter(({ title }) => title.includes("nginx: worker process")),
  );
}

function inside(
  session: Session,
  gateway: Gateway,
  command: readonly string[],
): Promise<ContainerCommandResult> {
  return execInContainer(session.engine, gateway.id, { command, signal: session.signal });
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
