import { spawn } from "node:child_process";

/** What a finished child process left behind. */
export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How to run a child process. */
export interface CommandOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly input?: string;
  /** Milliseconds after which the process is ended. Default: no limit. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
  /** Called with every whole line of stdout and stderr. */
  readonly onLine?: (line: string) => void;
}

/** Thrown when the testbed cannot go on; the message says what, why and what to do. */
export class TestbedError extends Error {
  override readonly name = "TestbedError";
}

/** Runs a program to its end; a program that cannot be started counts as exit code 127. */
export async function run(
  command: readonly [string, ...string[]],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const [program, ...args] = command;
  const signals = [
    options.signal,
    options.timeout === undefined ? undefined : AbortSignal.timeout(options.timeout),
  ].filter((signal) => signal !== undefined);
  const child = spawn(program, args, {
    env: options.env === undefined ? process.env : { ...process.env, ...options.env },
    stdio: [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(signals.length === 0 ? {} : { signal: AbortSignal.any(signals) }),
  });
  let stdout = "";
  let stderr = "";
  const out = splitLines(options.onLine);
  const err = splitLines(options.onLine);
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    out(text);
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    err(text);
  });
  // A program that ends without reading its input is judged by its exit code, not by the broken pipe.
  child.stdin?.on("error", () => undefined).end(options.input);
  return await new Promise((resolve) => {
    let failure: string | undefined;
    child.on("error", (error) => {
      failure = error.message;
      if (child.pid === undefined) resolve({ code: 127, stdout, stderr: failure });
    });
    child.on("close", (code) => {
      resolve({ code: failure === undefined ? (code ?? 1) : 124, stdout, stderr: stderr + (failure ?? "") });
    });
  });
}

/** Runs a program and throws a {@link TestbedError} with its last output when it fails. */
export async function must(
  command: readonly [string, ...string[]],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const result = await run(command, options);
  if (result.code === 0) return result;
  const said = `${result.stdout}\n${result.stderr}`.trim().split("\n").slice(-25).join("\n");
  throw new TestbedError(`"${command.slice(0, 6).join(" ")}" failed with exit code ${result.code}:\n${said}`);
}

/** Puts `sudo -n` in front of a command when this process is not root. */
export function asRoot(command: readonly [string, ...string[]]): readonly [string, ...string[]] {
  return process.getuid?.() === 0 ? command : ["sudo", "-n", ...command];
}

function splitLines(onLine: ((line: string) => void) | undefined): (text: string) => void {
  let rest = "";
  return (text) => {
    if (onLine === undefined) return;
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line);
  };
}
