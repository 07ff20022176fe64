import { join } from "node:path";
import { steadyNow } from "../base/clock.ts";
import { problems } from "../engine/catalogue.ts";
import { takeLock } from "../engine/lock.ts";
import { containerName, removeAll, surveyProject } from "./cleanup.ts";
import { dependenciesOf } from "./compose-run.ts";
import type { OperationContext } from "./context.ts";
import { withdraw } from "./delivery.ts";
import { operate, stateOf } from "./session.ts";

/** What `gantry down` may be told. */
export interface DownOptions {
  /** Also remove the volumes: all data of this environment is lost. */
  readonly volumes?: boolean;
}

/** What `gantry down` removed. */
export interface DownResult {
  readonly project: string;
  readonly containers: readonly string[];
  readonly networks: readonly string[];
  readonly volumes: readonly string[];
  /** Volumes that were kept, with the data in them. */
  readonly kept: readonly string[];
  readonly durationMs: number;
}

/** Stops and removes the environment's containers and networks; data stays unless `volumes` says otherwise. */
export async function down(context: OperationContext, options: DownOptions = {}): Promise<DownResult> {
  return operate(
    context,
    { id: "down", title: `down ${context.project.name} in ${context.environment}` },
    async (session) => {
      const begun = steadyNow();
      const { engine, blueprint, signal } = session;
      await using _lock = await takeLock(
        join(stateOf(context), `${blueprint.project}.lock`),
        blueprint.project,
        "gantry down",
        { signal: context.signal },
      );
      const found = await surveyProject(engine, blueprint.project, signal);
      const tasks = new Map(
        found.containers.map((container) => {
          const name = containerName(container).replace(`${blueprint.project}-`, "");
          return [container.Id, session.part("service", `service:${name}`, name)];
        }),
      );
      const removed = await removeAll(
        engine,
        { ...found, volumes: options.volumes === true ? found.volumes : [] },
        {
          dependencies: dependenciesOf(blueprint),
          onContainer: (container, state) => {
            const task = tasks.get(container.Id);
            if (state === "removed") task?.finish("ok", "removed");
            else task?.progress("stopping");
          },
        },
      );
      if (removed.stuck.length > 0) session.task.warn(problems.notRemoved(removed.stuck));
      await withdraw(engine, blueprint.project, context.project.root);
      return {
        project: blueprint.project,
        containers: removed.containers,
        networks: removed.networks,
        volumes: removed.volumes,
        kept: found.volumes.filter((name) => !removed.volumes.includes(name)),
        durationMs: steadyNow() - begun,
      };
    },
    (result) =>
      result.containers.length + result.networks.length + result.volumes.length === 0
        ? { outcome: "unchanged", state: "nothing ran" }
        : { outcome: "ok", state: "down" },
  );
}
