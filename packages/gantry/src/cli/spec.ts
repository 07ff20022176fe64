import type { ExitName } from "../base/errors.ts";
import type { EnvironmentName } from "../blueprint/plan.ts";

/** What the shell may offer where a value is typed. `nothing` keeps it from offering file names. */
export type Completion =
  | { readonly kind: "words"; readonly words: readonly string[] }
  | { readonly kind: "services" }
  | { readonly kind: "images" }
  | { readonly kind: "commands" }
  | { readonly kind: "files" }
  | { readonly kind: "nothing" };

/** A value that an option takes. */
export interface ValueSpec {
  /** As help shows it: `SERVICE`, `N`. */
  readonly name: string;
  readonly complete: Completion;
  /** `words` refuses anything but the completion's words, `count` anything but 0, 1, 2…, `pair` anything but NAME=VALUE. */
  readonly type?: "text" | "words" | "count" | "pair";
}

/** One option, as data. */
export interface OptionSpec {
  /** Without hyphens: `no-build`. */
  readonly name: string;
  /** One letter. */
  readonly short?: string;
  /** Absent for a switch. */
  readonly value?: ValueSpec;
  /** May be given many times. */
  readonly repeat?: boolean;
  readonly summary: string;
}

/** One positional argument, as data. */
export interface ArgumentSpec {
  readonly name: string;
  readonly summary: string;
  readonly required?: boolean;
  /** Takes all that follows. */
  readonly many?: boolean;
  /** Takes all that follows as it is, options too: the command line of another program. */
  readonly raw?: boolean;
  readonly complete: Completion;
}

/** A command line that works, and what it does. */
export interface Example {
  readonly line: string;
  readonly says: string;
}

/** How a command module ends: a named exit code, or the code of the program that it ran. */
export type Ending = ExitName | number;

/** One command: the parser, help, completion and docs/cli.md are all made from this. */
export interface CommandSpec {
  readonly name: string;
  /** One line, without a full stop, for the list. */
  readonly summary: string;
  /** Paragraphs for its own help. */
  readonly details: readonly string[];
  readonly group: "Write" | "Check" | "Run" | "Ship" | "Look" | "More";
  /** Environment when nobody names one; dev without it. */
  readonly environment?: EnvironmentName;
  /** Words of its own for `--format`, and what they mean: it prints a document instead of events and a result. */
  readonly formats?: { readonly words: readonly string[]; readonly summary: string };
  readonly arguments: readonly ArgumentSpec[];
  readonly options: readonly OptionSpec[];
  /** At least one. */
  readonly examples: readonly Example[];
  /** What the first Ctrl-C begins, said to the user; silent without it. */
  readonly stopping?: string;
  /** Prints for as long as somebody reads: a reader that goes away ends it, and that is no error. */
  readonly streams?: boolean;
  /** Gives the terminal to another program once everything that it needs runs. */
  readonly handsOver?: boolean;
  /** Exit codes beyond `ok`, `failed`, `usage` and `interrupted`, which every command has. */
  readonly exits: readonly ExitName[];
}

/** Wrote wrongly what is on the command line: exit `usage`. */
export const usageCodes = {
  unknownCommand: "GTY2001",
  unknownOption: "GTY2002",
  missingValue: "GTY2003",
  wrongValue: "GTY2004",
  missingArgument: "GTY2005",
  tooManyArguments: "GTY2006",
  unexpectedValue: "GTY2007",
  cannotWrite: "GTY2008",
} as const;
