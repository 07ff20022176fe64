import { statSync } from "node:fs";
import { resolve } from "node:path";
import { GantryError, type Problem } from "../../base/errors.ts";
import { nameOf } from "../../check/insight/built-images.ts";
import { EngineClient, EngineFailure } from "../../engine/client.ts";
import { findEngine, systemSources } from "../../engine/connection.ts";
import { translate } from "../../engine/translate.ts";
import type { ProjectFacts } from "../../read/facts.ts";
import type { InspectedImage } from "../../read/image/model.ts";
import { ImageArchiveError } from "../../read/image/read.ts";
import { eachService } from "../../read/walk.ts";
import { inspectArchive, inspectImage } from "../inspect-images.ts";

/** Looks into images of the engine, or archives on disk, in the light of the project that they were built from. */
export async function inspectAll(
  facts: ProjectFacts,
  references: readonly string[],
  options: { readonly cwd: string; readonly budget: number | undefined; readonly signal: AbortSignal },
): Promise<readonly InspectedImage[]> {
  const { cwd, budget, signal } = options;
  const images: InspectedImage[] = [];
  let engine: EngineClient | undefined;
  try {
    for (const reference of references) {
      const archive = resolve(cwd, reference);
      if (isFile(archive)) {
        const image = await inspectArchive({ reference: archive, budget });
        images.push({ ...image, reference, source: { ...image.source, path: reference } });
        continue;
      }
      engine ??= await EngineClient.connect(findEngine(systemSources()), signal);
      const declared = declaredAs(facts, reference);
      images.push(await inspectImage(engine, { reference, declared, budget }, signal));
    }
    return images;
  } catch (error) {
    signal.throwIfAborted();
    const reference = references[images.length] ?? "";
    if (error instanceof EngineFailure && error.status === 404) throw new GantryError(noSuchImage(reference));
    if (error instanceof ImageArchiveError) throw new GantryError(noImage(reference, error.message));
    throw await translate(error);
  } finally {
    await engine?.[Symbol.asyncDispose]();
  }
}

/** What the project's own files say about how an image of this name is built. */
function declaredAs(facts: ProjectFacts, reference: string): InspectedImage["declared"] {
  const name = nameOf(reference);
  const links = [
    ...[...eachService(facts)].flatMap(({ service }) => {
      const fits = service.image !== undefined && nameOf(service.image.value.text) === name;
      return fits && service.build !== undefined ? [service.build.link] : [];
    }),
    ...facts.bakeFiles
      .flatMap(({ targets }) => targets)
      .filter(({ tags }) => tags.some(({ value }) => nameOf(value) === name))
      .map(({ link }) => link),
  ];
  const stages = links.flatMap(({ dockerfile, stage }) =>
    dockerfile === undefined || stage === undefined ? [] : [{ dockerfile, stage }],
  );
  // Two builds under one name: nobody knows which of them this is.
  return stages.every(({ stage }) => stage === stages[0]?.stage) ? stages[0] : undefined;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function noSuchImage(reference: string): Problem {
  return {
    code: "GTY2506",
    what: `the engine has no image ${reference}`,
    fix: "Build or pull it first; docker image ls lists those that are there. An archive of docker save works too.",
  };
}

function noImage(reference: string, message: string): Problem {
  return { code: "GTY2507", what: `${reference} cannot be read as an image`, why: message };
}
