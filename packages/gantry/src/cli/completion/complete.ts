import { commands, findCommand, optionsOf } from "../commands.ts";
import type { CommandSpec, Completion, OptionSpec } from "../spec.ts";

/** Something the shell may offer. */
export interface Candidate {
  readonly value: string;
  readonly says: string;
}

/** What can stand where the cursor is. */
export interface Wanted {
  /** Candidates that need no stack. */
  readonly candidates: readonly Candidate[];
  /** Names to look up beside them. */
  readonly names: "services" | "images" | "files" | undefined;
  /** Stands before the part that is completed in the same word: `--env=`. */
  readonly before: string;
  /** What is typed of it so far. */
  readonly typed: string;
  /** The stack that was named on the line. */
  readonly file: string | undefined;
}

/**
 * What can stand at the cursor. `words` is the line after `gantry`; the last word is the one being typed, empty for a
 * new one. bash splits `--env=dev` into three words, the other shells leave it whole: both are understood.
 */
export function wanted(words: readonly string[]): Wanted {
  const line = joinEquals(words);
  const typed = line.at(-1) ?? "";
  const before = line.slice(0, -1);
  const bash = words.at(-1) === "=" || words.at(-2) === "=";
  const { command, positionals, pending, raw, file } = walk(before);
  const give = (completion: Completion | undefined, prefix: string, rest: string): Wanted => ({
    ...resolve(completion),
    before: prefix,
    typed: rest,
    file,
  });
  if (raw) return give({ kind: "files" }, "", typed);
  if (pending !== undefined) return give(pending.value?.complete, "", typed);
  const equals = typed.startsWith("--") ? typed.indexOf("=") : -1;
  if (equals > 0) {
    const option = optionsOf(command).find((candidate) => candidate.name === typed.slice(2, equals));
    return give(option?.value?.complete, bash ? "" : typed.slice(0, equals + 1), typed.slice(equals + 1));
  }
  if (typed.startsWith("-")) {
    return { candidates: optionCandidates(command, before), names: undefined, before: "", typed, file };
  }
  if (command === undefined) return give({ kind: "commands" }, "", typed);
  const argument = command.arguments[positionals] ?? command.arguments.findLast((last) => last.many === true);
  return give(argument?.complete, "", typed);
}

/** The candidates that go on from what is typed, one a line, description after a tab; `:files` asks for file names. */
export function answerText(want: Wanted, names: readonly string[]): string {
  if (want.names === "files" && want.candidates.length === 0) return ":files";
  const all = [...want.candidates, ...names.map((value) => ({ value, says: "" }))];
  return all
    .filter((candidate) => candidate.value.startsWith(want.typed))
    .map(({ value, says }) => `${want.before}${value}${says === "" ? "" : `\t${says}`}`)
    .join("\n");
}

interface Walked {
  readonly command: CommandSpec | undefined;
  readonly positionals: number;
  /** Option whose value comes next. */
  readonly pending: OptionSpec | undefined;
  /** The cursor is in another program's command line. */
  readonly raw: boolean;
  readonly file: string | undefined;
}

function walk(words: readonly string[]): Walked {
  let command: CommandSpec | undefined;
  let positionals = 0;
  let pending: OptionSpec | undefined;
  let file: string | undefined;
  for (const word of words) {
    const rawAt = command?.arguments.findIndex((argument) => argument.raw === true) ?? -1;
    if (rawAt >= 0 && (word === "--" || (positionals > rawAt && rawAt > 0))) {
      return { command, positionals, pending: undefined, raw: true, file };
    }
    if (pending !== undefined) {
      if (pending.name === "file") file = word;
      pending = undefined;
    } else if (word.startsWith("-")) {
      const option = optionsOf(command).find(
        (known) => word === `--${known.name}` || word === `-${known.short}`,
      );
      if (option?.value !== undefined) pending = option;
      if (word.startsWith("--file=")) file = word.slice("--file=".length);
    } else if (command === undefined) {
      command = findCommand(word);
      if (command === undefined) return { command, positionals, pending, raw: true, file };
    } else {
      positionals += 1;
    }
  }
  const rawAt = command?.arguments.findIndex((argument) => argument.raw === true) ?? -1;
  return { command, positionals, pending, raw: rawAt > 0 && positionals > rawAt, file };
}

function joinEquals(words: readonly string[]): readonly string[] {
  const joined: string[] = [];
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? "";
    if (word === "=" && joined.length > 0) {
      joined.push(`${joined.pop()}=${words[index + 1] ?? ""}`);
      index += 1;
    } else {
      joined.push(word);
    }
  }
  return joined;
}

function resolve(completion: Completion | undefined): Pick<Wanted, "candidates" | "names"> {
  switch (completion?.kind) {
    case "words":
      return { candidates: completion.words.map((value) => ({ value, says: "" })), names: undefined };
    case "commands":
      return {
        candidates: commands.map(({ name, summary }) => ({ value: name, says: summary })),
        names: undefined,
      };
    case "services":
    case "images":
    case "files":
      return { candidates: [], names: completion.kind };
    case "nothing":
    case undefined:
      return { candidates: [], names: undefined };
    default:
      return completion satisfies never;
  }
}

/** Options that are not on the line yet, or may stand there again. */
function optionCandidates(command: CommandSpec | undefined, before: readonly string[]): readonly Candidate[] {
  return optionsOf(command)
    .filter(
      (option) =>
        option.repeat === true ||
        !before.some((word) => word === `--${option.name}` || word === `-${option.short}`),
    )
    .map((option) => ({ value: `--${option.name}`, says: option.summary }));
}
