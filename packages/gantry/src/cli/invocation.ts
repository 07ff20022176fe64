import type { EventSink } from "../base/events.ts";
import type { EnvironmentName } from "../blueprint/plan.ts";
import type { Palette } from "./output/palette.ts";
import type { Format } from "./output/reporter.ts";
import type { Writer } from "./output/writer.ts";
import type { Ending } from "./spec.ts";

/** One call of one command: what was typed, and where output goes. */
export interface Invocation {
  /** Words of a positional argument; none when it was not given. */
  argument(name: string): readonly string[];
  /** Whether a switch was given. */
  flag(name: string): boolean;
  /** Last value of an option. */
  text(name: string): string | undefined;
  /** All values of an option that may be repeated. */
  texts(name: string): readonly string[];
  /** Last value of an option that counts. */
  count(name: string): number | undefined;
  /** All values of an option of `NAME=VALUE`. */
  pairs(name: string): Readonly<Record<string, string>>;
  readonly environment: EnvironmentName;
  readonly format: Format;
  readonly quiet: boolean;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
  /** Takes the events of operations. */
  readonly emit: EventSink;
  readonly writer: Writer;
  /** Colours of stderr, where progress goes. */
  readonly paint: Palette;
  /** Colours of stdout, where results go. */
  readonly paintResult: Palette;
  readonly resultColours: boolean;
  /** Ends progress and gives the result: `text` for people, the value for `--format json`. */
  result(value: unknown, text: string): void;
}

/** What a file of `commands/` exports: parse, call one operation, end. */
export interface CommandModule {
  run(call: Invocation): Promise<Ending>;
}
