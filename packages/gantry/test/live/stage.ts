import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Event } from "../../src/base/events.ts";
import type { Blueprint } from "../../src/blueprint/model.ts";
import type { EngineClient } from "../../src/engine/client.ts";
import { composeLabels, listContainers } from "../../src/engine/containers.ts";
import { processStarted } from "../../src/engine/lock.ts";
import { removeImage } from "../../src/engine/resources.ts";
import { withdrawSecrets } from "../../src/engine/secret-delivery.ts";
import { removeAll, surveyProject } from "../../src/operations/cleanup.ts";
import type { OperationContext, Project } from "../../src/operations/context.ts";
import { connectHere } from "./here.ts";

/** A project on disk whose files are written by hand, on the real engine; gone with everything of it at the end. */
export interface Stage extends AsyncDisposable {
  readonly name: string;
  readonly root: string;
  readonly engine: EngineClient;
  readonly events: Event[];
  context(signal?: AbortSignal): OperationContext;
  /** Changes rendered files, as another render would. */
  render(files: Readonly<Record<string, string>>): void;
}

/** What stands on the stage. */
export interface StageSettings {
  readonly blueprint: (name: string) => Blueprint;
  /** Rendered files, below the project's folder. */
  readonly rendered: (name: string) => Readonly<Record<string, string>>;
  /** Other files. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Sets one up; `await using` takes it down. */
export async function setStage(settings: StageSettings): Promise<Stage> {
  const name = `t${process.pid}x${randomBytes(4).toString("hex")}`;
  const root = mkdtempSync(join(tmpdir(), "gantry-live-"));
  const engine = await connectHere();
  swept ??= sweepStages(engine);
  await swept;
  const blueprint = settings.blueprint(name);
  let rendered = new Map(Object.entries(settings.rendered(name)));
  for (const [path, text] of Object.entries(settings.files ?? {})) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const project: Project = {
    root,
    source: "stack.ts",
    name,
    blueprint: () => blueprint,
    files: () => rendered,
  };
  const events: Event[] = [];
  return {
    name,
    root,
    engine,
    events,
    context: (signal = new AbortController().signal) => ({
      project,
      environment: blueprint.environment,
      emit: (event) => events.push(event),
      signal,
    }),
    render: (files) => {
      rendered = new Map([...rendered, ...Object.entries(files)]);
    },
    async [Symbol.asyncDispose]() {
      const remains = await surveyProject(engine, blueprint.project);
      await removeAll(engine, remains, { dependencies: new Map(), graceSeconds: 0 });
      for (const tag of ["latest", "test"]) await removeImage(engine, `${name}-app:${tag}`);
      await withdrawSecrets(blueprint.project, root);
      await engine[Symbol.asyncDispose]();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

let swept: Promise<void> | undefined;

/** Removes what stages left whose process was killed: their number stands in their names. */
async function sweepStages(engine: EngineClient): Promise<void> {
  const containers = await listContainers(engine, { label: [composeLabels.project] });
  const projects = new Set(containers.map(({ Labels }) => Labels[composeLabels.project] as string));
  for (const project of projects) {
    const pid = /^t(\d+)x[0-9a-f]{8}-/.exec(project)?.[1];
    if (pid === undefined || processStarted(Number(pid)) !== undefined) continue;
    const remains = await surveyProject(engine, project);
    await removeAll(engine, remains, { dependencies: new Map(), graceSeconds: 0 });
  }
}

/** What was said of a task, in order: states and how it ended. */
export function story(events: readonly Event[], id: string): readonly string[] {
  return events
    .filter((event) => event.id === id)
    .flatMap((event) =>
      event.kind === "progress"
        ? [event.state]
        : event.kind === "finished"
          ? [`${event.outcome}: ${event.state}`]
          : [],
    );
}
