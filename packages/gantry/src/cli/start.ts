import { type Host, main } from "./main.ts";

const stopSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Runs the command line of this process and ends it with the right exit code; `commands` are at hand already. */
export async function start(commands: Host["commands"] = {}): Promise<void> {
  const code = await main(process.argv.slice(2), {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    commands,
    onSignal: (listener) => {
      for (const signal of stopSignals) process.on(signal, listener);
    },
    exit: (exitCode) => process.exit(exitCode),
  });
  // Pipes may still hold output; connections to the engine would keep the process alive without `exit`.
  process.stdout.write("", () => process.stderr.write("", () => process.exit(code)));
}
