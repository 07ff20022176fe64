import { parseArgs } from "node:util";
import type { Problem } from "../base/errors.ts";
import { closest, listing } from "../base/names.ts";
import { commands, findCommand, optionsOf } from "./commands.ts";
import type { ArgumentSpec, CommandSpec, Completion, OptionSpec } from "./spec.ts";
import { usageCodes } from "./spec.ts";

/** What the user typed, checked against the table. */
export interface ParsedLine {
  readonly command: CommandSpec | undefined;
  readonly help: boolean;
  /** Positional arguments by the name of the table. */
  readonly arguments: Readonly<Record<string, readonly string[]>>;
  /** Values by option name; a switch that was given has `"true"`. */
  readonly options: Readonly<Record<string, readonly string[]>>;
  /** Everything that is wrong, in the order it was typed. */
  readonly problems: readonly Problem[];
}

interface Token {
  readonly kind: "option" | "positional" | "option-terminator";
  readonly index: number;
  readonly name?: string;
  readonly rawName?: string;
  readonly value?: string | undefined;
}

/**
 * Reads a command line (without `node` and the script) by the table. Never throws: what is wrong comes back as problems.
 * `parseArgs` of Node splits it; names, values and counts are checked here, so that messages can suggest.
 */
export function parseLine(line: readonly string[]): ParsedLine {
  const first = tokens(line, optionsOf(undefined)).find((token) => token.kind === "positional");
  const command = first === undefined ? undefined : findCommand(first.value ?? "");
  if (first !== undefined && command === undefined) return unknownCommand(first.value ?? "");
  const options = optionsOf(command);
  const rest = first === undefined ? [...line] : line.filter((_, index) => index !== first.index);
  const cut = rawStart(rest, command, options);
  const found = tokens(rest.slice(0, cut), options);
  const raw = rest.slice(cut);
  const values = found.flatMap((token) => (token.kind === "positional" ? [token.value ?? ""] : []));
  const read = readOptions(found, options, command);
  const placed = placeArguments(values, raw[0] === "--" ? raw.slice(1) : raw, command);
  const help = read.options["help"] !== undefined || command === undefined;
  const missing = help ? [] : placed.problems;
  return {
    command,
    help,
    arguments: placed.arguments,
    options: read.options,
    problems: [...read.problems, ...missing],
  };
}

function tokens(args: readonly string[], options: readonly OptionSpec[]): readonly Token[] {
  const config = Object.fromEntries(
    options.map((option) => [
      option.name,
      {
        type: option.value === undefined ? ("boolean" as const) : ("string" as const),
        ...(option.short === undefined ? {} : { short: option.short }),
      },
    ]),
  );
  const parsed = parseArgs({
    args: [...args],
    options: config,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  return parsed.tokens as readonly Token[];
}

/** Where another program's command line begins: after `--`, or after the positional before the raw argument. */
function rawStart(
  args: readonly string[],
  command: CommandSpec | undefined,
  options: readonly OptionSpec[],
): number {
  const before = command?.arguments.findIndex((argument) => argument.raw === true) ?? -1;
  if (before < 0) return args.length;
  let seen = 0;
  for (const token of tokens(args, options)) {
    if (token.kind === "option-terminator" && seen >= before) return token.index;
    if (token.kind !== "positional") continue;
    if (before > 0 && seen === before) return token.index;
    seen += 1;
  }
  return args.length;
}

function unknownCommand(word: string): ParsedLine {
  const near = nearest(
    word,
    commands.map((command) => command.name),
  );
  const problem: Problem = {
    code: usageCodes.unknownCommand,
    what: `there is no command "${word}"`,
    fix: near === undefined ? "gantry --help lists the commands." : `Did you mean "gantry ${near}"?`,
  };
  return { command: undefined, help: false, arguments: {}, options: {}, problems: [problem] };
}

function readOptions(
  found: readonly Token[],
  options: readonly OptionSpec[],
  command: CommandSpec | undefined,
): { options: Record<string, string[]>; problems: Problem[] } {
  const values: Record<string, string[]> = {};
  const problems: Problem[] = [];
  for (const token of found) {
    if (token.kind !== "option") continue;
    const option = options.find((candidate) => candidate.name === token.name);
    if (option === undefined) {
      problems.push(unknownOption(token.rawName ?? `--${token.name}`, options, command));
      continue;
    }
    const problem = valueProblem(option, token.value);
    if (problem !== undefined) problems.push(problem);
    const given = option.value === undefined ? "true" : (token.value ?? "");
    values[option.name] = option.repeat === true ? [...(values[option.name] ?? []), given] : [given];
  }
  return { options: values, problems };
}

function unknownOption(
  typed: string,
  options: readonly OptionSpec[],
  command: CommandSpec | undefined,
): Problem {
  const near = nearest(
    typed.replace(/^-+/, ""),
    options.map((option) => option.name),
  );
  const where = command === undefined ? "gantry" : `gantry ${command.name}`;
  return {
    code: usageCodes.unknownOption,
    what: `${where} has no option ${typed}`,
    fix: near === undefined ? `${where} --help lists its options.` : `Did you mean --${near}?`,
  };
}

function valueProblem(option: OptionSpec, value: string | undefined): Problem | undefined {
  const spec = option.value;
  if (spec === undefined) {
    if (value === undefined) return undefined;
    return {
      code: usageCodes.unexpectedValue,
      what: `--${option.name} takes no value, and got "${value}"`,
      fix: `Write --${option.name} alone.`,
    };
  }
  // `--debug --watch` forgot the value of the first; it did not mean a service called --watch.
  if (value === undefined || value === "" || value.startsWith("--")) {
    return {
      code: usageCodes.missingValue,
      what: `--${option.name} needs a value`,
      fix: `Write --${option.name} ${spec.name}.`,
    };
  }
  const wrong = (why: string, fix: string): Problem => ({
    code: usageCodes.wrongValue,
    what: `--${option.name} cannot be "${value}"`,
    why,
    fix,
  });
  if (spec.type === "count" && !/^\d{1,9}$/.test(value)) {
    return wrong("it counts, so it is a whole number", `Write --${option.name} 20, for example.`);
  }
  if (spec.type === "pair" && !/^[A-Za-z_]\w*=/.test(value)) {
    return wrong("it sets a variable, so it has a name and a value", `Write --${option.name} NAME=VALUE.`);
  }
  if (spec.type === "words" && spec.complete.kind === "words" && !spec.complete.words.includes(value)) {
    const near = nearest(value, spec.complete.words);
    const all = `it is ${listing(spec.complete.words, "or")}`;
    return wrong(all, near === undefined ? `Choose one of them.` : `Did you mean "${near}"?`);
  }
  return undefined;
}

function placeArguments(
  values: readonly string[],
  raw: readonly string[],
  command: CommandSpec | undefined,
): { arguments: Record<string, readonly string[]>; problems: Problem[] } {
  const placed: Record<string, readonly string[]> = {};
  const problems: Problem[] = [];
  let rest = values;
  for (const argument of command?.arguments ?? []) {
    const taken = argument.raw === true ? raw : argument.many === true ? rest : rest.slice(0, 1);
    if (argument.raw !== true) rest = rest.slice(taken.length);
    if (taken.length > 0) placed[argument.name] = taken;
    const problem =
      taken.length === 0 && argument.required === true
        ? missingArgument(argument, command)
        : wrongWord(argument, taken[0]);
    if (problem !== undefined) problems.push(problem);
  }
  if (rest.length > 0 && command !== undefined) {
    problems.push({
      code: usageCodes.tooManyArguments,
      what: `gantry ${command.name} does not know what to do with ${listing(rest.map((word) => `"${word}"`))}`,
      fix: `gantry ${command.name} --help says what it takes.`,
    });
  }
  return { arguments: placed, problems };
}

function missingArgument(argument: ArgumentSpec, command: CommandSpec | undefined): Problem {
  return {
    code: usageCodes.missingArgument,
    what: `gantry ${command?.name} needs ${argument.name}`,
    why: `${argument.name} is: ${argument.summary.toLowerCase()}`,
    fix: `For example: ${command?.examples[0]?.line}`,
  };
}

function wrongWord(argument: ArgumentSpec, word: string | undefined): Problem | undefined {
  const allowed = allowedWords(argument.complete);
  if (word === undefined || allowed === undefined || allowed.includes(word)) return undefined;
  const near = nearest(word, allowed);
  return {
    code: usageCodes.wrongValue,
    what: `${argument.name} cannot be "${word}"`,
    why: `it is ${listing(allowed, "or")}`,
    ...(near === undefined ? {} : { fix: `Did you mean "${near}"?` }),
  };
}

function allowedWords(completion: Completion): readonly string[] | undefined {
  if (completion.kind === "words") return completion.words;
  return completion.kind === "commands" ? commands.map((command) => command.name) : undefined;
}

/** The only word that begins so (`prod`, `warning`), or the one that is spelt almost so. */
function nearest(typed: string, words: readonly string[]): string | undefined {
  const begun = words.filter(
    (word) => typed.length > 1 && (word.startsWith(typed) || typed.startsWith(word)),
  );
  return begun.length === 1 ? begun[0] : closest(typed, words);
}
