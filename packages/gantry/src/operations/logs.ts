import { GantryError } from "../base/errors.ts";
import { parseDuration } from "../base/units.ts";
import type { ContainerInspect } from "../engine/api-types.ts";
import { problems } from "../engine/catalogue.ts";
import type { EngineClient } from "../engine/client.ts";
import {
  composeLabels,
  containerLogs,
  findContainer,
  listContainers,
  ofProject,
  type StampedLine,
} from "../engine/containers.ts";
import { engineInfo, openEvents } from "../engine/resources.ts";
import { requireServices } from "./compose-run.ts";
import type { OperationContext } from "./context.ts";
import { type LogLevel, parseLine, passes } from "./log-line.ts";
import { byTime, mergeSorted, Pool } from "./merge.ts";
import { type OpenSession, openSession } from "./session.ts";

/** What `gantry logs` may be told. */
export interface LogsOptions {
  /** Only these services. */
  readonly services?: readonly string[];
  /** Go on as lines come, and take in containers that start later. */
  readonly follow?: boolean;
  /** Least level; lines without a level pass only when this is absent. */
  readonly level?: LogLevel;
  /** A span back from now (`"10m"`) or a time (`"2026-11-21T08:00:00Z"`). */
  readonly since?: string;
  /** Last lines of each container; all when absent. */
  readonly tail?: number;
}

/** One line of one container. */
export interface LogRecord {
  readonly service: string;
  readonly replica: number;
  /** Milliseconds since the epoch, as the engine stamped it. */
  readonly time: number;
  readonly stream: "stdout" | "stderr";
  /** The line as it was printed, without its end and redacted. */
  readonly text: string;
  readonly level: LogLevel | undefined;
  /** The message of a JSON line. */
  readonly message: string | undefined;
  /** The fields of a JSON line without level, time and message; `undefined` for other lines. */
  readonly fields: Readonly<Record<string, unknown>> | undefined;
}

/** Lines of all services, merged in order of time; ends with the last line, or on abort when it follows. */
export async function* logs(
  context: OperationContext,
  options: LogsOptions = {},
): AsyncGenerator<LogRecord, void, undefined> {
  const since = options.since === undefined ? undefined : sinceSeconds(options.since);
  await using session = await openSession(context);
  try {
    requireServices(session.blueprint, options.services ?? []);
    for await (const line of gather(session, options, since)) {
      const record = toRecord(line, session.redact);
      if (passes(record.level, options.level)) yield record;
    }
  } catch (error) {
    // To stop following is how it ends, not how it fails.
    if (context.signal.aborted && options.follow === true) return;
    throw await session.explain(error);
  }
}

interface Source {
  readonly service: string;
  readonly replica: number;
  readonly container: ContainerInspect;
}

interface SourceLine extends StampedLine {
  readonly source: Source;
}

async function* gather(
  session: OpenSession,
  options: LogsOptions,
  since: number | undefined,
): AsyncGenerator<SourceLine, void, undefined> {
  const { engine, signal } = session;
  const wanted = (service: string): boolean =>
    options.services === undefined || options.services.length === 0 || options.services.includes(service);
  // The past is merged exactly; from this moment of the engine's own clock on, lines are taken as they come.
  const turn =
    options.follow === true ? Date.parse((await engineInfo(engine, signal)).SystemTime) / 1000 : undefined;
  const sources = await findSources(engine, session.blueprint.project, wanted, signal);
  const pasts = sources.map((source) =>
    withSource(
      source,
      containerLogs(engine, source.container, { since, until: turn, tail: options.tail, signal }),
    ),
  );
  if (turn === undefined) {
    yield* mergeSorted(pasts, byTime);
    return;
  }
  // The engine stamps a line before it can be read back: one from just before the turn may only show up after it.
  const from = Math.max(turn - overlapSeconds, since ?? 0);
  const seen = new Map<string, number>();
  for await (const line of mergeSorted(pasts, byTime)) {
    if (line.time / 1000 >= from) seen.set(lineKey(line), (seen.get(lineKey(line)) ?? 0) + 1);
    yield line;
  }
  for await (const line of followAll(session, sources, wanted, from)) {
    const before = seen.get(lineKey(line)) ?? 0;
    if (before === 0) yield line;
    else seen.set(lineKey(line), before - 1);
  }
}

/** How far past and present are read twice, in seconds; far longer than the engine needs to write a line. */
const overlapSeconds = 5;

const lineKey = (line: SourceLine): string =>
  `${line.source.container.Id} ${line.time} ${line.stream} ${line.text}`;

async function* followAll(
  session: OpenSession,
  sources: readonly Source[],
  wanted: (service: string) => boolean,
  since: number,
): AsyncGenerator<SourceLine, void, undefined> {
  const { engine, blueprint, signal } = session;
  const pool = new Pool<SourceLine>(byTime);
  const follow = (source: Source, from: number): void =>
    pool.add(
      withSource(source, containerLogs(engine, source.container, { follow: true, since: from, signal })),
    );
  const filters = { ...ofProject(blueprint.project), type: ["container"], event: ["start"] };
  const { body: starts } = await openEvents(engine, filters, { signal });
  for (const source of sources) if (source.container.State.Running) follow(source, since);
  pool.work(async () => {
    for await (const event of starts) {
      const source = await findSource(engine, event.Actor.ID, wanted, signal);
      // A restarted container has a log already: what it said since its last end is new. The time of the event would be
      // too late, a quick process has spoken before the engine reports its start.
      if (source !== undefined)
        follow(source, Math.max(0, Date.parse(source.container.State.FinishedAt) / 1000));
    }
  });
  yield* pool.drain(signal);
}

async function findSources(
  engine: EngineClient,
  project: string,
  wanted: (service: string) => boolean,
  signal: AbortSignal,
): Promise<readonly Source[]> {
  const containers = await listContainers(engine, ofProject(project), signal);
  const found = await Promise.all(containers.map(({ Id }) => findSource(engine, Id, wanted, signal)));
  return found.filter((source) => source !== undefined);
}

async function findSource(
  engine: EngineClient,
  id: string,
  wanted: (service: string) => boolean,
  signal: AbortSignal,
): Promise<Source | undefined> {
  const container = await findContainer(engine, id, signal);
  const labels = container?.Config.Labels ?? {};
  const service = labels[composeLabels.service] ?? "";
  if (container === undefined || !wanted(service)) return undefined;
  return { service, replica: Number(labels[composeLabels.number] ?? 1), container };
}

async function* withSource(
  source: Source,
  lines: AsyncIterable<StampedLine>,
): AsyncGenerator<SourceLine, void, undefined> {
  for await (const line of lines) yield { ...line, source };
}

function toRecord(line: SourceLine, redact: (text: string) => string): LogRecord {
  const text = redact(line.text);
  return {
    service: line.source.service,
    replica: line.source.replica,
    time: line.time,
    stream: line.stream,
    text,
    ...parseLine(text),
  };
}

/** Seconds since the epoch of `10m` ago, or of a time as it is written. */
function sinceSeconds(text: string): number {
  const span = parseDuration(text);
  const time = span === undefined ? Date.parse(text) : Date.now() - span;
  if (Number.isNaN(time)) throw new GantryError(problems.badTime(text), { exit: "usage" });
  return time / 1000;
}
