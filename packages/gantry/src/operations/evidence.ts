import type { Problem } from "../base/errors.ts";
import type { ContainerInspect } from "../engine/api-types.ts";
import { problems } from "../engine/catalogue.ts";
import type { EngineClient } from "../engine/client.ts";
import { lastLines } from "../engine/containers.ts";
import { adviceFor, explainExit } from "./exit-meaning.ts";
import type { Failure, Member } from "./lifecycle.ts";

/** Lines of a log that are shown with a problem. */
const shownLines = 20;

/** How a container ended, as the engine's event said. */
export interface Death {
  readonly exitCode: number;
  /** The kernel reported that its memory ran out before. */
  readonly oom: boolean;
}

/** Why a member failed, with everything that proves it. */
export async function explainMember(
  engine: EngineClient,
  member: Member,
  failure: Failure,
  options: {
    readonly job: boolean;
    readonly refusal: string | undefined;
    readonly death: Death | undefined;
    readonly signal: AbortSignal;
  },
): Promise<Problem> {
  if (failure === "refused") return problems.startRefused(member.service, options.refusal ?? "");
  const { container } = member;
  if (container === undefined)
    return problems.serviceExited(
      member.service,
      "its container was removed from outside",
      "Run the same command again, and look for another tool that manages the same containers.",
      [],
    );
  const log = await lastLines(engine, member.id, shownLines, options.signal);
  if (failure === "unhealthy") return unhealthy(member.service, container, log);
  const memory = container.HostConfig.Memory;
  const state = endedState(container, options.death);
  const meaning = explainExit(state, { memory: memory === 0 ? undefined : memory }, log);
  return options.job
    ? problems.jobFailed(member.service, meaning.how, meaning.fix, log)
    : problems.serviceExited(member.service, meaning.how, meaning.fix, log);
}

/** The record of its death; a container that the engine has started again already says it no more, the event did. */
function endedState(container: ContainerInspect, death: Death | undefined): ContainerInspect["State"] {
  if (death === undefined) return container.State;
  return { ...container.State, ExitCode: death.exitCode, OOMKilled: container.State.OOMKilled || death.oom };
}

function unhealthy(service: string, container: ContainerInspect, log: readonly string[]): Problem {
  const health = container.State.Health;
  const probe = probeText(container.Config.Healthcheck?.Test ?? []);
  const last = (health?.Log ?? []).at(-1);
  const output = (last?.Output ?? "").trim().split("\n").slice(-10);
  return problems.serviceUnhealthy(service, probe, health?.FailingStreak ?? 0, adviceFor(log), [
    `probe: exit code ${last?.ExitCode ?? "unknown"}`,
    ...output.filter((line) => line !== "").map((line) => `probe: ${line}`),
    ...log,
  ]);
}

/** Last words of a probe that failed as often as the engine remembers; at the first times a start is just not over. */
export function complaint(container: ContainerInspect | undefined): string | undefined {
  const said = container?.State.Health?.Log ?? [];
  if (said.length < 5 || said.some(({ ExitCode }) => ExitCode === 0)) return undefined;
  return said.at(-1)?.Output.trim().split("\n").at(-1)?.slice(0, 100) || undefined;
}

/** The probe as one would type it; a script of several lines by what it asks. */
export function probeText(test: readonly string[]): string {
  const [kind, ...rest] = test;
  const script = rest.length > 1 && rest[0] === "bash" ? (rest.at(-1) ?? "") : "";
  const port = /\/dev\/tcp\/127\.0\.0\.1\/(\d+)/.exec(script)?.[1];
  const path = /GET (\/\S*) HTTP/.exec(script)?.[1];
  if (port !== undefined && path !== undefined) return `GET http://127.0.0.1:${port}${path}`;
  if (port !== undefined) return `tcp://127.0.0.1:${port}`;
  return kind === "CMD" || kind === "CMD-SHELL" ? rest.join(" ") : test.join(" ");
}
