import { compareText, type Problem } from "../base/errors.ts";
import type { KernelNeed, ServiceBlueprint } from "../blueprint/model.ts";
import { problems } from "../engine/catalogue.ts";
import type { EngineClient } from "../engine/client.ts";
import { execInContainer } from "../engine/exec.ts";
import type { Session } from "./session.ts";

/** The name in `kernel` that is no setting of the machine but a limit of the container. */
const openFiles = "nofile";

/** One setting as a container sees it; `found` is undefined when it could not be read. */
export interface KernelReading {
  readonly service: string;
  readonly setting: string;
  readonly need: KernelNeed;
  readonly found: number | undefined;
}

/** Whether the machine gives what is wanted. */
export function isMet({ need, found }: KernelReading): boolean {
  if (found === undefined) return false;
  return "atLeast" in need ? found >= need.atLeast : found === need.equals;
}

/**
 * What a running container sees of the settings that its service wants. Asked from inside: the engine may be on another
 * machine, and these settings are the same in all of its containers.
 */
export async function readKernel(
  engine: EngineClient,
  service: ServiceBlueprint,
  container: string,
  signal?: AbortSignal,
): Promise<readonly KernelReading[]> {
  return Promise.all(
    Object.entries(service.kernel).map(async ([setting, need]) => ({
      service: service.name,
      setting,
      need,
      found: await read(engine, container, setting, signal),
    })),
  );
}

async function read(
  engine: EngineClient,
  container: string,
  setting: string,
  signal: AbortSignal | undefined,
): Promise<number | undefined> {
  const file = setting === openFiles ? "/proc/self/limits" : `/proc/sys/${setting.replaceAll(".", "/")}`;
  const { exitCode, stdout } = await execInContainer(engine, container, { command: ["cat", file], signal });
  if (exitCode !== 0) return undefined;
  if (setting !== openFiles) return Number(stdout.trim());
  const hard = /^Max open files\s+\S+\s+(\S+)/m.exec(stdout)?.[1];
  return hard === "unlimited" ? Number.POSITIVE_INFINITY : Number(hard);
}

/** What is not as wanted: one problem for each setting, whoever wants it. */
export function kernelProblems(readings: readonly KernelReading[]): readonly Problem[] {
  const unmet = readings.filter((reading) => reading.found !== undefined && !isMet(reading));
  return [...Map.groupBy(unmet, ({ setting }) => setting)].map(([setting, those]) => {
    const services = [...new Set(those.map(({ service }) => service))].sort(compareText);
    const [{ need, found }] = those as [KernelReading];
    return setting === openFiles
      ? problems.openFiles(found as number, wantedOf(need), services, need.why)
      : problems.kernelSetting(
          setting,
          found as number,
          { value: wantedOf(need), orMore: "atLeast" in need },
          services,
          need.why,
        );
  });
}

const wantedOf = (need: KernelNeed): number => ("atLeast" in need ? need.atLeast : need.equals);

/**
 * What this service wants of the machine and does not get; tests are too small and too short to want it. It is a
 * courtesy: a container that has just gone is no reason for a start to fail.
 */
export async function kernelOf(
  { blueprint, engine, signal }: Session,
  service: string,
  container: string,
): Promise<readonly KernelReading[]> {
  const asking = blueprint.services[service];
  if (asking === undefined || blueprint.environment === "test") return [];
  return readKernel(engine, asking, container, signal).catch(() => []);
}
