/** A word of a shell command. */
export interface ShellWord {
  readonly raw: string;
  /** Without quotes; variables and substitutions stay as written. */
  readonly value: string;
  /** Whether a variable or a substitution takes part in it. */
  readonly dynamic: boolean;
  readonly start: number;
  readonly end: number;
}

/** What stands between a command and the one before it. */
export type ShellJoint = "" | "&&" | "||" | ";" | "|" | "&" | "\n";

/** A redirection: `2>/dev/null`. */
export interface Redirection {
  readonly operator: string;
  readonly target: string;
}

/** One simple command. Offsets count in the text that was parsed. */
export interface SimpleCommand {
  /** Without its folder: `apt-get` for `/usr/bin/apt-get`; empty for bare assignments. */
  readonly name: string;
  /** The name and its arguments. */
  readonly words: readonly ShellWord[];
  /** `A=1` before the name. */
  readonly assignments: readonly ShellWord[];
  readonly redirections: readonly Redirection[];
  readonly before: ShellJoint;
  /** Whether its output goes into a pipe. */
  readonly piped: boolean;
  /** 0 for the script itself, more inside `( )`, `{ }` and `$( )`. */
  readonly depth: number;
  readonly start: number;
  readonly end: number;
}
