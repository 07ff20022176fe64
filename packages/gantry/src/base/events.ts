import { steadyNow } from "./clock.ts";
import type { Problem } from "./errors.ts";

/** What an operation is busy with; an event's `id` is stable for its life, such as `image:api` or `service:db-1`. */
export interface EventBase {
  readonly id: string;
  /** `id` of the event that this one belongs to. */
  readonly parent?: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

/** What `up`, `build` and the others are made of, for people to see. */
export type TaskKind = "operation" | "image" | "network" | "volume" | "service" | "job" | "step";

/** Work began. */
export interface StartedEvent extends EventBase {
  readonly kind: "started";
  readonly task: TaskKind;
  readonly title: string;
}

/** Work moved on: the state it is in, and what it waits for. */
export interface ProgressEvent extends EventBase {
  readonly kind: "progress";
  /** A short word or two: `building`, `waiting for db`, `starting`. */
  readonly state: string;
  /** 0 to 1 where it is known. */
  readonly fraction?: number;
}

/** A line that the work printed. */
export interface LogEvent extends EventBase {
  readonly kind: "log";
  readonly stream: "stdout" | "stderr";
  /** One line, without its end, redacted. */
  readonly line: string;
}

/** Something that the user should know, that does not stop the work. */
export interface WarningEvent extends EventBase {
  readonly kind: "warning";
  readonly problem: Problem;
}

/** Work ended. */
export interface FinishedEvent extends EventBase {
  readonly kind: "finished";
  readonly outcome: "ok" | "failed" | "cancelled" | "unchanged";
  /** How it ended, in a few words: `healthy`, `built`, `exit code 1`. */
  readonly state: string;
  /** Milliseconds from its start to its end. */
  readonly durationMs: number;
  readonly problems?: readonly Problem[];
}

/** All that an operation has to say. Reporters print it; operations never write to stdout. */
export type Event = StartedEvent | ProgressEvent | LogEvent | WarningEvent | FinishedEvent;

/** Takes events as they happen. Must not throw. */
export type EventSink = (event: Event) => void;

/** A task that emits its own start, progress and end; the only way operations make events. */
export interface Task {
  readonly id: string;
  progress(state: string, fraction?: number): void;
  log(line: string, stream?: "stdout" | "stderr"): void;
  warn(problem: Problem): void;
  finish(outcome: FinishedEvent["outcome"], state: string, problems?: readonly Problem[]): void;
  child(task: TaskKind, id: string, title: string): Task;
}

/** Starts a task: emits `started` now, and the rest when its methods are called; progress only where it says something new. */
export function startTask(emit: EventSink, task: TaskKind, id: string, title: string, parent?: string): Task {
  const begun = steadyNow();
  const base = (): EventBase => ({ id, time: steadyNow(), ...(parent === undefined ? {} : { parent }) });
  let finished = false;
  let told: { readonly state: string; readonly fraction: number | undefined } | undefined;
  emit({ ...base(), kind: "started", task, title });
  return {
    id,
    progress: (state, fraction) => {
      if (told?.state === state && told.fraction === fraction) return;
      told = { state, fraction };
      emit({ ...base(), kind: "progress", state, ...(fraction === undefined ? {} : { fraction }) });
    },
    log: (line, stream = "stdout") => emit({ ...base(), kind: "log", stream, line }),
    warn: (problem) => emit({ ...base(), kind: "warning", problem }),
    finish: (outcome, state, problems) => {
      if (finished) return;
      finished = true;
      emit({
        ...base(),
        kind: "finished",
        outcome,
        state,
        durationMs: steadyNow() - begun,
        ...(problems === undefined ? {} : { problems }),
      });
    },
    child: (kind, childId, childTitle) => startTask(emit, kind, childId, childTitle, id),
  };
}
