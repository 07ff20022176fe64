import { join } from "node:path";
import { GantryError, type Problem } from "../base/errors.ts";
import { type Event, type EventSink, startTask, type Task, type TaskKind } from "../base/events.ts";
import { redactor, type Secret } from "../base/secret.ts";
import type { Blueprint } from "../blueprint/model.ts";
import type { EnvironmentName } from "../blueprint/plan.ts";
import { problems } from "../engine/catalogue.ts";
import { EngineClient } from "../engine/client.ts";
import { findEngine, systemSources } from "../engine/connection.ts";
import { stateFolder } from "../engine/files.ts";
import { findSecrets, type SecretRequest } from "../engine/secrets.ts";
import { translate } from "../engine/translate.ts";
import type { OperationContext } from "./context.ts";

/** What the steps of one running operation share. */
export interface Session {
  readonly context: OperationContext;
  readonly blueprint: Blueprint;
  readonly engine: EngineClient;
  readonly signal: AbortSignal;
  /** The operation itself; parent of its parts. */
  readonly task: Task;
  /** Replaces the values of secrets in a text. */
  readonly redact: (text: string) => string;
  /** From now on these values appear in no event and no error. */
  readonly conceal: (secrets: readonly Secret[]) => void;
  /** A part of the operation; one that is still open at its end is finished as cancelled. */
  readonly part: (kind: TaskKind, id: string, title: string, parent?: Task) => Task;
}

/** How an operation is called. */
export interface OperationSettings {
  readonly id: string;
  readonly title: string;
  /** Instead of the context's. */
  readonly environment?: EnvironmentName;
  /** Emits no task of its own; for operations that only look. */
  readonly quiet?: boolean;
}

/**
 * Runs an operation: connects to the engine, keeps secrets out of all that leaves, translates failures once, and
 * leaves no task open. The body says how it ended by its result.
 */
export async function operate<T>(
  context: OperationContext,
  settings: OperationSettings,
  body: (session: Session) => Promise<T>,
  outcome: (result: T) => {
    readonly outcome: "ok" | "failed" | "unchanged";
    readonly state: string;
  } = () => ({
    outcome: "ok",
    state: "done",
  }),
): Promise<T> {
  const blueprint = context.project.blueprint(settings.environment ?? context.environment);
  const shield = makeShield(context.emit);
  const open = new Set<Task>();
  const part: Session["part"] = (kind, id, title, parent) => {
    const task = startTask(shield.emit, kind, id, title, (parent ?? main).id);
    open.add(task);
    return task;
  };
  const emit = settings.quiet === true ? () => {} : shield.emit;
  const main = startTask(emit, "operation", settings.id, settings.title);
  let engine: EngineClient | undefined;
  try {
    context.signal.throwIfAborted();
    shield.conceal(await knownSecrets(context, blueprint));
    engine = await EngineClient.connect(findEngine(systemSources()), context.signal);
    const result = await body({
      context,
      blueprint,
      engine,
      signal: context.signal,
      task: main,
      redact: (text) => shield.redact(text),
      conceal: shield.conceal,
      part,
    });
    const end = outcome(result);
    closeAll(open);
    main.finish(end.outcome, end.state);
    return result;
  } catch (error) {
    const final = shield.redactError(await finalError(error, context.signal, engine));
    closeAll(open);
    const interrupted = final instanceof GantryError && final.exit === "interrupted";
    if (interrupted) main.finish("cancelled", "interrupted");
    else main.finish("failed", "failed", final instanceof GantryError ? final.problems : []);
    throw final;
  } finally {
    await engine?.[Symbol.asyncDispose]();
  }
}

/** What operations that only look share: no task, no events. */
export interface OpenSession extends AsyncDisposable {
  readonly blueprint: Blueprint;
  readonly engine: EngineClient;
  readonly signal: AbortSignal;
  readonly redact: (text: string) => string;
  /** An error in words for people, with no secret in it. */
  readonly explain: (error: unknown) => Promise<unknown>;
}

/** Connects for an operation that yields as it goes; `await using` closes it. */
export async function openSession(context: OperationContext): Promise<OpenSession> {
  const blueprint = context.project.blueprint(context.environment);
  const shield = makeShield(() => {});
  shield.conceal(await knownSecrets(context, blueprint));
  let engine: EngineClient | undefined;
  const explain = async (error: unknown): Promise<unknown> =>
    shield.redactError(await finalError(error, context.signal, engine));
  try {
    engine = await EngineClient.connect(findEngine(systemSources()), context.signal);
  } catch (error) {
    throw await explain(error);
  }
  const connected = engine;
  return {
    blueprint,
    engine: connected,
    signal: context.signal,
    redact: (text) => shield.redact(text),
    explain,
    [Symbol.asyncDispose]: () => connected[Symbol.asyncDispose](),
  };
}

/** Folder that keeps state between runs, absolute. */
export function stateOf(context: OperationContext): string {
  return join(context.project.root, stateFolder);
}

/** What the environment's services need, as the engine's side wants it. */
export function secretRequests(blueprint: Blueprint): readonly SecretRequest[] {
  return Object.values(blueprint.secrets);
}

async function knownSecrets(context: OperationContext, blueprint: Blueprint): Promise<readonly Secret[]> {
  return findSecrets(secretRequests(blueprint), {
    root: context.project.root,
    environment: blueprint.environment,
    variables: process.env,
    create: false,
  });
}

async function finalError(
  error: unknown,
  signal: AbortSignal,
  engine: EngineClient | undefined,
): Promise<unknown> {
  // Whatever broke because of the abort, the abort is the reason that people know.
  if (signal.aborted)
    return error instanceof GantryError && error.exit === "interrupted"
      ? error
      : new GantryError(problems.interrupted("Nothing was left half-made."), {
          exit: "interrupted",
          cause: error,
        });
  return translate(error, { engine });
}

function closeAll(open: Iterable<Task>): void {
  for (const task of open) task.finish("cancelled", "stopped");
}

interface Shield {
  readonly emit: EventSink;
  readonly conceal: (secrets: readonly Secret[]) => void;
  readonly redact: (text: string) => string;
  readonly redactError: (error: unknown) => unknown;
}

function makeShield(sink: EventSink): Shield {
  const known = new Map<string, Secret>();
  let redact: (text: string) => string = (text) => text;
  return {
    emit: (event) => sink(redactEvent(event, redact)),
    conceal: (secrets) => {
      for (const secret of secrets) known.set(`${secret.name}=${secret.reveal()}`, secret);
      redact = redactor(known.values());
    },
    redact: (text) => redact(text),
    redactError: (error) =>
      error instanceof GantryError
        ? new GantryError(
            error.problems.map((problem) => redactProblem(problem, redact)),
            { exit: error.exit, cause: error.cause },
          )
        : error,
  };
}

function redactEvent(event: Event, redact: (text: string) => string): Event {
  switch (event.kind) {
    case "started":
      return { ...event, title: redact(event.title) };
    case "progress":
      return { ...event, state: redact(event.state) };
    case "log":
      return { ...event, line: redact(event.line) };
    case "warning":
      return { ...event, problem: redactProblem(event.problem, redact) };
    case "finished":
      return event.problems === undefined
        ? { ...event, state: redact(event.state) }
        : {
            ...event,
            state: redact(event.state),
            problems: event.problems.map((problem) => redactProblem(problem, redact)),
          };
    default:
      return event satisfies never;
  }
}

/** A problem with no secret's value in any of its texts. */
export function redactProblem(problem: Problem, redact: (text: string) => string): Problem {
  return {
    ...problem,
    what: redact(problem.what),
    ...(problem.why === undefined ? {} : { why: redact(problem.why) }),
    ...(problem.fix === undefined ? {} : { fix: redact(problem.fix) }),
    ...(problem.evidence === undefined ? {} : { evidence: problem.evidence.map(redact) }),
  };
}
