import { type Host, main } from "./main.ts";
import type { OutputStream } from "./output/writer.ts";

const stopSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Runs the command line of this process and ends it with the right exit code; `commands` are at hand already, and so
 * are the streams of a run that waits for nothing.
 */
export async function start(
  commands: Host["commands"] = {},
  streams: { readonly stdout?: OutputStream | undefined; readonly stderr?: OutputStream | undefined } = {},
): Promise<void> {
  const code = await main(process.argv.slice(2), {
    stdout: streams.stdout ?? process.stdout,
    stderr: streams.stderr ?? process.stderr,
    env: process.env,
    cwd: process.cwd(),
    commands,
    onSignal: (listener) => {
      for (const signal of stopSignals) process.on(signal, listener);
    },
    exit: (exitCode) => process.exit(exitCode),
  });
  // Pipes may still hold output; connections to the engine would keep the process alive without `exit`.
  const last =
    streams.stderr === undefined
      ? flushed(process.stderr, () => process.exit(code))
      : () => process.exit(code);
  (streams.stdout === undefined ? flushed(process.stdout, last) : last)();
}

function flushed(stream: NodeJS.WriteStream, then: () => void): () => void {
  return () => stream.write("", then);
}
