import type { Log } from "./logs.ts";

/**
 * Makes an error that nobody caught one log line, redacted like any other, before the process ends with 1. Node would
 * print it as plain text with whatever secrets it holds. Going on is no choice: what the process was doing is unknown.
 */
export function logCrashes(log: Pick<Log, "fatal">, exit: (code: number) => void = process.exit): void {
  // Promises that nobody caught arrive here too.
  process.on("uncaughtException", (error: unknown, origin: string) => {
    log.fatal({ err: error, origin }, "the process crashed");
    exit(1);
  });
}
