import { stripVTControlCharacters } from "node:util";
import { GantryError } from "../base/errors.ts";
import { problems } from "../engine/catalogue.ts";
import { runCompose, watchArguments } from "../engine/compose.ts";
import { prepareProject, requireServices } from "./compose-run.ts";
import type { OperationContext } from "./context.ts";
import { operate } from "./session.ts";

/** What watching may be told. */
export interface WatchOptions {
  /** Only these services. */
  readonly services?: readonly string[];
}

/**
 * Follows the sources into the running containers of `dev` until it is aborted: syncs, restarts and rebuilds as the
 * stack's watch rules say; every sync is a log event. Call it after `up`. Resolves when aborted.
 */
export async function watch(context: OperationContext, options: WatchOptions = {}): Promise<void> {
  return operate(context, { id: "watch", title: `watch ${context.project.name}` }, async (session) => {
    const { blueprint, engine, signal, task } = session;
    if (blueprint.environment !== "dev")
      throw new GantryError(problems.onlyInDev("Watching"), { exit: "usage" });
    requireServices(blueprint, options.services ?? []);
    const services = Object.values(blueprint.services)
      .filter(({ develop }) => (develop?.watch.length ?? 0) > 0)
      .map(({ name }) => name)
      .filter((name) => options.services === undefined || options.services.includes(name));
    if (services.length === 0) throw new GantryError(problems.nothingToWatch(), { exit: "usage" });
    const { compose } = await prepareProject(session);
    task.progress("watching");
    try {
      await runCompose(compose, watchArguments(services), {
        engine,
        signal,
        onLine: ({ text, stream }) => {
          const line = stripVTControlCharacters(text).trim();
          if (line !== "") task.log(line, stream);
        },
      });
    } catch (error) {
      // Ctrl-C is how watching ends.
      if (!signal.aborted) throw error;
    }
  });
}
