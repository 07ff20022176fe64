import { GantryError } from "../../base/errors.ts";
import type { Blueprint } from "../../blueprint/model.ts";
import { listContainers } from "../../engine/containers.ts";
import { type ImageSummary, listImages, pruneBuildCache } from "../../engine/images.ts";
import { findLogin } from "../../engine/registry/credentials.ts";
import { ghcrShelf } from "../../engine/registry/ghcr.ts";
import { registryProblems } from "../../engine/registry/problems.ts";
import { distributionShelf, type Shelf } from "../../engine/registry/shelf.ts";
import { diskUsage, removeImage } from "../../engine/resources.ts";
import { asProblem } from "../../engine/translate.ts";
import type { OperationContext } from "../context.ts";
import { operate, type Session, stateOf } from "../session.ts";
import { forgetOld, keptGenerations } from "../ship/generations.ts";
import { DeployBook } from "../ship/journal.ts";
import type { GenerationRecord } from "../ship/model.ts";
import { chooseLocal, type LocalVerdict } from "./local.ts";
import { pruneShelf, type ShelfReport } from "./registry.ts";

/** What can be pruned. */
export const pruneParts = ["registry", "images", "generations", "cache"] as const;

/** One of them. */
export type PrunePart = (typeof pruneParts)[number];

/** What `gantry prune` may be told. */
export interface PruneOptions {
  /** All when absent; the registry only where the stack names one. */
  readonly parts?: readonly PrunePart[];
  /** Remove; without it nothing is touched. */
  readonly apply?: boolean;
  /** Newest images to keep, of each name; 10 when absent. */
  readonly keep?: number;
  /** Tags to keep whatever their age, with `*` for anything. */
  readonly keepTags?: readonly string[];
  /** Bytes that the build cache may have; 5 GB when absent. */
  readonly cacheBytes?: number;
  /** Prefix such as `ghcr.io/acme`; the stack's own when absent. */
  readonly registry?: string;
}

/** What was, or would be, removed. */
export interface PruneResult {
  readonly applied: boolean;
  readonly registry: readonly ShelfReport[];
  readonly images: readonly LocalVerdict[];
  /** Generations whose files and images are given up. */
  readonly generations: readonly number[];
  /** Bytes of the build cache now, and what goes of it. */
  readonly cache: { readonly bytes: number; readonly reclaimed: number } | undefined;
}

/** Tags that mean something else than an age. */
export const keptTags: readonly string[] = ["latest", "buildcache"];

/** Removes what nobody needs any more, or says what that would be. */
export async function prune(context: OperationContext, options: PruneOptions = {}): Promise<PruneResult> {
  const apply = options.apply === true;
  return operate(
    context,
    { id: "prune", title: `prune ${context.project.name}${apply ? "" : " (only looking)"}` },
    (session) => pruneAll(session, options),
    () => ({ outcome: apply ? "ok" : "unchanged", state: apply ? "done" : "nothing was removed" }),
  );
}

async function pruneAll(session: Session, options: PruneOptions): Promise<PruneResult> {
  const { blueprint, engine, signal } = session;
  const apply = options.apply === true;
  const newest = options.keep ?? 10;
  const prefix = options.registry ?? blueprint.registry.prefix;
  const wanted = (part: PrunePart): boolean =>
    options.parts?.includes(part) ?? (part !== "registry" || prefix !== "");
  if (options.parts?.includes("registry") === true && prefix === "")
    throw new GantryError(registryProblems.noRegistry(), { exit: "usage" });
  const needed = await neededHere(session);
  const repositories = repositoriesOf(blueprint);
  const reports: ShelfReport[] = [];
  if (wanted("registry")) {
    if (!needed.deploys) session.task.warn(registryProblems.noDeploysKnown());
    for (const repository of repositories) {
      const task = session.part("step", `prune:${repository}`, `${prefix}/${repository}`);
      const shelf = await openShelf(prefix, repository, signal);
      const tags = [...keptTags, ...(options.keepTags ?? [])];
      const report = await pruneShelf(shelf, { newest, tags, digests: needed.digests }, { apply, task });
      for (const { digest, partOf } of report.vanished)
        task.warn(registryProblems.vanished(shelf.registry.host, shelf.registry.repository, digest, partOf));
      for (const { item, because } of report.refused) {
        const { host, repository } = shelf.registry;
        task.warn(registryProblems.notRemoved(host, repository, item.tags[0] ?? item.digest, because));
      }
      task.finish(
        report.remove.length === 0 ? "unchanged" : "ok",
        `${apply ? report.removed.length : report.remove.length} manifests ${apply ? "removed" : "would go"}`,
      );
      reports.push(report);
    }
  }
  const generations = wanted("generations") ? await pruneGenerations(session, apply) : [];
  const local = repositories.flatMap((name) => (prefix === "" ? [name] : [name, `${prefix}/${name}`]));
  const images = wanted("images")
    ? chooseLocal(await listImages(engine, signal), local, { newest, ids: needed.ids })
    : [];
  if (apply)
    for (const { references } of images.filter(({ keep }) => !keep))
      for (const reference of references) await removeImage(engine, reference, signal);
  const cache = wanted("cache")
    ? await pruneCache(session, options.cacheBytes ?? 5 * 1024 ** 3, apply)
    : undefined;
  return { applied: apply, registry: reports, images, generations, cache };
}

/** Names of all images that the stack builds and runs, without registry. */
function repositoriesOf(blueprint: Blueprint): readonly string[] {
  return Object.values(blueprint.images)
    .map(({ repository }) => repository)
    .sort();
}

interface Needed {
  /** Ids of images in this engine. */
  readonly ids: ReadonlySet<string>;
  /** Ids, and digests in registries. */
  readonly digests: ReadonlySet<string>;
  /** Whether any deploy is known here. */
  readonly deploys: boolean;
}

/** What runs here, and what the deploys of this stack are kept with. */
async function neededHere(session: Session): Promise<Needed> {
  const { engine, signal } = session;
  const records = await keptRecords(session);
  const [containers, images] = await Promise.all([
    listContainers(engine, {}, signal),
    listImages(engine, signal),
  ]);
  const ids = new Set(containers.map(({ ImageID }) => ImageID));
  const digests = new Set<string>();
  for (const { services } of records)
    for (const { image, digest } of Object.values(services)) {
      if (image !== "") ids.add(image);
      if (digest !== undefined) digests.add(digest.replace(/^.*@/, ""));
    }
  for (const image of images)
    if (ids.has(image.Id) || isKeptGeneration(image))
      for (const reference of image.RepoDigests ?? []) digests.add(reference.replace(/^.*@/, ""));
  return { ids, digests: new Set([...ids, ...digests]), deploys: records.length > 0 };
}

const isKeptGeneration = ({ RepoTags }: ImageSummary): boolean =>
  (RepoTags ?? []).some((name) => /:generation-\d+$/.test(name));

/** Records of generations that somebody can go back to, of the one that serves, and of one that is not finished. */
async function keptRecords(session: Session): Promise<readonly GenerationRecord[]> {
  const found: GenerationRecord[] = [];
  for (const environment of ["dev", "test", "production"] as const) {
    const { project } = session.context.project.blueprint(environment);
    const book = new DeployBook(stateOf(session.context), project);
    const history = await book.history();
    const last = history.findLast(({ outcome }) => outcome === "ok");
    for (const record of history)
      if (
        record === last ||
        record.outcome === "running" ||
        (await book.kept(record.generation)) !== undefined
      )
        found.push(record);
    const unfinished = await book.unfinished();
    if (unfinished !== undefined) found.push(unfinished.record);
  }
  return found;
}

/** The registry of a prefix such as `ghcr.io/acme`, for one repository below it. */
async function openShelf(prefix: string, repository: string, signal: AbortSignal): Promise<Shelf> {
  const { host, path } = splitPrefix(prefix);
  const login = await findLogin(host, process.env, signal);
  const name = path === "" ? repository : `${path}/${repository}`;
  if (host !== "ghcr.io") return distributionShelf({ host, login, signal }, name);
  const token = process.env["GITHUB_TOKEN"] || process.env["GH_TOKEN"] || login?.password;
  const api = process.env["GITHUB_API_URL"] || "https://api.github.com";
  return ghcrShelf(
    {
      host,
      signal,
      api,
      token,
      login: login ?? (token === undefined ? undefined : { user: "token", password: token }),
    },
    name,
  );
}

/** Host and path; without a host it is Docker's own registry, as everywhere in Docker. */
export function splitPrefix(prefix: string): { readonly host: string; readonly path: string } {
  const [first = "", ...rest] = prefix.split("/");
  const isHost = first === "localhost" || /[.:]/.test(first);
  return isHost ? { host: first, path: rest.join("/") } : { host: "docker.io", path: prefix };
}

async function pruneGenerations(session: Session, apply: boolean): Promise<readonly number[]> {
  const book = new DeployBook(stateOf(session.context), session.blueprint.project);
  const history = await book.history();
  const wanted = new Set<number>();
  for (const { content, outcome } of [...history].reverse())
    if (outcome === "ok" && wanted.size < keptGenerations) wanted.add(content);
  const old: number[] = [];
  for (const { generation, outcome } of history)
    if (!wanted.has(generation) && outcome !== "running" && (await book.kept(generation)) !== undefined)
      old.push(generation);
  // A deploy that is under way keeps its own order.
  if (apply && old.length > 0 && (await book.unfinished()) === undefined) await forgetOld(session, book);
  return old;
}

async function pruneCache(
  session: Session,
  keepBytes: number,
  apply: boolean,
): Promise<PruneResult["cache"]> {
  const { engine, signal } = session;
  // BuildKit does not count what images hold as well, and dropping that would free nothing.
  const entries = ((await diskUsage(engine, signal)).BuildCache ?? []).filter(
    ({ Shared }) => Shared !== true,
  );
  const bytes = entries.reduce((sum, { Size }) => sum + Size, 0);
  const free = entries.reduce((sum, { Size, InUse }) => sum + (InUse ? 0 : Size), 0);
  const expected = Math.max(0, Math.min(free, bytes - keepBytes));
  if (!apply || expected === 0) return { bytes, reclaimed: expected };
  try {
    return { bytes, reclaimed: await pruneBuildCache(engine, keepBytes, signal) };
  } catch (error) {
    // A builder that is busy keeps its cache; the rest was pruned nevertheless.
    session.task.warn(asProblem(error));
    return { bytes, reclaimed: 0 };
  }
}
