import { commandModules } from "./command-modules.ts";
import { main } from "./main.ts";
import { directStream } from "./output/direct.ts";

// What bin/gantry.mjs starts, from these sources or from the one file that tools/join.mjs makes of them.

const stopSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Runs the command line of this process and ends it with the right exit code; `direct` is for a run that waits for nothing. */
export async function start({ direct }: { readonly direct: boolean }): Promise<void> {
  const stdout = direct ? directStream(1) : undefined;
  const stderr = direct ? directStream(2) : undefined;
  const code = await main(process.argv.slice(2), {
    stdout: stdout ?? process.stdout,
    stderr: stderr ?? process.stderr,
    env: process.env,
    cwd: process.cwd(),
    onSignal: (listener) => {
      for (const signal of stopSignals) process.on(signal, listener);
    },
    exit: (exitCode) => process.exit(exitCode),
  });
  // Pipes may still hold output; connections to the engine would keep the process alive without `exit`.
  const end = (): never => process.exit(code);
  const last = stderr === undefined ? flushed(process.stderr, end) : end;
  (stdout === undefined ? flushed(process.stdout, last) : last)();
}

/** Whether a word is a command. */
export function isCommand(word: string): boolean {
  return Object.hasOwn(commandModules, word);
}

/** What a stack's file imports as `gantry`. */
export function publicEntry(): Promise<object> {
  return import("../index.ts");
}

function flushed(stream: NodeJS.WriteStream, then: () => void): () => void {
  return () => stream.write("", then);
}
