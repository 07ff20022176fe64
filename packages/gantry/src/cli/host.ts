import type { OutputStream } from "./output/writer.ts";

/** The world around a run of the command line; `process` in life, something smaller in tests. */
export interface Host {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Calls back at each signal that asks to stop. */
  onSignal(listener: (signal: string) => void): void;
  /** Ends the process at once. */
  exit(code: number): void;
}
