import { steadyNow } from "../../base/clock.ts";
import { describeUnknown, GantryError } from "../../base/errors.ts";
import { runCompose } from "../../engine/compose.ts";
import { composeLabels, inspectContainer, listContainers, ofProject } from "../../engine/containers.ts";
import { findSecrets } from "../../engine/secrets.ts";
import { runSidecar, sweepSidecars } from "../../engine/sidecar.ts";
import { prepareProject } from "../compose-run.ts";
import type { OperationContext } from "../context.ts";
import { operate, redactProblem, type Session, secretRequests } from "../session.ts";
import { health, images, logs } from "./calm.ts";
import { connections } from "./connections.ts";
import { comeback, honesty } from "./disruptive.ts";
import { durability } from "./durability.ts";
import { kernel } from "./kernel.ts";
import { rights } from "./rights.ts";
import { secrets } from "./secrets.ts";
import type { CheckGroup, CheckResult, Running, Scene } from "./types.ts";
import { settled } from "./wait.ts";

/** Every group, in the order in which they run: what harms nobody first. */
export const checkGroups: readonly CheckGroup[] = [
  images,
  health,
  connections,
  rights,
  secrets,
  logs,
  kernel,
  honesty,
  comeback,
  durability,
];

/** What `gantry verify` may be told. */
export interface VerifyOptions {
  /** Also what interrupts service: take off its networks, kill, restart, re-create. Default: true outside production. */
  readonly disruptive?: boolean;
  /** Only these groups. */
  readonly groups?: readonly string[];
}

/** What was found. */
export interface VerifyReport {
  readonly stack: string;
  readonly environment: string;
  readonly project: string;
  /** ISO time of the end. */
  readonly time: string;
  readonly durationMs: number;
  readonly passed: number;
  readonly failed: number;
  /** What the machine lacks; not among the failed. */
  readonly warnings: number;
  readonly skipped: number;
  readonly groups: readonly {
    readonly name: string;
    readonly title: string;
    readonly results: readonly CheckResult[];
  }[];
}

/**
 * Checks a running stack against its description, and leaves it as it was. In production nothing is interrupted unless
 * asked for. Exit `failed` is the caller's to give when something failed; throws when nothing runs.
 */
export async function verify(context: OperationContext, options: VerifyOptions = {}): Promise<VerifyReport> {
  return operate(
    context,
    { id: "verify", title: `verify ${context.project.name} in ${context.environment}` },
    (session) => verifyStack(session, options),
    (report) =>
      report.failed === 0
        ? { outcome: "ok", state: `${report.passed} checks passed` }
        : { outcome: "failed", state: `${report.failed} checks failed` },
  );
}

async function verifyStack(session: Session, options: VerifyOptions): Promise<VerifyReport> {
  const begun = steadyNow();
  const { blueprint } = session;
  const scene = await setScene(session);
  const disruptive = options.disruptive ?? blueprint.environment !== "production";
  const groups: { name: string; title: string; results: readonly CheckResult[] }[] = [];
  for (const group of checkGroups) {
    if (options.groups !== undefined && !options.groups.includes(group.name)) continue;
    const task = session.part("step", `verify:${group.name}`, group.title);
    let results: readonly CheckResult[];
    if (group.disruptive && !disruptive) {
      results = [
        {
          group: group.name,
          outcome: "skipped",
          what: "it interrupts service: ask for it with --disruptive",
        },
      ];
    } else {
      // Each group sees the stack as it is now: the one before may have restarted something.
      const now = { ...scene, running: await scene.refresh() };
      results = (await runGroup(group, now)).map((result) => redacted(result, session.redact));
    }
    groups.push({ name: group.name, title: group.title, results });
    const failed = results.filter((result) => result.outcome === "failed").length;
    const all = results.every((result) => result.outcome === "skipped");
    task.finish(
      failed > 0 ? "failed" : all ? "unchanged" : "ok",
      failed > 0 ? `${failed} failed` : all ? "skipped" : summary(results),
    );
  }
  const count = (outcome: CheckResult["outcome"]): number =>
    groups.flatMap((group) => group.results).filter((result) => result.outcome === outcome).length;
  return {
    stack: blueprint.name,
    environment: blueprint.environment,
    project: blueprint.project,
    time: new Date().toISOString(),
    durationMs: steadyNow() - begun,
    passed: count("ok"),
    failed: count("failed"),
    warnings: count("warning"),
    skipped: count("skipped"),
    groups,
  };
}

/** A group that cannot go on has failed: what it should have seen was not seen. */
async function runGroup(group: CheckGroup, scene: Scene): Promise<readonly CheckResult[]> {
  const results: CheckResult[] = [];
  try {
    results.push(...(await group.run(scene)));
  } catch (error) {
    scene.signal.throwIfAborted();
    results.push({
      group: group.name,
      outcome: "failed",
      what: `the checks could not be made: ${describeUnknown(error)}`,
      fix: "Look whether the stack still runs: gantry ps.",
    });
  }
  if (group.disruptive) results.push(...(await settled(scene, scene.running, group.name)));
  return results;
}

function summary(results: readonly CheckResult[]): string {
  const of = (outcome: CheckResult["outcome"]): number =>
    results.filter((result) => result.outcome === outcome).length;
  const warnings = of("warning");
  return `${of("ok")} ok${warnings === 0 ? "" : `, ${warnings === 1 ? "1 warning" : `${warnings} warnings`}`}`;
}

async function setScene(session: Session): Promise<Scene> {
  const { engine, blueprint, signal, context } = session;
  const refresh = async (): Promise<readonly Running[]> => {
    const found = await listContainers(engine, ofProject(blueprint.project), signal);
    const inspected = await Promise.all(
      found
        .filter((summary) => summary.State === "running" && summary.Labels[composeLabels.oneOff] !== "True")
        .map(async (summary) => {
          const service = blueprint.services[summary.Labels[composeLabels.service] ?? ""];
          if (service === undefined || service.role === "job" || service.role === "test") return [];
          return [{ service, container: await inspectContainer(engine, summary.Id, signal) }];
        }),
    );
    return inspected.flat().sort((a, b) => (a.container.Name < b.container.Name ? -1 : 1));
  };
  // What a killed run left beside the stack.
  await sweepSidecars(engine, blueprint.project, signal);
  const running = await refresh();
  if (running.length === 0) {
    throw new GantryError({
      code: "GTY5101",
      what: `nothing of ${blueprint.project} runs`,
      why: "verify looks at a stack that runs.",
      fix: `Start it: gantry up --env ${blueprint.environment}.`,
    });
  }
  const values = await findSecrets(secretRequests(blueprint), {
    root: context.project.root,
    environment: blueprint.environment,
    variables: process.env,
    create: false,
  });
  return {
    blueprint,
    engine,
    signal,
    running,
    secrets: values,
    toolImage: await imageWithBash(session, running),
    refresh,
    recreate: async (services) => {
      // Without new anonymous volumes Compose would carry over what the next `down` loses.
      const { compose } = await prepareProject(session);
      await runCompose(
        compose,
        [
          "up",
          "--detach",
          "--no-build",
          "--no-deps",
          "--force-recreate",
          "--renew-anon-volumes",
          ...services,
        ],
        { engine, signal },
      );
    },
  };
}

/** The first image of the stack that has bash and timeout; others of its containers may have no shell at all. */
async function imageWithBash(session: Session, running: readonly Running[]): Promise<string | undefined> {
  const { engine, blueprint, signal } = session;
  for (const image of new Set(running.map(({ container }) => container.Image))) {
    try {
      const { exitCode } = await runSidecar(engine, {
        project: blueprint.project,
        image,
        script: "command -v timeout > /dev/null",
        signal,
      });
      if (exitCode === 0) return image;
    } catch {
      signal.throwIfAborted();
    }
  }
  return undefined;
}

function redacted(result: CheckResult, redact: (text: string) => string): CheckResult {
  const { what, evidence } = redactProblem(
    { code: "", what: result.what, ...(result.evidence === undefined ? {} : { evidence: result.evidence }) },
    redact,
  );
  return { ...result, what, ...(evidence === undefined ? {} : { evidence }) };
}
