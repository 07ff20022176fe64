import { resolveImageReference } from "../image-reference.ts";
import { type ReadProblem, type SourceFile, spanOf } from "../source.ts";
import { readAssignments } from "./assignments.ts";
import { expand, type Lookup } from "./expand.ts";
import type { Assignment, Dockerfile, Instruction, Stage, StageBase } from "./model.ts";
import { emptyConfig, type MutableConfig, settle } from "./settings.ts";

/** Stages that a file may have; real ones have some dozen, and rules compare stages with each other. */
const mostStages = 300;

/** Values that a build gives to arguments; `undefined` for one that the files do not tell. */
export type BuildArguments = ReadonlyMap<string, string | undefined>;

const noArguments: BuildArguments = new Map();

/** Puts instructions into stages, and works out what each stage starts from and ends up with. */
export function buildStages(
  source: SourceFile,
  instructions: readonly Instruction[],
  escaper: string,
  problems: ReadProblem[],
  given: BuildArguments = noArguments,
): Pick<Dockerfile, "globalArgs" | "stages"> {
  const globalArgs: Assignment[] = [];
  const globals = new Map<string, string | undefined>();
  const stages: Stage[] = [];
  const byStage = new Map<number, Instruction[]>();
  for (const instruction of instructions) {
    const list = byStage.get(instruction.stage);
    if (list === undefined) byStage.set(instruction.stage, [instruction]);
    else list.push(instruction);
  }
  for (const instruction of byStage.get(-1) ?? []) {
    if (instruction.keyword !== "ARG") {
      if (instruction.keyword === "FROM") continue;
      problems.push({ span: instruction.keywordSpan, message: `${instruction.keyword} stands before FROM` });
      continue;
    }
    for (const one of readAssignments(source, instruction, (name) => globals.get(name), escaper)) {
      globalArgs.push(one);
      globals.set(one.name, given.has(one.name) ? given.get(one.name) : one.value);
    }
  }
  for (let index = 0; byStage.has(index); index++) {
    if (index === mostStages) {
      const span = byStage.get(index)?.[0]?.span ?? spanOf(source, 0, 0);
      problems.push({
        span,
        message: `there are more than ${mostStages} stages; the rest was not looked at`,
      });
      break;
    }
    const [from, ...rest] = byStage.get(index) as [Instruction, ...Instruction[]];
    stages.push(buildStage(source, index, from, rest, stages, globals, given, escaper, problems));
  }
  return { globalArgs, stages };
}

function buildStage(
  source: SourceFile,
  index: number,
  from: Instruction,
  own: readonly Instruction[],
  earlier: readonly Stage[],
  globals: ReadonlyMap<string, string | undefined>,
  given: BuildArguments,
  escaper: string,
  problems: ReadProblem[],
): Stage {
  const [image, as, name] = from.words;
  const named = as !== undefined && as.value.toUpperCase() === "AS" && name !== undefined;
  if (as !== undefined && (!named || from.words.length > 3)) {
    problems.push({ span: from.span, message: "FROM takes an image, and maybe AS with a name" });
  }
  const base = baseOf(image?.raw ?? "", earlier, (variable) => globals.get(variable), escaper);
  const parent = base.kind === "stage" ? base.stage : undefined;
  const config: MutableConfig = parent === undefined ? emptyConfig() : inherit(parent);
  const args: Assignment[] = [];
  // Arguments and environment are one to the builder: what was said last counts, in the stages it starts from as well.
  const variables = new Map(parent?.variables);
  const lookup: Lookup = (variable) => variables.get(variable);
  // What a stage leaves behind with ONBUILD runs first in those that start from it, and not in theirs.
  const triggers = (parent?.instructions ?? []).flatMap(({ trigger }) => trigger ?? []);
  const instructions = triggers.length === 0 ? own : [...triggers, ...own];
  const seen: { cmd: boolean } = { cmd: false };
  for (const instruction of instructions) {
    if (instruction.keyword === "ENV") {
      for (const one of readAssignments(source, instruction, lookup, escaper)) {
        config.env.set(one.name, one);
        variables.set(one.name, one.value);
      }
      continue;
    }
    if (instruction.keyword !== "ARG") {
      settle(config, source, instruction, lookup, escaper, seen);
      continue;
    }
    for (const one of readAssignments(source, instruction, lookup, escaper)) {
      const value = given.has(one.name)
        ? given.get(one.name)
        : one.raw === undefined
          ? globals.get(one.name)
          : one.value;
      args.push({ ...one, value });
      const silent = one.raw === undefined && !given.has(one.name) && !globals.has(one.name);
      if (!silent) variables.set(one.name, value);
    }
  }
  return {
    index,
    name: named ? name.value : undefined,
    nameSpan: named ? name.span : undefined,
    from,
    baseText: image?.raw ?? "",
    baseSpan: image?.span ?? from.span,
    base,
    rootImage: base.kind === "image" ? base.reference : parent?.rootImage,
    platform: from.flags.find((flag) => flag.name === "platform"),
    instructions,
    args,
    variables,
    config,
  };
}

function baseOf(raw: string, earlier: readonly Stage[], lookup: Lookup, escaper: string): StageBase {
  const expansion = expand(raw, lookup, escaper);
  const text = expansion.text;
  if (!expansion.known || text === "") return { kind: "unknown", raw };
  if (text === "scratch") return { kind: "scratch" };
  const stage = earlier.findLast((one) => one.name?.toLowerCase() === text.toLowerCase());
  if (stage !== undefined) return { kind: "stage", stage };
  const reference = resolveImageReference(text);
  return reference === undefined ? { kind: "unknown", raw } : { kind: "image", reference };
}

function inherit(stage: Stage): MutableConfig {
  const { config } = stage;
  return {
    ...config,
    env: new Map(config.env),
    labels: new Map(config.labels),
    exposed: [...config.exposed],
    volumes: [...config.volumes],
  };
}

/** A Dockerfile as a build sees it that gives these arguments; the same one when they change nothing. */
export function withArguments(dockerfile: Dockerfile, given: BuildArguments): Dockerfile {
  const declared = [...dockerfile.globalArgs, ...dockerfile.stages.flatMap(({ args }) => args)];
  if (!declared.some(({ name, value }) => given.has(name) && given.get(name) !== value)) return dockerfile;
  const { source, instructions } = dockerfile;
  return { ...dockerfile, ...buildStages(source, instructions, dockerfile.escape, [], given) };
}
