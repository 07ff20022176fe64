import { steadyNow } from "../../base/clock.ts";
import { GantryError, type Problem } from "../../base/errors.ts";
import type { Secret } from "../../base/secret.ts";
import { findContainer, stopContainer } from "../../engine/containers.ts";
import { asProblem, translate } from "../../engine/translate.ts";
import { dependenciesOf } from "../compose-run.ts";
import { exchange, settle } from "../delivery.ts";
import type { Session } from "../session.ts";
import {
  type Composer,
  createBeside,
  runJob,
  start,
  startAgain,
  stopAndRemove,
  stopJobs,
} from "./containers.ts";
import { drain, type Leaving, readLeaving } from "./drain.ts";
import { findGateways, type Gateway } from "./gateway.ts";
import type { DeployBook } from "./journal.ts";
import { withLeftBehind } from "./left-behind.ts";
import { readPresent } from "./look.ts";
import type { DeployPlan, GenerationRecord, Journal, Named, Present, Step } from "./model.ts";
import { serveOpenPages } from "./open-pages.ts";
import { startWaves } from "./plan.ts";
import { Prober } from "./prober.ts";
import { deployProblems } from "./problems.ts";
import { keepWell, type Patience, waitReady } from "./ready.ts";
import { wordsOf } from "./steps.ts";
import { giveBack, holdOld, nameOld, pointTo } from "./switch.ts";

/** A change that is decided. */
export interface Change {
  readonly plan: DeployPlan;
  /** All containers of the project when it was planned. */
  readonly present: readonly Present[];
  readonly composer: Composer;
  readonly patience: Patience;
  readonly record: GenerationRecord;
  /** Values that the new containers get; absent when no container gets another one. */
  readonly secrets?: readonly Secret[];
  readonly by: string;
  readonly host: string;
}

/** Longest time that a gateway which is replaced itself may take to end what it has begun: nobody gets in meanwhile. */
const gatewayGraceSeconds = 3;

/**
 * A gateway's process that was told to go still answers what comes on open connections, for this long where nothing does
 * (`keepalive_min_timeout`). What remains then are WebSockets and event streams, which ask nobody else.
 */
const idleClientMs = 11_000;

/** One deploy on its way; its journal says where it stands. */
export class Run {
  readonly #book: DeployBook;
  readonly #patience: Patience;
  #session: Session;
  #journal: Journal;
  #leaving: Leaving[] = [];
  /** Gateways as this run found them; asking them anew takes as long as a hundred requests. */
  #known: readonly Gateway[] | undefined;
  /** Processes of gateways that are on their way out since before the switch. */
  readonly #others = new Map<string, readonly number[]>();
  readonly #away: Record<string, number> = {};

  constructor(session: Session, book: DeployBook, journal: Journal, patience: Patience) {
    this.#session = session;
    this.#book = book;
    this.#journal = journal;
    this.#patience = patience;
  }

  /** Everything up to the moment when the new containers could take requests. */
  async prepare({ plan, present, composer, secrets }: Change): Promise<void> {
    await this.#step("begun");
    if (secrets !== undefined) await exchange(this.#session, secrets);
    // Containers answer to a service's name from their start on: to make them changes nothing yet.
    const [{ gateways, held }, fresh] = await settleAll([
      this.#hold(present),
      createBeside(this.#session, composer, plan, present),
    ]);
    this.#known = gateways;
    await this.#step("pinned");
    await this.#step("created", { fresh });
    for (const wave of this.#wavesOf(this.#journal.inPlace.filter((name) => this.#isData(name))))
      for (const service of wave) await this.#replaceInPlace(service);
    for (const job of plan.jobs) await runJob(this.#session, job);
    await drain(this.#session, held, idleClientMs, () => {});
    await this.#step("prepared");
    await this.#startBeside(gateways);
    await this.#step("started");
    await settleAll([
      this.#keepWell(gateways, countdown(this.#patience.soakMs)),
      serveOpenPages(this.#session, this.#journal),
      this.#noteLeaving(gateways),
    ]);
    await this.#step("ready");
  }

  /** From the switch to the end; may be called again after a crash, at any of its steps. */
  async finish(): Promise<void> {
    await this.#step("switching");
    this.#known ??= await this.#gateways();
    await this.#point(this.#known);
    await this.#step("switched");
    const rest = this.#journal.inPlace.filter((name) => !this.#isData(name));
    for (const wave of this.#wavesOf(rest)) for (const service of wave) await this.#replaceInPlace(service);
    await this.#step("replaced");
    await this.#drainAndWatch();
    await this.#step("drained");
    // The old ones begin to go: from here on there is only the way forward, whatever Ctrl-C says.
    this.#session = unstoppable(this.#session);
    await stopAndRemove(this.#session, this.#journal.remove);
    await settle(this.#session, "keep");
    await this.#step("stopped");
  }

  /** Whether the switch was made, so that going forward is the shorter way; both ways are safe. */
  async mayFinish(): Promise<boolean> {
    const { step, generation, routed } = this.#journal;
    if (["begun", "pinned", "created", "prepared", "started", "ready"].includes(step)) return false;
    const alive = await Promise.all(
      this.#beside().map(
        async ({ id }) => (await findContainer(this.#session.engine, id))?.State.Running === true,
      ),
    );
    if (alive.includes(false)) return ["drained", "stopped", "done"].includes(step);
    if (step !== "switching" || routed.length === 0) return true;
    return (await this.#gateways()).every(({ served }) => served === String(generation));
  }

  /** What went wrong, after everything was taken back; it is written into the history. */
  async giveUp(error: unknown): Promise<unknown> {
    const { engine, signal } = this.#session;
    const known = signal.aborted ? error : await translate(error, { engine });
    const over = ["drained", "stopped", "done"].includes(this.#journal.step);
    if (over) return known;
    const problems: readonly Problem[] = known instanceof GantryError ? known.problems : [];
    const reason = signal.aborted ? "interrupted" : (problems[0]?.what ?? "it failed");
    try {
      this.#journal = await withLeftBehind(unstoppable(this.#session), this.#journal);
      await this.takeBack();
      await this.record("failed", reason);
    } catch (second) {
      // The journal stays, and the next run goes on from it. What went wrong first is what people must know.
      this.#session.task.warn(asProblem(await translate(second, { engine })));
      return known;
    }
    if (!(known instanceof GantryError)) return known;
    return new GantryError([...problems, deployProblems.takenBack(reason)], {
      exit: known.exit,
      cause: known.cause,
    });
  }

  /** Gives requests back to the old containers and removes the new ones. */
  async takeBack(): Promise<void> {
    this.#session = unstoppable(this.#session);
    const session = this.#session;
    session.task.progress("taking back");
    const { remove, inPlace } = this.#journal;
    // One that goes on by itself would meet the one of the next deploy.
    await stopJobs(session);
    // Before anything starts again: it reads its files then.
    await settle(session, "undo");
    for (const service of inPlace) {
      const fresh = this.#journal.fresh.filter((one) => one.service === service);
      await stopAndRemove(session, fresh);
      const old = remove.filter((one) => one.service === service);
      await startAgain(session, old).catch((error: unknown) => {
        session.task.warn(deployProblems.lastChance(service));
        session.task.warn(asProblem(error));
      });
      for (const one of old) await waitReady(session, one, [], new Prober(session), () => {}).catch(() => {});
    }
    const leaving = await giveBack(session, await this.#gateways(), this.#journal);
    if (leaving.length > 0)
      await drain(session, leaving, this.#drainLimit(leaving.map(({ gateway }) => gateway)), () => {});
    const gone = this.#journal.fresh.filter(({ service }) => !inPlace.includes(service));
    await stopAndRemove(session, gone);
    await nameOld(session, await this.#gateways(), this.#journal);
  }

  /** Closes the journal with how it ended. */
  async record(outcome: "ok" | "failed", note?: string): Promise<GenerationRecord> {
    const { record } = this.#journal;
    const final: GenerationRecord = {
      ...record,
      outcome,
      // It may have begun in another process, whose clock was ahead.
      durationMs: Math.max(0, steadyNow() - record.startedAt),
      ...(Object.keys(this.#away).length === 0 ? {} : { away: this.#away }),
      ...(note === undefined ? {} : { note }),
    };
    await this.#book.close(final);
    return final;
  }

  async #step(step: Step, change: Partial<Journal> = {}): Promise<void> {
    this.#journal = { ...this.#journal, ...change, step };
    await this.#book.write(this.#journal);
    this.#session.task.progress(wordsOf(step));
    this.#session.signal.throwIfAborted();
  }

  async #startBeside(gateways: readonly Gateway[]): Promise<void> {
    const fresh = this.#beside();
    // The first that fails ends the waiting for its siblings: they are about to be removed.
    const failed = new AbortController();
    const session = { ...this.#session, signal: AbortSignal.any([this.#session.signal, failed.signal]) };
    const prober = new Prober(session);
    for (const wave of this.#wavesOf(fresh.map(({ service }) => service)))
      await settleAll(
        fresh
          .filter(({ service }) => wave.includes(service))
          .map(async (one) => {
            const title = one.name.replace(`${this.#session.blueprint.project}-`, "");
            const task = this.#session.part("service", `service:${title}`, title);
            task.progress("starting");
            try {
              await start(session, one);
              await waitReady(session, one, gateways, prober, (state) => task.progress(state));
              task.finish("ok", "ready");
            } catch (error) {
              if (session.signal.aborted) task.finish("cancelled", "stopped");
              else task.finish("failed", "not ready", error instanceof GantryError ? error.problems : []);
              failed.abort(error);
              throw error;
            }
          }),
      );
  }

  /** The old stops before the new starts; when the new does not get well, taking back starts the old again. */
  async #replaceInPlace(service: string): Promise<void> {
    const session = this.#session;
    const task = session.part("service", `service:${service}`, service);
    const fresh = this.#journal.fresh.filter((one) => one.service === service);
    const isGateway = session.blueprint.services[service]?.gateway !== undefined;
    task.progress("stopping the old one");
    const begun = performance.now();
    await Promise.all(
      this.#journal.remove
        .filter((one) => one.service === service)
        .map(({ id }) =>
          stopContainer(session.engine, id, isGateway ? { graceSeconds: gatewayGraceSeconds } : {}),
        ),
    );
    task.progress("starting");
    for (const one of fresh) await start(session, one);
    const prober = new Prober(session);
    for (const one of fresh) await waitReady(session, one, [], prober, (state) => task.progress(state));
    if (isGateway) {
      this.#leaving = this.#leaving.filter(({ gateway }) => gateway.service !== service);
      // It starts with the names of services, and both generations answer to them.
      this.#known = await this.#gateways();
      await this.#point(this.#known.filter((gateway) => gateway.service === service));
    }
    const away = Math.round(performance.now() - begun);
    this.#away[service] = away;
    task.finish("ok", `replaced, away for ${(away / 1000).toFixed(1)} s`);
  }

  async #drainAndWatch(): Promise<void> {
    const rest = countdown(this.#patience.watchMs);
    let drained = false;
    const limit = this.#drainLimit(this.#leaving.map(({ gateway }) => gateway));
    const draining = drain(this.#session, this.#leaving, limit, (left) =>
      this.#session.task.progress(`waiting for requests in flight (${left} of the gateway's processes)`),
    ).finally(() => {
      drained = true;
    });
    const left = (): number => (drained ? rest() : Number.POSITIVE_INFINITY);
    await Promise.all([draining, this.#keepWell(this.#known ?? [], left, draining)]);
  }

  #keepWell(
    gateways: readonly Gateway[],
    left: () => number,
    wake: Promise<unknown> = Promise.resolve(),
  ): Promise<void> {
    return keepWell(this.#session, this.#beside(), gateways, new Prober(this.#session), left, wake);
  }

  #drainLimit(gateways: readonly Gateway[]): number {
    const longest = Math.max(0, ...gateways.map(({ facts }) => facts.drainMs));
    // A little longer than nginx itself gives them: it ends what is left then.
    return Math.min(this.#patience.drainMs ?? Number.POSITIVE_INFINITY, longest + 3000);
  }

  /** Has gateways send requests to what serves now, whatever starts beside it. */
  async #hold(
    present: readonly Present[],
  ): Promise<{ readonly gateways: readonly Gateway[]; readonly held: readonly Leaving[] }> {
    const gateways = await findGateways(this.#session, present);
    return { gateways, held: await holdOld(this.#session, gateways, this.#journal) };
  }

  async #gateways(): Promise<readonly Gateway[]> {
    return findGateways(this.#session, await readPresent(this.#session));
  }

  /** Before the switch, because asking takes time in which nothing else would happen. */
  async #noteLeaving(gateways: readonly Gateway[]): Promise<void> {
    for (const gateway of gateways) this.#others.set(gateway.id, await readLeaving(this.#session, gateway));
  }

  /** New containers that start while the old ones serve. */
  #beside(): readonly Named[] {
    return this.#journal.fresh.filter(({ service }) => !this.#journal.inPlace.includes(service));
  }

  /** Tells gateways who serves from now on, and proves it; their old processes go when they have answered. */
  async #point(gateways: readonly Gateway[]): Promise<void> {
    const serving = [...this.#journal.keep, ...this.#beside()];
    for (const gateway of gateways) {
      const others = this.#others.get(gateway.id);
      const leaving = await pointTo(this.#session, gateway, serving, this.#journal, others);
      if (leaving !== undefined) this.#leaving.push(leaving);
    }
  }

  #isData(service: string): boolean {
    const role = this.#session.blueprint.services[service]?.role;
    return role === "database" || role === "cache";
  }

  #wavesOf(names: readonly string[]): readonly (readonly string[])[] {
    return startWaves(names, dependenciesOf(this.#session.blueprint));
  }
}

/** What is left of a span of time; of time that passes, whatever anybody does to the clock. */
function countdown(ms: number): () => number {
  const end = performance.now() + ms;
  return () => end - performance.now();
}

/** Waits for all, then rejects with what went wrong first. */
async function settleAll<const T extends readonly Promise<unknown>[]>(
  work: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  let first: { readonly error: unknown } | undefined;
  const results = await Promise.all(
    work.map((one) =>
      one.catch((error: unknown) => {
        first ??= { error };
      }),
    ),
  );
  if (first !== undefined) throw first.error;
  return results as { -readonly [K in keyof T]: Awaited<T[K]> };
}

function unstoppable(session: Session): Session {
  return { ...session, signal: new AbortController().signal };
}
