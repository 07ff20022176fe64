import type { Problem } from "../base/errors.ts";
import { problems } from "../engine/catalogue.ts";
import { isFree } from "../engine/ports.ts";
import { whoHasPort } from "../engine/translate.ts";
import type { Member } from "./lifecycle.ts";
import type { Session } from "./session.ts";

/**
 * Ports that containers are about to publish and that someone else has, each with its owner. Known before anything
 * starts, where the engine would say it only when that container's turn comes, the gateway's last of all.
 */
export async function takenPorts(session: Session, members: readonly Member[]): Promise<readonly Problem[]> {
  const { engine } = session;
  // Ports of an engine elsewhere are not ours to try.
  if (engine.address.kind !== "unix") return [];
  const wanted = members.flatMap(({ service, container }) => {
    if (container === undefined || container.State.Running) return [];
    return Object.entries(container.HostConfig.PortBindings ?? {}).flatMap(([key, bindings]) =>
      key.endsWith("/tcp")
        ? (bindings ?? []).map(({ HostIp, HostPort }) => ({ service, host: HostIp, port: Number(HostPort) }))
        : [],
    );
  });
  const found = await Promise.all(
    wanted.map(async ({ service, host, port }) => {
      // No port or 0: the engine takes any that is free.
      if (!(port > 0) || (await isFree(port, host === "" ? "0.0.0.0" : host))) return [];
      return [problems.portTaken(String(port), service, await whoHasPort(port, engine))];
    }),
  );
  return found.flat();
}
