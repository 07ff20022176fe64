import type { Dockerfile, Instruction, Stage } from "../../read/dockerfile/model.ts";
import { mounts } from "../../read/dockerfile/questions.ts";
import { withoutEndSlash } from "../../read/paths.ts";
import type { ShellWord } from "../../read/shell/model.ts";
import { type ShellCommand, shellCommands } from "../../read/shell/questions.ts";

/** A RUN with its commands. */
export interface Run {
  readonly dockerfile: Dockerfile;
  readonly stage: Stage;
  readonly instruction: Instruction;
  readonly commands: readonly ShellCommand[];
}

const wrappers = new Set(["sudo", "env", "time", "nice", "exec", "command", "eatmydata", "nohup"]);

/** The RUN instructions of a stage, with their commands; those of ONBUILD run elsewhere and are left out. */
export function runsOf(dockerfile: Dockerfile, stage: Stage): readonly Run[] {
  return stage.instructions
    .filter((instruction) => instruction.keyword === "RUN")
    .map((instruction) => runOf(dockerfile, stage, instruction));
}

/** Commands by instruction: many rules ask for them. */
const parsed = new WeakMap<Instruction, readonly ShellCommand[]>();

/** One RUN with its commands, seen through `sudo`, `env` and the like. */
export function runOf(dockerfile: Dockerfile, stage: Stage, instruction: Instruction): Run {
  let commands = parsed.get(instruction);
  if (commands === undefined) {
    commands = shellCommands(dockerfile, instruction).map(unwrapped);
    parsed.set(instruction, commands);
  }
  return { dockerfile, stage, instruction, commands };
}

/** All RUN instructions of some stages. */
export function runsIn(dockerfile: Dockerfile, stages: readonly Stage[]): readonly Run[] {
  return stages.flatMap((stage) => runsOf(dockerfile, stage));
}

function unwrapped(command: ShellCommand): ShellCommand {
  let { words, name } = command;
  while (wrappers.has(name) && words.length > 1) {
    const rest = words.slice(1);
    while (rest[0] !== undefined && /^(?:-\w+|\w+=.*)$/.test(rest[0].value)) rest.shift();
    if (rest.length === 0) break;
    words = rest;
    name = baseName((rest[0] as ShellWord).value);
  }
  return { ...command, words, name: baseName(name) };
}

/** Last part of a path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Whether a RUN has a cache mount that holds `path`, or lies below it. */
export function cacheMountAt(instruction: Instruction, path: string): boolean {
  return mounts(instruction).some((mount) => {
    if (mount.type !== "cache" || mount.target === undefined) return false;
    const target = withoutEndSlash(mount.target);
    return path === target || path.startsWith(`${target}/`) || target.startsWith(`${path}/`);
  });
}
