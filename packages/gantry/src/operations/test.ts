import { steadyNow } from "../base/clock.ts";
import { GantryError } from "../base/errors.ts";
import type { Blueprint, TestBlueprint } from "../blueprint/model.ts";
import { problems } from "../engine/catalogue.ts";
import {
  composeLabels,
  containerLogs,
  inspectContainer,
  listContainers,
  ofProject,
  startContainer,
  waitContainer,
} from "../engine/containers.ts";
import { newOwner } from "../engine/lock.ts";
import { buildImages } from "./build.ts";
import { prepareProject } from "./compose-run.ts";
import type { OperationContext } from "./context.ts";
import { explainExit } from "./exit-meaning.ts";
import { isolationOverride, removeRun, runSuffix, runTag, sweepRuns } from "./isolation.ts";
import { writeRendered } from "./rendered.ts";
import { operate, type Session } from "./session.ts";
import { createAndStart } from "./up.ts";

/** What `gantry test` may be told. */
export interface TestOptions {
  /** Instead of the stack's test command. */
  readonly command?: readonly string[];
  /** Added to the test command, such as a file to test. */
  readonly arguments?: readonly string[];
  /** Build images first; true when absent. */
  readonly build?: boolean;
  /** Leave everything running when the tests fail, to look at it. */
  readonly keep?: boolean;
}

/** How the tests ended. */
export interface TestResult {
  /** Exit code of the test command; the caller ends with it. */
  readonly exitCode: number;
  /** Compose project of this run: `parcel-test-k3f9a2`. */
  readonly project: string;
  /** Whether everything was removed again. */
  readonly removed: boolean;
  readonly durationMs: number;
}

/**
 * Runs the stack's tests in an isolated copy of the stack and removes it after, also on abort.
 * The tests' output are log events of the task `service:NAME` of the test service. Always in environment `test`,
 * whatever the context says.
 */
export async function test(context: OperationContext, options: TestOptions = {}): Promise<TestResult> {
  return operate(
    context,
    { id: "test", title: `test ${context.project.name}`, environment: "test" },
    async (outer) => {
      const begun = steadyNow();
      const plan = outer.blueprint.test;
      if (plan === undefined) throw new GantryError(problems.noTests(), { exit: "usage" });
      const blueprint = { ...outer.blueprint, project: `${outer.blueprint.project}-${runSuffix()}` };
      const session: Session = { ...outer, blueprint };
      const { root } = context.project;
      let exitCode: number | undefined;
      let removed = false;
      try {
        await sweepRuns(session.engine, root, session.signal);
        exitCode = await runTests(session, plan, options);
      } finally {
        const keep = options.keep === true && exitCode !== undefined && exitCode !== 0;
        if (!keep) {
          session.task.progress("removing");
          removed = await removeRun(session.engine, blueprint.project, root);
        }
      }
      return { exitCode, project: blueprint.project, removed, durationMs: steadyNow() - begun };
    },
    ({ exitCode }) => ({
      outcome: exitCode === 0 ? "ok" : "failed",
      state: exitCode === 0 ? "passed" : `exit code ${exitCode}`,
    }),
  );
}

/** Builds, starts all but the tests, then the tests; their exit code. */
async function runTests(session: Session, plan: TestBlueprint, options: TestOptions): Promise<number> {
  const { blueprint } = session;
  const tag = options.build === false ? undefined : runTag(blueprint.project);
  const command = [...(options.command ?? plan.command), ...(options.arguments ?? [])];
  const { compose } = await prepareProject(session, {
    override: isolationOverride(blueprint, newOwner("gantry test"), { service: plan.service, command }),
    ...(tag === undefined ? {} : { tag }),
  });
  if (tag === undefined) await writeRendered(session.context.project);
  else await buildImages(session, { tag });
  await createAndStart(session, {
    compose,
    services: supporting(blueprint),
    alsoCreate: [plan.service],
    restart: new Set(),
    keep: options.keep ?? false,
  });
  return runToTheEnd(session, plan.service);
}

/** Everything that runs beside the tests; tools are for people. */
function supporting(blueprint: Blueprint): ReadonlySet<string> {
  return new Set(
    Object.values(blueprint.services)
      .filter(({ role }) => role !== "test" && role !== "tool")
      .map(({ name }) => name),
  );
}

/** Starts the container of the tests and passes its output on until it ends. */
async function runToTheEnd(session: Session, service: string): Promise<number> {
  const { engine, blueprint, signal } = session;
  const containers = await listContainers(engine, ofProject(blueprint.project), signal);
  const found = containers.find(({ Labels }) => Labels[composeLabels.service] === service);
  if (found === undefined) throw new GantryError(problems.notRunning(service, "test"));
  const task = session.part("job", `service:${service}`, service);
  task.progress("running");
  await startContainer(engine, found.Id, signal);
  const container = await inspectContainer(engine, found.Id, signal);
  const kept: string[] = [];
  for await (const line of containerLogs(engine, container, { follow: true, signal })) {
    task.log(line.text, line.stream);
    kept.push(line.text);
    if (kept.length > 20) kept.shift();
  }
  const exitCode = await waitContainer(engine, found.Id, signal);
  if (exitCode === 0) {
    task.finish("ok", "passed");
    return 0;
  }
  const { State, HostConfig } = await inspectContainer(engine, found.Id, signal);
  const memory = HostConfig.Memory === 0 ? undefined : HostConfig.Memory;
  task.finish("failed", explainExit(State, { memory }, kept).how);
  return exitCode;
}
