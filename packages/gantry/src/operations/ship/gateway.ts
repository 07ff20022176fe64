import {
  type GatewayFacts,
  type Upstream,
  upstreamsIn,
  type WrittenUpstream,
} from "../../blueprint/gateway.ts";
import type { Blueprint } from "../../blueprint/model.ts";
import { findContainer } from "../../engine/containers.ts";
import { execInContainer } from "../../engine/exec.ts";
import type { Session } from "../session.ts";
import type { Present } from "./model.ts";

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

/** Where a gateway tells which generation it serves, from inside. */
export const generationUrl = (facts: GatewayFacts): string =>
  `http://127.0.0.1:${facts.statusPort}/generation`;

/** What is served, in the first line; then what is written. */
const stateScript = `curl -sf --max-time 3 "$URL" || true
echo
cat "$FILE"`;

/**
 * Requests from inside the gateway's container, on its networks, all at once; the answers' statuses in the order of the
 * addresses, 0 where there was none.
 */
export async function askInside(
  session: Session,
  gateway: Gateway,
  urls: readonly string[],
): Promise<readonly number[]> {
  const { stdout } = await execInContainer(session.engine, gateway.id, {
    command: [
      "curl",
      "-s",
      "--parallel",
      "--max-time",
      "3",
      "-w",
      "%{urlnum} %{http_code}\\n",
      ...urls.flatMap((url) => ["-o", "/dev/null", url]),
    ],
    signal: session.signal,
  });
  const statuses = new Map(
    stdout
      .trim()
      .split("\n")
      .map((line) => line.split(" ").map(Number) as [number, number]),
  );
  return urls.map((_, i) => statuses.get(i) || 0);
}

/** Path that tells whether a service is ready, on the port that requests come to; `undefined` when it names none. */
export function readinessPath(blueprint: Blueprint, upstream: Upstream): string | undefined {
  const probe = blueprint.services[upstream.service]?.health.probe;
  return probe?.kind === "http" && probe.port === upstream.port ? probe.path : undefined;
}
