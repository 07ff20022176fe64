import { rm, writeFile } from "node:fs/promises";
import { type Duration, milliseconds } from "./durations.ts";
import type { Log } from "./logs.ts";
import { describeError } from "./secrets.ts";
import { withTimeLimit } from "./time-limit.ts";

/** Options of {@link startHeartbeat}. */
export interface HeartbeatOptions {
  /** The file to touch, on a writable file system such as a tmpfs at `/tmp`: `/tmp/alive`. */
  readonly file: string;
  /** How often; `"5s"` unless told. The probe should allow three times as much. */
  readonly every?: Duration;
  /** Whether the process makes progress: `false`, a throw, or no answer within `every` leaves the file to age. */
  readonly check?: (signal: AbortSignal) => unknown;
  readonly log?: Pick<Log, "warn" | "info">;
}

/** A running heartbeat. */
export interface Heartbeat {
  /** Stops touching the file and removes it. */
  stop(): Promise<void>;
}

/**
 * Touches a file as long as the process makes progress; a probe looks at the file's age. A blocked event loop stops it
 * by nature. Resolves after the first try, so a file that cannot be written is known at once.
 * @throws whatever writing the file threw the first time.
 */
export async function startHeartbeat(options: HeartbeatOptions): Promise<Heartbeat> {
  const every = milliseconds(options.every ?? "5s");
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let healthy = true;

  const beat = async (): Promise<void> => {
    const problem = await problemOf(options.check, every);
    if (problem !== undefined) {
      if (healthy) options.log?.warn({ problem }, "no progress: the heartbeat stops");
      healthy = false;
      return;
    }
    if (!healthy) options.log?.info("progress again: the heartbeat goes on");
    healthy = true;
    if (!stopped) await writeFile(options.file, `${new Date().toISOString()}\n`);
  };
  const schedule = (): void => {
    timer = setTimeout(() => {
      running = beat()
        .catch((error: unknown) => options.log?.warn({ err: error }, "the heartbeat file cannot be written"))
        .finally(() => {
          if (!stopped) schedule();
        });
    }, every);
    timer.unref();
  };

  let running: Promise<void> = beat();
  await running;
  schedule();
  return {
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      // A beat under way would write the file again after its removal.
      await running;
      await rm(options.file, { force: true });
    },
  };
}

async function problemOf(check: HeartbeatOptions["check"], limit: number): Promise<string | undefined> {
  if (check === undefined) return undefined;
  try {
    return (await withTimeLimit(check, limit)) === false ? "the check said no" : undefined;
  } catch (error) {
    return describeError(error);
  }
}
