import { readFile, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { describeUnknown, GantryError } from "../base/errors.ts";
import { listing } from "../base/names.ts";
import type { Blueprint } from "../blueprint/model.ts";
import { problems } from "../engine/catalogue.ts";
import {
  composeLabels,
  listContainers,
  ofProject,
  restartContainer,
  unpackInto,
} from "../engine/containers.ts";
import { execInContainer } from "../engine/exec.ts";
import { watchFiles } from "../engine/file-watch.ts";
import { type TarEntry, tarArchive } from "../engine/tar.ts";
import { asProblem, translate } from "../engine/translate.ts";
import { requireServices } from "./compose-run.ts";
import type { OperationContext } from "./context.ts";
import { operate, type Session } from "./session.ts";
import { type SyncAction, syncPlan, uninteresting } from "./sync-plan.ts";
import { bringUp } from "./up.ts";

/** What watching may be told. */
export interface WatchOptions {
  /** Only these services. */
  readonly services?: readonly string[];
  /** What changed since an earlier moment, such as before the build; from now on when absent. */
  readonly sources?: Sources;
}

/** Sources that are being watched, and what of them changed and nobody has asked for yet. */
export interface Sources extends Disposable {
  /** The next changes, paths below the stack's folder; none once the signal aborts. */
  readonly next: (signal: AbortSignal) => Promise<readonly string[]>;
}

/** Editors write a file in several steps, and checkouts touch many: what comes within this time is one change. */
const settleMs = 60;

/**
 * Begins to watch, and keeps what changes until `watch` takes it. Call it before the images are built: what is saved
 * while they are, or while containers start, may be in the image or not.
 */
export function observeSources(context: OperationContext, options: WatchOptions = {}): Sources {
  const blueprint = context.project.blueprint(context.environment);
  const { root } = context.project;
  const services = watchedServices(blueprint, options.services);
  const inside = (path: string): string => relative(root, path).split(sep).join("/");
  const changed = new Set<string>();
  let wake = Promise.withResolvers<void>();
  const files = watchFiles(watchedPaths(blueprint, root, services), {
    skip: (path) => uninteresting(blueprint, services, inside(path)),
    onChange: (path) => {
      changed.add(inside(path));
      wake.resolve();
    },
  });
  return {
    async next(signal) {
      const stop = (): void => wake.resolve();
      signal.addEventListener("abort", stop, { once: true });
      if (!signal.aborted) await wake.promise;
      signal.removeEventListener("abort", stop);
      wake = Promise.withResolvers<void>();
      if (signal.aborted) return [];
      await new Promise((resolve) => setTimeout(resolve, settleMs));
      const batch = [...changed];
      changed.clear();
      return batch;
    },
    [Symbol.dispose]: () => files[Symbol.dispose](),
  };
}

/**
 * Follows the sources into the running containers of `dev` until it is aborted: syncs, restarts and rebuilds as the
 * stack's watch rules say; every sync is a log event. Call it after `up`. Resolves when aborted.
 *
 * It does what `docker compose watch` does with the same rules, but also where that cannot: Docker 26 refuses to
 * copy into a container whose user is a number that the host does not know.
 */
export async function watch(context: OperationContext, options: WatchOptions = {}): Promise<void> {
  return operate(context, { id: "watch", title: `watch ${context.project.name}` }, async (session) => {
    const { blueprint, signal, task } = session;
    if (blueprint.environment !== "dev")
      throw new GantryError(problems.onlyInDev("Watching"), { exit: "usage" });
    requireServices(blueprint, options.services ?? []);
    const services = watchedServices(blueprint, options.services);
    if (services.length === 0) throw new GantryError(problems.nothingToWatch(), { exit: "usage" });
    using sources = options.sources ?? observeSources(context, options);
    task.progress(`watching ${listing(services)}`);
    while (!signal.aborted) {
      const batch = await sources.next(signal);
      if (batch.length > 0) await perform(session, syncPlan(blueprint, services, batch));
    }
  });
}

function watchedServices(blueprint: Blueprint, wanted: readonly string[] | undefined): readonly string[] {
  return Object.values(blueprint.services)
    .filter(({ develop }) => (develop?.watch.length ?? 0) > 0)
    .map(({ name }) => name)
    .filter((name) => wanted === undefined || wanted.length === 0 || wanted.includes(name));
}

function watchedPaths(blueprint: Blueprint, root: string, services: readonly string[]): readonly string[] {
  const paths = services.flatMap((name) =>
    (blueprint.services[name]?.develop?.watch ?? []).map((rule) => join(root, rule.path)),
  );
  return [...new Set(paths)];
}

/** Does a batch; a failure is told, and watching goes on: the next save may repair it. */
async function perform(session: Session, actions: readonly SyncAction[]): Promise<void> {
  const { task } = session;
  const syncs = actions.filter((action) => action.kind === "sync");
  await Promise.all(syncs.map((action) => attempt(session, action.service, () => sync(session, action))));
  // Services of one image change together; one line says so.
  const lines = Map.groupBy(syncs, ({ files, restart }) => `${restart} ${summary([...files.keys()])}`);
  for (const [first, ...others] of lines.values()) {
    if (first === undefined) continue;
    const names = [first, ...others].map(({ service }) => service);
    const verb = first.restart ? "synced, and restarted" : "synced into";
    task.log(`${verb} ${listing(names)}: ${summary([...first.files.keys()])}`);
  }
  const rebuilds = actions.filter((action) => action.kind === "rebuild");
  const [cause] = rebuilds;
  if (cause === undefined) return;
  const names = rebuilds.map(({ service }) => service);
  task.log(`rebuilding ${listing(names)}: ${cause.because} changed`);
  await attempt(session, listing(names), async () => {
    await bringUp(session, { services: names });
    task.log(`rebuilt ${listing(names)}`);
  });
}

async function attempt(session: Session, what: string, work: () => Promise<void>): Promise<void> {
  const { task, signal, engine } = session;
  try {
    await work();
  } catch (error) {
    if (signal.aborted) return;
    const known = await translate(error, { engine });
    if (known instanceof GantryError) for (const problem of known.problems) task.warn(problem);
    else task.warn({ ...asProblem(known), what: `${what}: ${describeUnknown(known)}` });
  }
}

async function sync(session: Session, action: Extract<SyncAction, { kind: "sync" }>): Promise<void> {
  const { engine, blueprint, signal, context } = session;
  const image = blueprint.services[action.service]?.image;
  const user = image?.kind === "built" ? blueprint.images[image.image]?.plan.image.user : undefined;
  const written: TarEntry[] = [];
  const removed: string[] = [];
  for (const [path, target] of action.files) {
    const entry = await tarEntry(join(context.project.root, path), target, user ?? { uid: 0, gid: 0 });
    if (entry === undefined) removed.push(target);
    else written.push(entry);
  }
  const containers = await listContainers(
    engine,
    {
      label: [...(ofProject(blueprint.project)["label"] ?? []), `${composeLabels.service}=${action.service}`],
      status: ["running"],
    },
    signal,
  );
  const archive = tarArchive(written);
  await Promise.all(
    containers.map(async ({ Id }) => {
      if (written.length > 0) await unpackInto(engine, Id, archive, { signal });
      // As the service's own user, who owns the sources: without capabilities root may not.
      if (removed.length > 0)
        await execInContainer(engine, Id, { command: ["rm", "-rf", "--", ...removed], signal });
      if (action.restart) await restartContainer(engine, Id, signal);
    }),
  );
}

async function tarEntry(
  file: string,
  target: string,
  owner: { readonly uid: number; readonly gid: number },
): Promise<TarEntry | undefined> {
  try {
    const stats = await stat(file);
    if (!stats.isFile() && !stats.isDirectory()) return undefined;
    return {
      path: target.replace(/^\//, ""),
      content: stats.isDirectory() ? "folder" : await readFile(file),
      mode: stats.mode & 0o777,
      time: stats.mtimeMs / 1000,
      ...owner,
    };
  } catch (error) {
    // Gone again since it was told of.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function summary(paths: readonly string[]): string {
  return paths.length <= 3 ? listing(paths) : `${paths.slice(0, 2).join(", ")} and ${paths.length - 2} more`;
}
