/** Where a problem stands: a path inside the stack, a file, a position in it. All optional, most exact first shown. */
export interface Place {
  /** File, relative to the stack's folder, with forward slashes. */
  readonly file?: string;
  /** 1-based line. */
  readonly line?: number;
  /** 1-based column, in UTF-16 units. */
  readonly column?: number;
  /** Path inside the stack, such as `services.api.uses[1]`. */
  readonly path?: string;
}

/** Something that is wrong, as data: what happened, why, and what to do about it. */
export interface Problem extends Place {
  /** Permanent code, such as `GTY1004`. Never reused. */
  readonly code: string;
  /** One sentence: what is wrong, with the user's own names in it. */
  readonly what: string;
  /** Why it is wrong or why it happened; empty when `what` says it all. */
  readonly why?: string;
  /** What to do now; a command or an edit, not advice in general. */
  readonly fix?: string;
  /** Raw output that proves it (log lines, probe output), already redacted. */
  readonly evidence?: readonly string[];
}

/**
 * How a command ends. Documented in docs/cli.md.
 * `usage` is 2 because that is what shells and getopt use.
 */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  invalidStack: 3,
  noEngine: 4,
  buildFailed: 5,
  unhealthy: 6,
  differs: 7,
  tidy: 10,
  hardening: 11,
  leaks: 12,
  losesData: 13,
  willFail: 14,
  nothingToCheck: 15,
  interrupted: 130,
} as const;

/** Name of an exit code, see {@link exitCodes}. */
export type ExitName = keyof typeof exitCodes;

/** The one error that Gantry throws: one or more problems, and how the command ends because of them. */
export class GantryError extends Error {
  readonly problems: readonly Problem[];
  readonly exit: ExitName;

  constructor(problems: Problem | readonly Problem[], options: { exit?: ExitName; cause?: unknown } = {}) {
    const list = Array.isArray(problems) ? (problems as readonly Problem[]) : [problems as Problem];
    super(list.map((problem) => problem.what).join("\n"), { cause: options.cause });
    this.name = "GantryError";
    this.problems = list;
    this.exit = options.exit ?? "failed";
  }
}

/** Text of anything that was thrown, for use as evidence. */
export function describeUnknown(error: unknown): string {
  if (error instanceof Error) return error.message;
  return typeof error === "string" ? error : JSON.stringify(error);
}

/** `places` sorted as a reader would go through them: by file, line, column, then path. */
export function byPlace(a: Place, b: Place): number {
  return (
    compareText(a.file ?? "", b.file ?? "") ||
    (a.line ?? 0) - (b.line ?? 0) ||
    (a.column ?? 0) - (b.column ?? 0) ||
    compareText(a.path ?? "", b.path ?? "")
  );
}

/** Order by UTF-16 units: the same on every machine, unlike `localeCompare`. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
