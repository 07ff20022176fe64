import type { Problem } from "../../../src/base/errors.ts";
import type { Event, FinishedEvent, TaskKind } from "../../../src/base/events.ts";

/** 2026-01-01T00:00:00Z: every script of events begins here. */
export const begin = 1_767_225_600_000;

/** Events of one `up`, with the times they come at; only for tests of what is printed. */
export interface Script {
  started(at: number, task: TaskKind, id: string, title: string, parent?: string): Script;
  progress(at: number, id: string, state: string, fraction?: number): Script;
  log(at: number, id: string, line: string): Script;
  warning(at: number, id: string, problem: Problem): Script;
  finished(
    at: number,
    id: string,
    outcome: FinishedEvent["outcome"],
    state: string,
    problems?: readonly Problem[],
  ): Script;
  readonly events: readonly Event[];
}

/** A script, to be filled. */
export function script(events: readonly Event[] = []): Script {
  const begun = (id: string): number =>
    events.findLast((event) => event.kind === "started" && event.id === id)?.time ?? begin;
  const add = (event: Event): Script => script([...events, event]);
  return {
    started: (at, task, id, title, parent) =>
      add({
        kind: "started",
        id,
        time: begin + at,
        task,
        title,
        ...(parent === undefined ? {} : { parent }),
      }),
    progress: (at, id, state, fraction) =>
      add({ kind: "progress", id, time: begin + at, state, ...(fraction === undefined ? {} : { fraction }) }),
    log: (at, id, line) => add({ kind: "log", id, time: begin + at, stream: "stdout", line }),
    warning: (at, id, problem) => add({ kind: "warning", id, time: begin + at, problem }),
    finished: (at, id, outcome, state, problems) =>
      add({
        kind: "finished",
        id,
        time: begin + at,
        outcome,
        state,
        durationMs: begin + at - begun(id),
        ...(problems === undefined ? {} : { problems }),
      }),
    events,
  };
}

/** An `up` of a stack with a database, a migration, an api, a worker and a gateway, up to the moment `until`. */
export function upScript(until: number = Number.POSITIVE_INFINITY): readonly Event[] {
  const all = script()
    .started(0, "operation", "up", "up parcel-dev")
    .started(10, "image", "image:api", "api", "up")
    .started(10, "image", "image:web", "web", "up")
    .progress(20, "image:api", "building")
    .progress(20, "image:web", "waiting for api")
    .started(30, "step", "image:api/1", "RUN npm ci", "image:api")
    .log(900, "image:api/1", "added 214 packages in 800ms")
    .finished(2900, "image:api/1", "ok", "done")
    .started(2900, "step", "image:api/2", "RUN npm run build", "image:api")
    .finished(4200, "image:api/2", "ok", "done")
    .finished(4300, "image:api", "ok", "built")
    .progress(4300, "image:web", "building", 0.4)
    .finished(4900, "image:web", "unchanged", "unchanged")
    .started(5000, "service", "service:db", "db", "up")
    .started(5000, "service", "service:cache", "cache", "up")
    .started(5000, "job", "service:migrate", "migrate", "up")
    .started(5000, "service", "service:api-1", "api-1", "up")
    .started(5000, "service", "service:edge", "edge", "up")
    .progress(5010, "service:db", "starting")
    .progress(5010, "service:cache", "starting")
    .progress(5010, "service:migrate", "waiting for db")
    .progress(5010, "service:api-1", "waiting for migrate and cache")
    .progress(5010, "service:edge", "waiting for api")
    .finished(5400, "service:cache", "ok", "healthy")
    .finished(6100, "service:db", "ok", "healthy")
    .progress(6100, "service:migrate", "running")
    .finished(6900, "service:migrate", "ok", "done")
    .progress(6900, "service:api-1", "starting")
    .finished(8200, "service:api-1", "ok", "healthy")
    .progress(8200, "service:edge", "starting")
    .finished(8500, "service:edge", "ok", "healthy")
    .finished(8510, "up", "ok", "healthy").events;
  return all.filter((event) => event.time - begin <= until);
}

/** The same, where the api dies at its start. */
export function failingScript(): readonly Event[] {
  const problem: Problem = {
    code: "GTY5001",
    what: "api-1 ended with exit code 1 while it was starting",
    why: "its main process ended by itself; the last lines it printed are below",
    fix: "Correct what they say, then gantry up again; gantry logs api shows all of them.",
    evidence: [
      "Error: connect ECONNREFUSED 10.0.0.4:6379",
      "    at TCPConnectWrap.afterConnect (node:net:1611:16)",
    ],
  };
  return [
    ...upScript(6900),
    ...script([...upScript(6900)])
      .finished(7400, "service:api-1", "failed", "exit code 1", [problem])
      .finished(7400, "service:edge", "cancelled", "not started")
      .finished(7420, "up", "failed", "failed", [problem])
      .events.filter((event) => event.time > begin + 6900),
  ];
}
