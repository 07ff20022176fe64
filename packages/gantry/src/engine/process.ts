import { type ChildProcess, spawn } from "node:child_process";
import { type Line, LineSplitter, type Stream } from "./frames.ts";

/** A program to run, as a value: made by pure functions, printed in messages, run here. Secrets never go into `args`. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** Added to the process's own environment. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Variables that no program gets: the key that opens everything, and the secrets that came as variables. */
const withheld = new Set(["GANTRY_AGE_KEY"]);

/**
 * From now on no program that is started inherits this variable. There is one list because there is one environment:
 * whoever starts a program need not know what is in it.
 */
export function withholdVariable(name: string): void {
  withheld.add(name);
}

/** Environment of a program: our own without what is withheld, then what the command adds. */
export function childEnvironment(
  added: Readonly<Record<string, string>> | undefined,
  own: Readonly<Record<string, string | undefined>>,
  hidden: ReadonlySet<string> = withheld,
): Record<string, string | undefined> {
  return { ...Object.fromEntries(Object.entries(own).filter(([name]) => !hidden.has(name))), ...added };
}

/** How a program ended. */
export interface Outcome {
  readonly exitCode: number;
  /** The ends of what it printed, 256 KiB of each at most. */
  readonly stdout: string;
  readonly stderr: string;
}

/** How to run it. */
export interface RunSettings {
  readonly signal?: AbortSignal | undefined;
  /** Called for each line as it comes. */
  readonly onLine?: (line: Line) => void;
  /** Written to its standard input, which is closed then. */
  readonly input?: string;
  /** Milliseconds from SIGTERM to SIGKILL on abort; 10,000 when absent. */
  readonly graceMs?: number;
}

/** The program itself is not there. */
export class ProgramMissing extends Error {
  readonly program: string;

  constructor(program: string, cause: unknown) {
    super(`cannot run ${program}`, { cause });
    this.name = "ProgramMissing";
    this.program = program;
  }
}

const keptOutput = 256 * 1024;

/**
 * Runs a program without a shell, in a process group of its own, so that Ctrl-C in the terminal reaches only us and an
 * abort ends everything that it started. Any exit code resolves; an abort rejects with the signal's reason once the
 * program is gone.
 */
export async function runCommand(command: Command, settings: RunSettings = {}): Promise<Outcome> {
  settings.signal?.throwIfAborted();
  const child = spawn(command.program, command.args, {
    cwd: command.cwd,
    env: childEnvironment(command.environment, process.env),
    stdio: [settings.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    detached: true,
  });
  const kept = { stdout: collect(child, "stdout", settings), stderr: collect(child, "stderr", settings) };
  // A program that ends without reading all of its input breaks the pipe; its exit code says what matters.
  child.stdin?.on("error", () => {});
  child.stdin?.end(settings.input);
  const exitCode = await ended(child, command.program, settings, (signal) => killGroup(child, signal));
  settings.signal?.throwIfAborted();
  return { exitCode, stdout: kept.stdout(), stderr: kept.stderr() };
}

/**
 * Runs a program that talks to the user itself: our standard streams are its own and it stays in our process group,
 * because only the foreground group may read from a terminal. Ctrl-C therefore reaches it directly.
 */
export async function runInteractive(
  command: Command,
  settings: Pick<RunSettings, "signal" | "graceMs"> = {},
): Promise<number> {
  settings.signal?.throwIfAborted();
  const child = spawn(command.program, command.args, {
    cwd: command.cwd,
    env: childEnvironment(command.environment, process.env),
    stdio: "inherit",
  });
  return ended(child, command.program, settings, (signal) => child.kill(signal));
}

function ended(
  child: ChildProcess,
  program: string,
  { signal, graceMs = 10_000 }: RunSettings,
  kill: (signal: NodeJS.Signals) => void,
): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  let timer: NodeJS.Timeout | undefined;
  const stop = (): void => {
    kill("SIGTERM");
    timer = setTimeout(() => kill("SIGKILL"), graceMs);
  };
  signal?.addEventListener("abort", stop, { once: true });
  child.once("error", (error) => reject(new ProgramMissing(program, error)));
  child.once("close", (code, killedBy) => resolve(code ?? 128 + (signalNumbers[killedBy ?? ""] ?? 0)));
  return promise.finally(() => {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  });
}

const signalNumbers: Readonly<Record<string, number>> = { SIGINT: 2, SIGKILL: 9, SIGTERM: 15, SIGHUP: 1 };

/** The group may have ended between our decision and the signal. */
function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function collect(child: ChildProcess, stream: Stream, { onLine }: RunSettings): () => string {
  const splitter = new LineSplitter(stream);
  let text = "";
  const take = (lines: readonly Line[]): void => {
    for (const line of lines) {
      text += `${line.text}\n`;
      if (text.length > keptOutput * 2) text = text.slice(-keptOutput);
      onLine?.(line);
    }
  };
  child[stream]?.on("data", (data: Buffer) => take(splitter.push(data)));
  child[stream]?.on("end", () => take(splitter.end()));
  return () => text.slice(-keptOutput);
}
