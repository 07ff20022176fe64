import { hasAny } from "../../base/text.ts";
import type { Dockerfile, Instruction, Stage, Word } from "../../read/dockerfile/model.ts";
import { copyDestination, copySources, flag, lineageInstructions } from "../../read/dockerfile/questions.ts";
import type { ProjectFacts } from "../../read/facts.ts";
import { shells } from "../../read/shell/questions.ts";
import { deliveredStages } from "./builders.ts";
import { contextsOf, isPlainPath, pathInContext } from "./context.ts";
import { baseName } from "./run.ts";

/** A script of the project that an image starts as a program. */
export interface StartScript {
  readonly dockerfile: Dockerfile;
  readonly stage: Stage;
  /** `ENTRYPOINT` or `CMD` that starts it. */
  readonly start: Instruction;
  /** `COPY` that brings it. */
  readonly copy: Instruction;
  /** Path in the project. */
  readonly path: string;
  readonly text: string;
  /** Whether an interpreter is named before it (`["sh", "run.sh"]`), so that its first line does not matter. */
  readonly interpreted: boolean;
}

/** The scripts that images start, as far as they are files of the project which were copied under their own name. */
export function startScripts(facts: ProjectFacts): readonly StartScript[] {
  const scripts: StartScript[] = [];
  for (const dockerfile of facts.dockerfiles) {
    for (const stage of deliveredStages(facts, dockerfile)) {
      for (const setting of [stage.config.entrypoint, stage.config.cmd]) {
        const started = setting === undefined ? undefined : startedScript(setting.instruction);
        if (setting === undefined || started === undefined) continue;
        const found = sourceOf(facts, dockerfile, stage, started.name);
        if (found === undefined || editsFiles(stage)) continue;
        const { interpreted } = started;
        scripts.push({ dockerfile, stage, start: setting.instruction, ...found, interpreted });
      }
    }
  }
  return scripts;
}

const inits = ["tini", "dumb-init", "catatonit", "--", "-g", "-s", "-v", "exec"];

function startedScript(instruction: Instruction): { name: string; interpreted: boolean } | undefined {
  const words: readonly Word[] = instruction.form === "exec" ? instruction.json : instruction.words;
  let interpreted = false;
  for (const word of words) {
    const program = baseName(word.value);
    if (inits.includes(program)) continue;
    if (shells.has(program)) {
      interpreted = true;
      continue;
    }
    const isScript = program.endsWith(".sh") || program.endsWith(".bash") || program.includes("entrypoint");
    return isScript && !program.includes("$") ? { name: program, interpreted } : undefined;
  }
  return undefined;
}

/** Whether a script may be worked on in the image (`RUN sed -i`, `dos2unix`): it is then not the project's file any more. */
function editsFiles(stage: Stage): boolean {
  return lineageInstructions(stage).some(
    ({ keyword, text }) =>
      keyword === "RUN" &&
      hasAny(text, ["dos2unix", "\\r", "sed", "tr"]) &&
      /dos2unix|\\r|sed\s+-i|tr\s+-d/.test(text),
  );
}

function sourceOf(
  facts: ProjectFacts,
  dockerfile: Dockerfile,
  stage: Stage,
  name: string,
): { copy: Instruction; path: string; text: string } | undefined {
  for (const copy of lineageInstructions(stage).toReversed()) {
    if ((copy.keyword !== "COPY" && copy.keyword !== "ADD") || flag(copy, "from") !== undefined) continue;
    const destination = copyDestination(copy)?.value ?? "";
    for (const { value } of copySources(copy)) {
      if (!isPlainPath(value)) continue;
      const lands =
        destination.endsWith("/") || destination.endsWith(".") ? baseName(value) : baseName(destination);
      if (lands !== name && baseName(value) !== name) continue;
      for (const context of contextsOf(facts, dockerfile)) {
        const path = pathInContext(context, value);
        const text = path === undefined ? undefined : facts.readText(path);
        if (path !== undefined && text !== undefined) return { copy, path, text };
      }
    }
  }
  return undefined;
}
