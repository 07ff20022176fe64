import { GantryError, type Problem } from "../base/errors.ts";
import { problems } from "../engine/catalogue.ts";
import { EngineClient } from "../engine/client.ts";
import { addressText, findEngine, systemSources } from "../engine/connection.ts";
import { ProgramMissing, runCommand } from "../engine/process.ts";
import { engineInfo } from "../engine/resources.ts";
import { translate } from "../engine/translate.ts";

/** What Gantry works with on this machine. */
export interface EngineReport {
  /** `undefined` when none answers; `problem` says why then. */
  readonly engine:
    | {
        readonly version: string;
        readonly apiVersion: string;
        readonly os: string;
        readonly architecture: string;
        readonly cpus: number;
        readonly memoryBytes: number;
        readonly storageDriver: string;
        /** How it was found: `DOCKER_HOST`, `the Docker context colima`, `the default socket`. */
        readonly via: string;
        readonly address: string;
      }
    | undefined;
  /** The first thing that is wrong; `undefined` when all is there. */
  readonly problem: Problem | undefined;
  /** Versions of the plugins; `undefined` when missing. */
  readonly compose: string | undefined;
  readonly buildx: string | undefined;
}

/** Looks at the engine and its plugins; never rejects because they are missing. Needs no project. */
export async function engineReport(signal: AbortSignal): Promise<EngineReport> {
  const [engine, compose, buildx] = await Promise.all([
    lookAtEngine(signal),
    pluginVersion(["compose", "version", "--short"], signal),
    pluginVersion(["buildx", "version"], signal),
  ]);
  const missing =
    compose === undefined
      ? problems.composeMissing("`docker compose version` gives no answer.")
      : buildx === undefined
        ? problems.buildxMissing("`docker buildx version` gives no answer.")
        : undefined;
  return {
    engine: "problem" in engine ? undefined : engine,
    problem: "problem" in engine ? engine.problem : missing,
    compose,
    buildx,
  };
}

async function lookAtEngine(
  signal: AbortSignal,
): Promise<NonNullable<EngineReport["engine"]> | { readonly problem: Problem }> {
  try {
    const address = findEngine(systemSources());
    await using client = await EngineClient.connect(address, signal);
    const info = await engineInfo(client, signal);
    return {
      version: info.ServerVersion,
      apiVersion: client.api,
      os: info.OperatingSystem,
      architecture: info.Architecture,
      cpus: info.NCPU,
      memoryBytes: info.MemTotal,
      storageDriver: info.Driver,
      via: address.via,
      address: addressText(address),
    };
  } catch (error) {
    signal.throwIfAborted();
    const known = await translate(error);
    if (known instanceof GantryError && known.problems[0] !== undefined)
      return { problem: known.problems[0] };
    throw known;
  }
}

/** The first word with a number in it, without a leading `v`: `github.com/docker/buildx 0.13.1 …` is 0.13.1. */
async function pluginVersion(args: readonly string[], signal: AbortSignal): Promise<string | undefined> {
  try {
    const { exitCode, stdout } = await runCommand({ program: "docker", args }, { signal });
    const version = stdout.split(/\s+/).find((word) => /^v?\d+\.\d+/.test(word));
    return exitCode === 0 ? version?.replace(/^v/, "") : undefined;
  } catch (error) {
    if (error instanceof ProgramMissing) return undefined;
    throw error;
  }
}
