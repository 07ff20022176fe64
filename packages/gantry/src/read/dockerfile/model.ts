import type { ImageReference } from "../image-reference.ts";
import type { Comment, ReadProblem, SourceFile, Span, Tracked } from "../source.ts";

/** A Dockerfile, taken apart. Every part knows its place, and the parts together are the file, byte for byte. */
export interface Dockerfile {
  readonly path: string;
  readonly source: SourceFile;
  /** `# syntax=`, `# escape=`, `# check=` at the top. */
  readonly directives: readonly Directive[];
  readonly escape: "\\" | "`";
  /** All instructions in order, unknown ones among them. */
  readonly instructions: readonly Instruction[];
  /** `ARG` before the first `FROM`. */
  readonly globalArgs: readonly Assignment[];
  readonly stages: readonly Stage[];
  readonly comments: readonly Comment[];
  readonly problems: readonly ReadProblem[];
}

/** A parser directive. */
export interface Directive {
  /** In lower case. */
  readonly name: string;
  readonly value: string;
  readonly span: Span;
}

/** One instruction, with its continuation lines and heredocs. */
export interface Instruction {
  /** In upper case: `RUN`. */
  readonly keyword: string;
  readonly keywordSpan: Span;
  /** From the keyword to the end of its last line (or last heredoc), without the line's end. */
  readonly span: Span;
  readonly flags: readonly Flag[];
  /** What follows keyword and flags, joined over continuations, without comments and heredoc bodies. */
  readonly text: string;
  /** Where `text` was written; covers continuations, no heredoc bodies. */
  readonly textSpan: Span;
  /** Way back from offsets in `text` to the file, see `spanInText`. */
  readonly segments: readonly TextSegment[];
  /** `text` cut at blanks outside of quotes. `raw` keeps quotes and variables, `value` has neither quotes nor escapes. */
  readonly words: readonly Word[];
  /** `exec` when the arguments are a JSON list of strings. */
  readonly form: "exec" | "shell";
  /** Elements of the JSON list; empty in shell form. */
  readonly json: readonly Word[];
  readonly heredocs: readonly Heredoc[];
  /** Comments between its continuation lines. */
  readonly innerComments: readonly Comment[];
  /** Whether an empty line stands between its continuation lines: BuildKit warns, and means to refuse it. */
  readonly emptyContinuation: boolean;
  /** What `ONBUILD` holds. */
  readonly trigger: Instruction | undefined;
  /** Index of the stage it belongs to; -1 before the first `FROM`. */
  readonly stage: number;
}

/** A stretch of an instruction's text that stands in one piece in the file. */
export interface TextSegment {
  /** Offset in the text. */
  readonly text: number;
  /** Offset in the file. */
  readonly source: number;
}

/** A word of an instruction. Variables are not filled in; see `expand`. */
export interface Word {
  readonly raw: string;
  readonly value: string;
  readonly span: Span;
}

/** `--name=value`, `--name`. */
export interface Flag {
  /** Without dashes, as written. */
  readonly name: string;
  readonly value: string | undefined;
  readonly span: Span;
}

/** A here-document of RUN, COPY or ADD. */
export interface Heredoc {
  readonly name: string;
  /** File descriptor before `<<`; 0 when none is written. */
  readonly descriptor: number;
  /** `<<-`: leading tabs are dropped. */
  readonly chomp: boolean;
  /** Whether variables are filled in: false for a quoted name. */
  readonly expand: boolean;
  /** As the build sees it (tabs dropped for `<<-`), with its final line end. */
  readonly content: string;
  readonly contentSpan: Span;
  readonly terminated: boolean;
}

/** `NAME=value` of ARG, ENV, LABEL. */
export interface Assignment {
  readonly name: string;
  /** Without quotes, variables not filled in; `undefined` for `ARG NAME`. */
  readonly raw: string | undefined;
  /** With variables filled in as far as the file tells; `undefined` when it does not tell. */
  readonly value: string | undefined;
  readonly span: Span;
  readonly instruction: Instruction;
}

/** What a stage starts from. */
export type StageBase =
  | { readonly kind: "scratch" }
  | { readonly kind: "image"; readonly reference: ImageReference }
  | { readonly kind: "stage"; readonly stage: Stage }
  | { readonly kind: "unknown"; readonly raw: string };

/** One build stage. */
export interface Stage {
  readonly index: number;
  /** As written, see also `sameName`. */
  readonly name: string | undefined;
  readonly nameSpan: Span | undefined;
  readonly from: Instruction;
  /** Text of the base as written, variables and all. */
  readonly baseText: string;
  readonly baseSpan: Span;
  readonly base: StageBase;
  /** The image at the bottom of the chain of stages; `undefined` for scratch and unknown bases. */
  readonly rootImage: ImageReference | undefined;
  readonly platform: Flag | undefined;
  /** Without its `FROM`. */
  readonly instructions: readonly Instruction[];
  /** `ARG` of this stage. */
  readonly args: readonly Assignment[];
  /** Its arguments and environment at its end, by name; `undefined` for what the file does not tell. */
  readonly variables: ReadonlyMap<string, string | undefined>;
  /** What an image made of it has, with what it inherits from stages of the same file. */
  readonly config: StageConfig;
}

/** Settings of an image, each with the instruction that gave it. Base images outside of the file add none. */
export interface StageConfig {
  readonly user: Setting<string> | undefined;
  readonly workdir: Setting<string> | undefined;
  readonly cmd: Setting<CommandLine> | undefined;
  readonly entrypoint: Setting<CommandLine> | undefined;
  readonly healthcheck: Setting<Healthcheck> | undefined;
  readonly stopSignal: Setting<string> | undefined;
  readonly shell: Setting<readonly string[]> | undefined;
  readonly env: ReadonlyMap<string, Assignment>;
  readonly labels: ReadonlyMap<string, Assignment>;
  readonly exposed: readonly ExposedPort[];
  readonly volumes: readonly Tracked<string>[];
}

/** A setting, where its value stands, and the instruction (maybe of an ancestor stage). */
export interface Setting<T> extends Tracked<T> {
  readonly instruction: Instruction;
}

/** A command in exec form (words) or shell form (text for a shell). */
export interface CommandLine {
  readonly form: "exec" | "shell";
  /** Exec form: its elements. Shell form: the text cut into words, without quotes. Empty for `[]`. */
  readonly words: readonly string[];
  readonly text: string;
}

/** A health check, of a Dockerfile or a Compose service. Times in milliseconds. */
export interface Healthcheck {
  /** `HEALTHCHECK NONE`, `disable: true`, `test: ["NONE"]`. */
  readonly disabled: boolean;
  /** The probe; `undefined` when disabled or not given here. */
  readonly test: CommandLine | undefined;
  readonly intervalMs: number | undefined;
  readonly timeoutMs: number | undefined;
  readonly startPeriodMs: number | undefined;
  readonly startIntervalMs: number | undefined;
  readonly retries: number | undefined;
}

/** `EXPOSE 8080/tcp`. */
export interface ExposedPort {
  /** `undefined` when a variable hides it, or when it is a range. */
  readonly port: number | undefined;
  readonly protocol: string;
  readonly text: string;
  readonly span: Span;
}
