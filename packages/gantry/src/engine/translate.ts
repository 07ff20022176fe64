import { userInfo } from "node:os";
import { describeUnknown, type ExitName, GantryError, type Problem } from "../base/errors.ts";
import { humanBytes } from "../base/units.ts";
import { problems } from "./catalogue.ts";
import { ConnectionFailure, type EngineClient, EngineFailure, TooOldFailure } from "./client.ts";
import { addressText, type EngineAddress, findEngine, systemSources } from "./connection.ts";
import { composeLabels, listContainers } from "./containers.ts";
import { portOwner } from "./ports.ts";
import { ProgramMissing } from "./process.ts";
import { type Recognised, recognise } from "./recognise.ts";
import { diskUsage } from "./resources.ts";

/** Where a failure happened, as far as that helps to explain it. */
export interface FailureScene {
  /** Connected engine, which is asked who has a port and what fills the disk. */
  readonly engine?: EngineClient | undefined;
  /** Service that the work was for. */
  readonly service?: string;
}

/**
 * Turns whatever the engine, its tools or the connection threw into problems for people, once. What is no failure of
 * theirs (a bug of ours, an abort) comes back as it is.
 */
export async function translate(error: unknown, scene: FailureScene = {}): Promise<unknown> {
  if (error instanceof GantryError) return error;
  if (error instanceof TooOldFailure)
    return fail(problems.engineTooOld(error.version, error.api), error, "noEngine");
  if (error instanceof ConnectionFailure)
    return scene.engine === undefined
      ? fail(explainConnection(error.address, error.reason), error, "noEngine")
      : fail(problems.engineLost(explainReason(error.reason)), error, "noEngine");
  if (error instanceof ProgramMissing && error.program === "docker")
    return fail(problems.clientMissing(), error, "noEngine");
  if (error instanceof EngineFailure) {
    const problem = await explainText(error.message, scene);
    if (problem !== undefined) return fail(problem.problem, error, problem.exit);
    return scene.service === undefined
      ? fail(problems.engineRefused(error.request, error.message), error)
      : fail(problems.startRefused(scene.service, error.message), error, "unhealthy");
  }
  const file = explainFile(error);
  return file === undefined ? error : fail(file, error);
}

/** Reasons why this machine does not take a file, in words, and what helps. */
const fileReasons: Readonly<Record<string, readonly [string, string]>> = {
  ENOSPC: ["no space left on this machine's disk", "Make room, then run the same command again."],
  EDQUOT: ["no space left within your quota", "Make room, then run the same command again."],
  EROFS: ["its file system is read-only", "Mount it for writing, then run the same command again."],
  EACCES: ["you have no right to", "Give yourself the right, or run as the user who did it before."],
  EPERM: ["you have no right to", "Give yourself the right, or run as the user who did it before."],
};

function explainFile(error: unknown): Problem | undefined {
  const { code, path, syscall } = error as NodeJS.ErrnoException;
  // Calls of programs and sockets have codes too, and other reasons.
  const known = ["open", "write", "mkdir", "rename", "link", "fsync", "fchmod", "chmod", "unlink"];
  const reason = fileReasons[code ?? ""];
  if (!(error instanceof Error) || reason === undefined || !known.includes(syscall ?? "")) return undefined;
  return problems.notWritten(path?.replace(/\.\d+\.[0-9a-f]+\.tmp$/, "") ?? "A file", ...reason);
}

/** The problem behind an error text of Docker, Compose or Buildx; `undefined` when the text has no known form. */
export async function explainText(
  text: string,
  scene: FailureScene = {},
): Promise<{ readonly problem: Problem; readonly exit: ExitName } | undefined> {
  const recognised = recognise(text);
  if (recognised === undefined) return undefined;
  const noEngine = ["noEngine", "noRights", "noCompose", "noBuildx"].includes(recognised.kind);
  return {
    problem: await explainRecognised(recognised, firstLine(text), scene),
    exit: noEngine ? "noEngine" : "failed",
  };
}

async function explainRecognised(
  recognised: Recognised,
  text: string,
  scene: FailureScene,
): Promise<Problem> {
  switch (recognised.kind) {
    case "port":
      return problems.portTaken(
        recognised.port,
        scene.service,
        await whoHasPort(Number(recognised.port), scene.engine),
      );
    case "disk":
      return problems.diskFull(await diskSummary(scene.engine));
    case "addresses":
      return problems.noAddresses(text);
    case "name":
      return problems.nameRefused(text);
    case "image":
      return problems.imageMissing(recognised.reference, text);
    case "denied":
      return problems.registryRefused(recognised.reference, text);
    case "unreachable":
      return problems.registryUnreachable(recognised.reference, text);
    case "mount":
      return problems.mountMissing(text);
    case "limit":
      return problems.limitRefused(scene.service, text);
    case "noEngine":
      return explainConnection(findEngine(systemSources()), "ECONNREFUSED");
    case "noRights":
      return explainConnection(findEngine(systemSources()), "EACCES");
    case "noCompose":
      return problems.composeMissing(text);
    case "noBuildx":
      return problems.buildxMissing(text);
    case "noFile":
      return problems.fileMissing(recognised.file);
    default:
      return recognised satisfies never;
  }
}

/** Why there is no connection, and what to do about it. */
export function explainConnection(address: EngineAddress, reason: string): Problem {
  if (reason === "EACCES" && address.kind === "unix")
    return problems.noRights(address.path, userInfo().username);
  return problems.noEngine(addressText(address), address.via, explainReason(reason));
}

function explainReason(reason: string): string {
  switch (reason) {
    case "ENOENT":
      return "There is no such socket.";
    case "ECONNREFUSED":
      return "Nothing listens there.";
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return "The name of the host is not known.";
    case "ETIMEDOUT":
      return "The host does not answer.";
    case "ECONNRESET":
    case "EPIPE":
      return "The connection broke.";
    default:
      return `The attempt ended with: ${reason}${reason.endsWith(".") ? "" : "."}`;
  }
}

/** For people: another container by name and stack, or a process of this machine by name and number. */
export async function whoHasPort(port: number, engine: EngineClient | undefined): Promise<string> {
  const containers = engine === undefined ? [] : await listContainers(engine, {}).catch(() => []);
  const holder = containers.find(({ Ports }) => Ports.some(({ PublicPort }) => PublicPort === port));
  if (holder !== undefined) {
    const project = holder.Labels[composeLabels.project];
    const name = (holder.Names[0] ?? holder.Id.slice(0, 12)).replace(/^\//, "");
    return `the container ${name}${project === undefined ? "" : ` of the project ${project}`}`;
  }
  const owner = portOwner(port);
  return owner === undefined
    ? "a process that Gantry cannot see (another user's, or on the engine's own machine)"
    : `the process ${owner.name} (${owner.pid})`;
}

async function diskSummary(engine: EngineClient | undefined): Promise<readonly string[]> {
  const usage = engine === undefined ? undefined : await diskUsage(engine).catch(() => undefined);
  if (usage === undefined) return [];
  const sum = (sizes: readonly number[]): string => humanBytes(sizes.reduce((a, b) => a + b, 0));
  const cache = usage.BuildCache ?? [];
  const volumes = usage.Volumes ?? [];
  return [
    `images ${humanBytes(usage.LayersSize)}`,
    `containers ${sum((usage.Containers ?? []).map(({ SizeRw }) => SizeRw ?? 0))}`,
    `volumes ${sum(volumes.map(({ UsageData }) => Math.max(UsageData?.Size ?? 0, 0)))}`,
    `build cache ${sum(cache.map(({ Size }) => Size))}, of which ${sum(cache.filter(({ InUse }) => !InUse).map(({ Size }) => Size))} can go`,
  ];
}

function firstLine(text: string): string {
  return text.trim().split("\n", 1)[0] ?? "";
}

function fail(problem: Problem, cause: unknown, exit?: ExitName): GantryError {
  return new GantryError(problem, { cause, ...(exit === undefined ? {} : { exit }) });
}

/** Anything thrown, as a problem; for places that go on after it. */
export function asProblem(error: unknown): Problem {
  if (error instanceof GantryError && error.problems[0] !== undefined) return error.problems[0];
  return problems.engineRefused("Gantry", describeUnknown(error));
}
