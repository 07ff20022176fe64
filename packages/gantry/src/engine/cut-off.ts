import type { ContainerInspect } from "./api-types.ts";
import { type EngineClient, EngineFailure } from "./client.ts";

/**
 * Takes a running container off all its networks, so that nobody reaches it, and gives what puts it back under the same
 * names. Pausing would do too, and must not be used on what has a health check: a probe that begins in the same instant
 * is frozen while the engine holds the container, and neither `unpause` nor `rm` of it ever returns (seen with engine
 * 26.1; the same family as moby/moby#36661).
 */
export async function cutOff(
  engine: EngineClient,
  container: ContainerInspect,
  signal?: AbortSignal,
): Promise<() => Promise<void>> {
  const networks = Object.values(container.NetworkSettings.Networks ?? {});
  const cut: (typeof networks)[number][] = [];
  const putBack = async (): Promise<void> => {
    for (const { NetworkID, Aliases, IPAMConfig } of cut)
      await engine
        .call({
          method: "POST",
          path: `/networks/${NetworkID}/connect`,
          body: {
            Container: container.Id,
            EndpointConfig: { Aliases: Aliases ?? [], ...(IPAMConfig ? { IPAMConfig } : {}) },
          },
        })
        .catch(unlessGone);
  };
  try {
    for (const network of networks) {
      // Noted first: a call that was cut short may have been carried out.
      cut.push(network);
      await engine.call({
        method: "POST",
        path: `/networks/${network.NetworkID}/disconnect`,
        body: { Container: container.Id, Force: true },
        signal,
      });
    }
  } catch (error) {
    await putBack();
    throw error;
  }
  return putBack;
}

/** Connected already, or the container or network is no more: then there is nothing to put back. */
function unlessGone(error: unknown): void {
  if (error instanceof EngineFailure && (error.status === 403 || error.status === 404)) return;
  throw error;
}
