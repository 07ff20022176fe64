import type { ComposeProject, ComposeService } from "./compose/model.ts";
import type { Dockerfile, Instruction, Stage } from "./dockerfile/model.ts";
import type { ProjectFacts } from "./facts.ts";
import type { IgnoreFile } from "./ignore/model.ts";
import type { KubernetesFile, KubernetesObject } from "./kubernetes/model.ts";
import { once } from "./once.ts";
import { firstFrom } from "./paths.ts";

/** A stage with the file it is in. */
export interface StageInFile {
  readonly dockerfile: Dockerfile;
  readonly stage: Stage;
}

/** Every stage of every Dockerfile. */
export function* eachStage(facts: ProjectFacts): Generator<StageInFile> {
  for (const dockerfile of facts.dockerfiles)
    for (const stage of dockerfile.stages) yield { dockerfile, stage };
}

/** An instruction with the file and stage it is in. */
export interface InstructionInFile {
  readonly dockerfile: Dockerfile;
  /** `undefined` before the first FROM. */
  readonly stage: Stage | undefined;
  readonly instruction: Instruction;
  /** Whether it stands behind ONBUILD. */
  readonly onbuild: boolean;
}

const instructionsByKeyword = once(
  (facts: ProjectFacts): ReadonlyMap<string, readonly InstructionInFile[]> =>
    Map.groupBy(allInstructions(facts), ({ instruction }) => instruction.keyword),
);

/** Every instruction with one of these keywords (all without any), ONBUILD triggers among them. */
export function* eachInstruction(
  facts: ProjectFacts,
  ...keywords: readonly string[]
): Generator<InstructionInFile> {
  if (keywords.length === 0) yield* allInstructions(facts);
  for (const keyword of keywords) yield* instructionsByKeyword(facts).get(keyword) ?? [];
}

function* allInstructions(facts: ProjectFacts): Generator<InstructionInFile> {
  for (const dockerfile of facts.dockerfiles) {
    for (const instruction of dockerfile.instructions) {
      const stage = dockerfile.stages[instruction.stage];
      yield { dockerfile, stage, instruction, onbuild: false };
      const { trigger } = instruction;
      if (trigger !== undefined) yield { dockerfile, stage, instruction: trigger, onbuild: true };
    }
  }
}

/** A service with the project it is in. */
export interface ServiceInProject {
  readonly project: ComposeProject;
  readonly service: ComposeService;
}

/** Every service of every Compose project. One that several projects share comes several times; findings are deduplicated. */
export function* eachService(facts: ProjectFacts): Generator<ServiceInProject> {
  for (const project of facts.composeProjects)
    for (const service of project.services) yield { project, service };
}

/** Every Kubernetes object, of these kinds when some are named. */
export function* eachObject(
  facts: ProjectFacts,
  ...kinds: readonly string[]
): Generator<{ readonly file: KubernetesFile; readonly object: KubernetesObject }> {
  for (const file of facts.kubernetesFiles) {
    for (const object of file.objects)
      if (kinds.length === 0 || kinds.includes(object.kind)) yield { file, object };
  }
}

/** Paths in a folder and below it, relative to it; `""` is the project's folder. */
export function pathsBelow(facts: ProjectFacts, folder: string): readonly string[] {
  if (folder === "") return facts.paths;
  const prefix = `${folder}/`;
  // The paths are sorted, so that those of a folder stand together.
  const found: string[] = [];
  for (let at = firstFrom(facts.paths, prefix); facts.paths[at]?.startsWith(prefix); at++) {
    found.push((facts.paths[at] as string).slice(prefix.length));
  }
  return found;
}

const ignoreFilesByPath = once(
  (facts: ProjectFacts): ReadonlyMap<string, IgnoreFile> =>
    new Map(facts.ignoreFiles.map((file) => [file.path, file])),
);

/** The ignore file of this path. */
export function ignoreFileAt(facts: ProjectFacts, path: string): IgnoreFile | undefined {
  return ignoreFilesByPath(facts).get(path);
}
