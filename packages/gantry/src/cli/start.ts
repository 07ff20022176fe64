import { main } from "./main.ts";

const stopSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Runs the command line of this process and ends it with the right exit code. */
export async function start(): Promise<void> {
  const code = await main(process.argv.slice(2), {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    onSignal: (listener) => {
      for (const signal of stopSignals) process.on(signal, listener);
    },
    exit: (exitCode) => process.exit(exitCode),
  });
  // Pipes may still hold output; connections to the engine would keep the process alive without `exit`.
  process.stdout.write("", () => process.stderr.write("", () => process.exit(code)));
}
