import { userInfo } from "node:os";
import { dirname } from "node:path";
import { steadyNow } from "../../base/clock.ts";
import { GantryError } from "../../base/errors.ts";
import type { Secret } from "../../base/secret.ts";
import type { Blueprint } from "../../blueprint/model.ts";
import { repositoryOf, tagImage } from "../../engine/deploying.ts";
import { readText } from "../../engine/files.ts";
import { sourceState } from "../../engine/git.ts";
import { findImage, referencesLike, removeImage } from "../../engine/resources.ts";
import { prepareProject } from "../compose-run.ts";
import { composeFile } from "../rendered.ts";
import type { Session } from "../session.ts";
import type { Composer } from "./containers.ts";
import type { DeployBook } from "./journal.ts";
import type { ChangeKind, DeployPlan, GenerationRecord, Present, Target } from "./model.ts";
import { deployProblems } from "./problems.ts";

/** Generations that are kept with their images, the serving one among them. */
export const keptGenerations = 5;

/** Tag that keeps an image of a generation from being pruned. */
export function generationTag(generation: number | "*"): string {
  return `generation-${generation}`;
}

/** The last generation that was deployed well: what serves. */
export function servingRecord(history: readonly GenerationRecord[]): GenerationRecord | undefined {
  return history.findLast(({ outcome }) => outcome === "ok");
}

/** A record of a change that begins; its generation is the next number. */
export async function newRecord(
  book: DeployBook,
  change: {
    readonly kind: ChangeKind;
    /** Generation whose content it has; its own when absent. */
    readonly content?: GenerationRecord | undefined;
    readonly plan: DeployPlan;
    readonly targets: readonly Target[];
    /** Where the sources stand, for content of its own. */
    readonly commit?: Commit;
    /** Marks of the secrets that its containers get. */
    readonly secrets: GenerationRecord["secrets"];
  },
): Promise<GenerationRecord> {
  const generation = ((await book.history()).at(-1)?.generation ?? 0) + 1;
  const source: Commit = change.content ?? change.commit ?? {};
  return {
    format: 1,
    generation,
    kind: change.kind,
    content: change.content?.content ?? generation,
    outcome: "running",
    startedAt: steadyNow(),
    durationMs: 0,
    by: userInfo().username,
    ...(source.commit === undefined ? {} : { commit: source.commit }),
    ...(source.version === undefined ? {} : { version: source.version }),
    changed: change.plan.steps.map(({ service }) => service),
    services: describeTargets(change.targets),
    ...(change.secrets === undefined ? {} : { secrets: change.secrets }),
  };
}

/** A commit, as records name it. */
export interface Commit {
  readonly commit?: string;
  readonly version?: string;
}

/** Where the sources of a stack stand; nothing outside of a repository. */
export async function readCommit({ context, signal }: Session): Promise<Commit> {
  const source = await sourceState(context.project.root, signal);
  return source === undefined ? {} : { commit: source.revision, version: source.version };
}

function describeTargets(targets: readonly Target[]): GenerationRecord["services"] {
  return Object.fromEntries(
    targets.map(({ service, image = "", reference, configHash, replicas, digest }) => [
      service,
      { image, reference, configHash, replicas, ...(digest === undefined ? {} : { digest }) },
    ]),
  );
}

/**
 * What ran before the first deploy (`gantry up` brought it up), as a generation of its own, so that the first deploy can
 * be rolled back too. `compose` is the file as it was on disk before this run wrote another.
 */
export async function recordFirst(
  session: Session,
  book: DeployBook,
  present: readonly Present[],
  compose: string | undefined,
): Promise<void> {
  if ((await book.history()).length > 0 || !present.some(({ running }) => running)) return;
  const services = Object.fromEntries(
    await Promise.all(
      [...new Set(present.map(({ service }) => service))].map(async (service) => {
        const own = present.filter((one) => one.service === service);
        const one = own[0] as Present;
        return [
          service,
          {
            image: one.image,
            reference: one.reference,
            configHash: one.configHash,
            replicas: own.filter(({ running }) => running).length,
          },
        ] as const;
      }),
    ),
  );
  const record: GenerationRecord = {
    format: 1,
    generation: 1,
    kind: "deploy",
    content: 1,
    outcome: "ok",
    note: "ran before the first deploy",
    startedAt: steadyNow(),
    durationMs: 0,
    by: userInfo().username,
    changed: [],
    services,
  };
  await book.record(record);
  if (compose !== undefined) await book.keep(1, compose, session.blueprint);
  await keepImages(session, record);
}

/** Names each built image after the generation that it came with, so that nothing prunes it while somebody may want to go back to it. */
export async function keepImages(session: Session, record: GenerationRecord): Promise<void> {
  await Promise.all(
    builtImages(session.blueprint, record).map(({ image, repository }) =>
      tagImage(session.engine, image, `${repository}:${generationTag(record.content)}`),
    ),
  );
}

/** Takes the names, Compose files and blueprints of all but the newest generations away; their records stay. */
export async function forgetOld(session: Session, book: DeployBook): Promise<void> {
  const history = await book.history();
  const good = history.filter(({ outcome }) => outcome === "ok");
  const wanted = new Set<number>();
  for (const { content } of [...good].reverse()) if (wanted.size < keptGenerations) wanted.add(content);
  const old = history
    .filter(({ generation }) => !wanted.has(generation))
    .flatMap((record) =>
      builtImages(session.blueprint, record).map(({ repository }) => ({
        repository: repository.replace(/^(index\.)?docker\.io\/(library\/)?/, ""),
        tag: generationTag(record.generation),
      })),
    );
  if (old.length > 0) {
    // A history grows for ever; what the engine still has of it does not.
    const patterns = new Set(old.map(({ repository }) => `${repository}:${generationTag("*")}`));
    const there = new Set(await referencesLike(session.engine, [...patterns]));
    const names = old.map(({ repository, tag }) => `${repository}:${tag}`).filter((name) => there.has(name));
    await Promise.all(names.map((name) => removeImage(session.engine, name)));
  }
  await book.forgetAllBut(wanted);
}

/** Makes the names that Compose files use mean the images of a generation; rejects when one of them is gone. */
export async function bringImages(session: Session, record: GenerationRecord): Promise<void> {
  const built = builtImages(session.blueprint, record);
  const found = await Promise.all(built.map(({ image }) => findImage(session.engine, image, session.signal)));
  const gone = built.filter((_, i) => found[i] === undefined).map(({ reference }) => reference);
  if (gone.length > 0) throw new GantryError(deployProblems.generationPruned(record.generation, gone));
  for (const { image, reference } of built) await tagImage(session.engine, image, reference);
}

interface KeptImage {
  readonly image: string;
  readonly reference: string;
  readonly repository: string;
}

/** Images of a generation that the stack builds; those of others are in their registries. */
function builtImages(blueprint: Blueprint, { services }: GenerationRecord): readonly KeptImage[] {
  const found = new Map<string, KeptImage>();
  for (const [name, { image, reference }] of Object.entries(services)) {
    if (blueprint.services[name]?.image.kind !== "built" || image === "") continue;
    found.set(reference, { image, reference, repository: repositoryOf(reference) });
  }
  return [...found.values()];
}

/** A session, and Compose, as they were for a generation: with its blueprint and its Compose file, where they are kept. */
export async function sessionOf(
  session: Session,
  book: DeployBook,
  record: GenerationRecord,
): Promise<{
  readonly session: Session;
  readonly composer: Composer;
  readonly secrets: readonly Secret[];
}> {
  const kept = await book.kept(record.content);
  const then: Session = kept === undefined ? session : { ...session, blueprint: kept.blueprint };
  const { compose, secrets } = await prepareProject(then, { deliver: "later" });
  const file = composeFile(session.context.project, session.blueprint);
  return {
    session: then,
    secrets,
    composer:
      kept === undefined
        ? { project: compose, flags: [] }
        : {
            project: { folder: dirname(file), ...compose, files: [kept.compose] },
            flags: [],
          },
  };
}

/** The Compose file as it is on disk now; `undefined` when none was written yet. */
export function composeOnDisk(session: Session): Promise<string | undefined> {
  return readText(composeFile(session.context.project, session.blueprint));
}
