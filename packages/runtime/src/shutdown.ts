import type { Server, ServerResponse } from "node:http";
import { trackConnections, type WebSocketServerLike } from "./connections.ts";
import { type Duration, formatDuration, milliseconds } from "./durations.ts";
import type { Health } from "./health.ts";
import type { Log } from "./logs.ts";
import { withTimeLimit } from "./time-limit.ts";

/** Something that works on its own, such as a queue's worker, and can be told to finish. */
export interface Job {
  readonly name: string;
  /** Takes no more work, and resolves when what runs has finished. */
  readonly close: () => unknown;
  /** What runs now, in words, for the message when time is up. */
  readonly running?: () => readonly string[];
}

/** Options of {@link gracefulShutdown}. */
export interface ShutdownOptions {
  readonly server?: Server;
  /** WebSocket servers, whose clients are told "going away" (1001). */
  readonly webSockets?: readonly WebSocketServerLike[];
  readonly jobs?: readonly Job[];
  /** Readiness turns 503 with the first signal. */
  readonly health?: Pick<Health, "stop">;
  /** How long to go on serving after readiness turned 503, for load balancers to notice; 0 unless told. */
  readonly delay?: Duration;
  /** How long everything may take after the delay; `"25s"` unless told. Stay under the container's stop timeout. */
  readonly timeout?: Duration;
  /** How long WebSocket clients have to say goodbye, and half a request to become whole, before they are cut; `"2s"`. */
  readonly goodbye?: Duration;
  /** `SIGTERM` and `SIGINT` unless told. */
  readonly signals?: readonly NodeJS.Signals[];
  readonly log?: Pick<Log, "info" | "warn" | "error">;
  /** Ends the process; `process.exit` unless told. */
  readonly exit?: (code: number) => void;
}

/** A process's way to its end. */
export interface Shutdown {
  /** Aborted when the process begins to close, after the delay: long work may listen to it. */
  readonly signal: AbortSignal;
  /** Registers a resource, such as a database pool; they are closed last, in reverse order, after requests and jobs. */
  closeLast(name: string, close: () => unknown): void;
  /** Follows an event stream: its client is told `event: closing`, then the stream ends. */
  trackStream(response: ServerResponse): void;
  /** Begins the shutdown as a signal would; resolves with the exit code after `exit` was called. */
  begin(reason: string): Promise<number>;
}

/** 128 + the number of the signal, as shells report a process that a signal ended. */
const exitCodeOfSignal: Readonly<Record<string, number>> = { SIGINT: 130, SIGTERM: 143 };

/**
 * On a signal: readiness says 503 at once, after the delay the server stops accepting, requests and jobs under way
 * finish, streams and WebSockets are told and closed, resources are closed, and the process ends with 0. When the time
 * is up it ends with 1 and says what still ran. A second signal ends it at once.
 */
export function gracefulShutdown(options: ShutdownOptions = {}): Shutdown {
  const exit = options.exit ?? ((code: number) => process.exit(code));
  const connections = options.server && trackConnections(options.server);
  const resources: { readonly name: string; readonly close: () => unknown }[] = [];
  const streams = new Set<ServerResponse>();
  const pending = new Set<string>();
  const controller = new AbortController();
  let ending: Promise<number> | undefined;

  const step = async (name: string, work: () => unknown): Promise<boolean> => {
    pending.add(name);
    try {
      await work();
      return true;
    } catch (error) {
      options.log?.error({ err: error }, `${name} could not be closed`);
      return false;
    } finally {
      pending.delete(name);
    }
  };

  const endStreams = (): void => {
    for (const response of streams) response.end("event: closing\ndata: {}\n\n");
    for (const { clients } of options.webSockets ?? []) {
      for (const client of clients) client.close(1001, "the server shuts down");
    }
  };

  const closeServer = async (): Promise<void> => {
    const drained = connections?.drain();
    endStreams();
    const goodbye = setTimeout(() => connections?.cutRest(), milliseconds(options.goodbye ?? "2s"));
    await drained;
    clearTimeout(goodbye);
  };

  const closeAll = async (): Promise<boolean> => {
    const work = [
      step("HTTP server", closeServer),
      ...(options.jobs ?? []).map((job) => step(`job ${job.name}`, job.close)),
    ];
    const results = await Promise.all(work);
    for (const { name, close } of resources.toReversed()) results.push(await step(name, close));
    return results.every(Boolean);
  };

  const stillRunning = (): readonly string[] => [
    ...pending,
    ...(connections?.inFlight() ?? []),
    ...(options.jobs ?? []).flatMap((job) => job.running?.() ?? []),
  ];

  const run = async (reason: string): Promise<number> => {
    options.health?.stop();
    connections?.announceClose();
    options.log?.info({ reason }, "shutting down");
    await sleep(milliseconds(options.delay ?? 0));
    controller.abort(new Error(`shutting down: ${reason}`));
    const timeout = milliseconds(options.timeout ?? "25s");
    let code = 1;
    try {
      code = (await withTimeLimit(closeAll, timeout)) ? 0 : 1;
      options.log?.info({ code }, "shut down");
    } catch {
      options.log?.error({ stillRunning: stillRunning() }, `not shut down within ${formatDuration(timeout)}`);
    }
    exit(code);
    return code;
  };

  const begin = (reason: string): Promise<number> => {
    ending ??= run(reason);
    return ending;
  };

  for (const signal of options.signals ?? (["SIGTERM", "SIGINT"] as const)) {
    process.on(signal, () => {
      if (ending === undefined) {
        void begin(signal);
        return;
      }
      options.log?.warn({ stillRunning: stillRunning() }, `${signal} again: ending at once`);
      exit(exitCodeOfSignal[signal] ?? 1);
    });
  }

  return {
    signal: controller.signal,
    closeLast: (name, close) => {
      resources.push({ name, close });
    },
    trackStream: (response) => {
      streams.add(response);
      response.once("close", () => streams.delete(response));
      // A stream that begins while the server closes would otherwise never end.
      if (controller.signal.aborted) response.end();
    },
    begin,
  };
}

async function sleep(duration: number): Promise<void> {
  if (duration > 0) await new Promise((resolve) => setTimeout(resolve, duration));
}
