import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { until } from "./until.ts";

/** A line that the program logged. */
export type Line = Readonly<Record<string, unknown>>;

/** The test's service in a process of its own. */
export interface Program extends AsyncDisposable {
  readonly port: number;
  /** Everything logged so far. */
  readonly lines: readonly Line[];
  send(message: string): void;
  signal(signal: NodeJS.Signals): void;
  /** Resolves once a line with this message was logged. */
  logged(message: string | RegExp): Promise<Line>;
  /** Resolves with the exit code once the process ended. */
  readonly ended: Promise<number | null>;
}

/** Starts `programs/service.ts` and waits until it listens. */
export async function startProgram(options: object = {}): Promise<Program> {
  const path = fileURLToPath(new URL("programs/service.ts", import.meta.url));
  const child: ChildProcess = fork(path, [JSON.stringify(options)], {
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  const ended = once(child, "close").then(([code]) => code as number | null);
  const lines: Line[] = [];
  let rest = "";
  child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
    const parts = (rest + chunk).split("\n");
    rest = parts.pop() ?? "";
    lines.push(...parts.map((part) => JSON.parse(part) as Line));
  });
  const find = (message: string | RegExp): Line | undefined =>
    lines.find((line) =>
      typeof message === "string" ? line["msg"] === message : message.test(String(line["msg"])),
    );
  const logged = async (message: string | RegExp): Promise<Line> => {
    await until(() => find(message) !== undefined || child.exitCode !== null);
    const line = find(message);
    if (line === undefined) throw new Error(`the program ended without logging ${message}`);
    return line;
  };
  const listening = await logged("listening");
  return {
    port: Number(listening["port"]),
    lines,
    send: (message) => void child.send(message),
    signal: (signal) => void child.kill(signal),
    logged,
    ended,
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
      await ended;
    },
  };
}
