import type { Problem } from "../base/errors.ts";
import { problems } from "../engine/catalogue.ts";
import type { EngineClient } from "../engine/client.ts";
import type { ComposeModel } from "../engine/compose-model.ts";
import { isFree } from "../engine/ports.ts";
import { whoHasPort } from "../engine/translate.ts";
import type { Member } from "./lifecycle.ts";

/** A port of the engine's machine that a service is about to publish. */
export interface WantedPort {
  readonly service: string;
  readonly host: string;
  readonly port: number;
}

/** Ports of containers that are made and do not run yet. */
export function portsOfMembers(members: readonly Member[]): readonly WantedPort[] {
  return members.flatMap(({ service, container }) => {
    if (container === undefined || container.State.Running) return [];
    return Object.entries(container.HostConfig.PortBindings ?? {}).flatMap(([key, bindings]) =>
      key.endsWith("/tcp")
        ? (bindings ?? []).map(({ HostIp, HostPort }) => ({ service, host: HostIp, port: Number(HostPort) }))
        : [],
    );
  });
}

/** Ports of services that have no container yet; a range is the engine's to choose from. */
export function portsOfModel(model: ComposeModel): readonly WantedPort[] {
  return Object.entries(model.services).flatMap(([service, { ports = [] }]) =>
    ports
      .filter(({ protocol = "tcp", published = "" }) => protocol === "tcp" && /^\d+$/.test(published))
      .map(({ host_ip = "", published }) => ({ service, host: host_ip, port: Number(published) })),
  );
}

/**
 * Those of the ports that someone else has, each with its owner. Known before anything starts, where the engine would
 * say it only when that container's turn comes, the gateway's last of all.
 */
export async function takenPorts(
  engine: EngineClient,
  wanted: readonly WantedPort[],
): Promise<readonly Problem[]> {
  // Ports of an engine elsewhere are not ours to try.
  if (engine.address.kind !== "unix") return [];
  const found = await Promise.all(
    wanted.map(async ({ service, host, port }) => {
      // No port or 0: the engine takes any that is free.
      if (!(port > 0) || (await isFree(port, host === "" ? "0.0.0.0" : host))) return [];
      return [problems.portTaken(String(port), service, await whoHasPort(port, engine))];
    }),
  );
  return found.flat();
}
