import { GantryError } from "../base/errors.ts";
import { evidenceOf } from "./build-evidence.ts";
import {
  type BuildStatus,
  type BuildStep,
  emptyBuild,
  failedStep,
  ReportReader,
  takeReport,
} from "./build-status.ts";
import { problems } from "./catalogue.ts";
import type { EngineClient } from "./client.ts";
import { missingPackages } from "./missing-packages.ts";
import { withoutDocker } from "./plugins.ts";
import { type Command, runCommand } from "./process.ts";
import { explainText } from "./translate.ts";

/** What to build with `docker buildx bake`. */
export interface BakeRequest {
  /** Absolute path of the Bake file. */
  readonly file: string;
  /** Folder that relative paths in it start from. */
  readonly folder: string;
  readonly targets: readonly string[];
  /** What people call a target, for messages. */
  readonly nameOf: (target: string) => string;
  /** A target's Dockerfile, relative to `folder`; BuildKit names it relative to the target's context. */
  readonly dockerfileOf?: (target: string) => string | undefined;
  /** Where in the stack a target's package of the distribution is named, and the image that installs it. */
  readonly packagePlace?: (target: string, name: string) => PackagePlace;
  /** Values of the file's variables, handed over in the environment. */
  readonly variables: Readonly<Record<string, string>>;
  readonly noCache: boolean;
  readonly pull: boolean;
}

/** Where a package is asked for; unknown in a Dockerfile of the user's. */
export interface PackagePlace {
  readonly path?: string;
  readonly base?: string;
}

/** The command of a request. */
export function bakeCommand(request: BakeRequest): Command {
  return {
    program: "docker",
    args: [
      "buildx",
      "bake",
      "--progress=rawjson",
      // Without it a builder that runs in a container would keep the images to itself.
      "--load",
      ...(request.noCache ? ["--no-cache"] : []),
      ...(request.pull ? ["--pull"] : []),
      "--file",
      request.file,
      ...request.targets,
    ],
    cwd: request.folder,
    // Attestations and usage hints of Buildx are of no use here and take time.
    environment: { ...request.variables, BUILDX_NO_DEFAULT_ATTESTATIONS: "1", DOCKER_CLI_HINTS: "false" },
  };
}

/** Builds, telling of each step that changed; a failed step is explained with its command, output and position. */
export async function bake(
  request: BakeRequest,
  options: {
    readonly engine?: EngineClient;
    readonly signal?: AbortSignal;
    readonly onStep?: (step: BuildStep, status: BuildStatus) => void;
  } = {},
): Promise<BuildStatus> {
  const reader = new ReportReader();
  const text: string[] = [];
  let status = emptyBuild;
  const { exitCode } = await runCommand(withoutDocker(bakeCommand(request)), {
    signal: options.signal,
    onLine: (line) => {
      const found = reader.push(line.text);
      if (found === undefined) return;
      if ("text" in found) {
        text.push(found.text);
        return;
      }
      const taken = takeReport(status, found.report, request.targets);
      status = taken.status;
      for (const step of taken.changed) options.onStep?.(step, status);
    },
  });
  if (exitCode === 0) return status;
  throw await explainFailure(request, status, text, options.engine);
}

async function explainFailure(
  request: BakeRequest,
  status: BuildStatus,
  text: readonly string[],
  engine: EngineClient | undefined,
): Promise<GantryError> {
  const error =
    text
      .findLast((line) => line.startsWith("ERROR:"))
      ?.slice("ERROR:".length)
      .trim() ?? "";
  const step = failedStep(status);
  const known = await explainText(`${error}\n${step?.error ?? ""}\n${step?.output.join("\n") ?? ""}`, {
    engine,
  });
  // A step's own output may speak of ports or disks in its own way; only the disk is the engine's affair there.
  const isCommand = step?.error?.includes("did not complete successfully") ?? false;
  if (known !== undefined && (!isCommand || known.problem.code === "GTY3011"))
    return new GantryError(known.problem, { exit: known.exit === "noEngine" ? "noEngine" : "buildFailed" });
  if (step === undefined) {
    const reason = error === "" ? (text.at(-1) ?? "Buildx said nothing") : error;
    return new GantryError(problems.bakeFailed(reason, text.slice(-20)), { exit: "buildFailed" });
  }
  const named = dockerfilePlace(text);
  const place = {
    file: request.dockerfileOf?.(step.target) ?? named?.file,
    line: named?.line,
  };
  const image = step.target === "" ? "an image" : request.nameOf(step.target);
  const missing = isCommand ? missingPackages(step.output) : [];
  if (missing.length > 0)
    return new GantryError(
      missing.map(({ name, why }) => {
        const { path, base } = request.packagePlace?.(step.target, name) ?? {};
        const evidence = step.output.filter((line) => line.includes(name)).slice(-5);
        return problems.packageMissing({ image, name, why, path, base, evidence, ...place });
      }),
      { exit: "buildFailed" },
    );
  const { lines, fix } = evidenceOf(step.output, step.offline);
  const problem = problems.buildFailed({
    image,
    step: step.title,
    command: isCommand ? step.instruction.replace(/^RUN\s+/, "") : undefined,
    reason: shortReason(step.error ?? error),
    ...place,
    fix,
    evidence: lines,
  });
  return new GantryError(problem, { exit: "buildFailed" });
}

/** BuildKit ends with `FILE:LINE` above the lines of the Dockerfile that it failed at. */
export function dockerfilePlace(text: readonly string[]): { file: string; line: number } | undefined {
  for (const [i, line] of text.entries()) {
    const match = /^(\S+):(\d+)$/.exec(line);
    if (match?.[1] !== undefined && text[i + 1]?.startsWith("-----"))
      return { file: match[1], line: Number(match[2]) };
  }
  return undefined;
}

/** `process "…" did not complete successfully: exit code: 3` says the command again; the end is enough. */
function shortReason(error: string): string {
  const match = /did not complete successfully: exit code: (\d+)/.exec(error);
  return match?.[1] === undefined ? error : `The command ended with exit code ${match[1]}.`;
}
