import type { Dockerfile, Flag, Instruction, Stage, Word } from "./model.ts";

/** The last stage: what is built without a target. */
export function finalStage(dockerfile: Dockerfile): Stage | undefined {
  return dockerfile.stages.at(-1);
}

/** A stage, then the stage it starts from, and so on down to the one on an image. */
export function lineage(stage: Stage): readonly Stage[] {
  const stages = [stage];
  for (let at = stage; at.base.kind === "stage"; at = at.base.stage) stages.push(at.base.stage);
  return stages;
}

/** All instructions that make a stage, oldest first, with those of the stages it starts from. */
export function lineageInstructions(stage: Stage): readonly Instruction[] {
  return lineage(stage)
    .toReversed()
    .flatMap((one) => one.instructions);
}

/** The stage with this name (case does not matter) or index. */
export function findStage(dockerfile: Dockerfile, nameOrIndex: string): Stage | undefined {
  const wanted = nameOrIndex.toLowerCase();
  return (
    dockerfile.stages.findLast((stage) => stage.name?.toLowerCase() === wanted) ??
    (/^\d+$/.test(wanted) ? dockerfile.stages[Number(wanted)] : undefined)
  );
}

/** The first flag of this name. */
export function flag(instruction: Instruction, name: string): Flag | undefined {
  return instruction.flags.find((one) => one.name === name);
}

/** All flags of this name. */
export function flags(instruction: Instruction, name: string): readonly Flag[] {
  return instruction.flags.filter((one) => one.name === name);
}

/** `--mount` of a RUN, taken apart. */
export interface Mount {
  /** `bind` when none is written. */
  readonly type: string;
  readonly target: string | undefined;
  readonly id: string | undefined;
  readonly from: string | undefined;
  /** All options by name; those without `=` hold an empty text. */
  readonly options: ReadonlyMap<string, string>;
  readonly flag: Flag;
}

/** The mounts of a RUN. */
export function mounts(instruction: Instruction): readonly Mount[] {
  return flags(instruction, "mount").map((one) => {
    const options = new Map<string, string>();
    for (const part of (one.value ?? "").split(",")) {
      const equals = part.indexOf("=");
      options.set(equals === -1 ? part : part.slice(0, equals), equals === -1 ? "" : part.slice(equals + 1));
    }
    return {
      type: options.get("type") ?? "bind",
      target: options.get("target") ?? options.get("dst") ?? options.get("destination"),
      id: options.get("id"),
      from: options.get("from"),
      options,
      flag: one,
    };
  });
}

/** What COPY or ADD takes, without here-documents and the destination. */
export function copySources(instruction: Instruction): readonly Word[] {
  return instruction.words.slice(0, -1).filter(({ raw }) => !(raw.includes("<<") && /^\d*<</.test(raw)));
}

/** Where COPY or ADD puts it. */
export function copyDestination(instruction: Instruction): Word | undefined {
  return instruction.words.length > 1 ? instruction.words.at(-1) : undefined;
}

/** Names that the stage's instructions take things from: `COPY --from`, mounts. As written. */
export function stageReferences(stage: Stage): readonly { readonly name: string; readonly flag: Flag }[] {
  return stage.instructions
    .map((instruction) => instruction.trigger ?? instruction)
    .flatMap((instruction) => {
      if (instruction.keyword === "RUN") {
        return mounts(instruction).flatMap((mount) =>
          mount.from === undefined ? [] : [{ name: mount.from, flag: mount.flag }],
        );
      }
      const from = flag(instruction, "from");
      return from?.value === undefined ? [] : [{ name: from.value, flag: from }];
    });
}

/** The stages that a build of `target` (or of the last stage) runs, by FROM, COPY --from and mounts. */
export function usedStages(dockerfile: Dockerfile, target?: Stage): ReadonlySet<Stage> {
  const used = new Set<Stage>();
  const waiting = [target ?? finalStage(dockerfile)];
  while (waiting.length > 0) {
    const stage = waiting.pop();
    if (stage === undefined || used.has(stage)) continue;
    used.add(stage);
    if (stage.base.kind === "stage") waiting.push(stage.base.stage);
    for (const reference of stageReferences(stage)) {
      const found = findStage(dockerfile, reference.name);
      if (found !== undefined && found.index < stage.index) waiting.push(found);
    }
  }
  return used;
}

/** All that a RUN gives to its shell: the instruction's text, and what its heredocs hold. */
export function scriptText({ text, heredocs }: Instruction): string {
  return [text, ...heredocs.map(({ content }) => content)].join("\n");
}
