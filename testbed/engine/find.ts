import { run } from "./command.ts";

/** An engine that answered, whoever runs it. */
export interface FoundEngine {
  /** `undefined`: the client's current context decides. */
  readonly host: string | undefined;
  readonly version: string;
}

/** The outcome of looking for an engine that was there before. */
export type Search =
  | { readonly kind: "usable"; readonly engine: FoundEngine }
  /** An engine runs, but cannot serve; a second engine beside it would take its network rules away. */
  | { readonly kind: "unusable"; readonly why: string; readonly running: boolean };

/** The oldest engine that knows `start_interval`, which rendered health checks use. */
export const OLDEST_ENGINE = 25;

/** Looks for an engine the way the Docker client does: `DOCKER_HOST`, the current context, the default socket. */
export async function findEngine(env: NodeJS.ProcessEnv = process.env): Promise<Search> {
  const answer = await run(["docker", "info", "--format", "{{json .}}"], { env, timeout: 10_000 });
  if (answer.code === 127) return { kind: "unusable", why: "no docker client on PATH", running: false };
  return judgeEngine(answer.stdout, answer.stderr, env["DOCKER_HOST"] || undefined);
}

/** Judges the JSON that `docker info` printed. */
export function judgeEngine(stdout: string, stderr: string, host: string | undefined): Search {
  const info = parse(stdout);
  if (info === undefined || info.ServerVersion === undefined || info.ServerVersion === "") {
    const reason =
      info?.ServerErrors?.join(" ") || stderr.trim().split("\n").at(-1) || "docker info said nothing";
    return { kind: "unusable", why: reason, running: /permission denied/i.test(reason) };
  }
  const version = info.ServerVersion;
  const plugins = new Map(
    (info.ClientInfo?.Plugins ?? []).map((plugin) => [plugin.Name, plugin.Version ?? ""]),
  );
  const missing = [
    ...(majorOf(version) < OLDEST_ENGINE
      ? [`the engine is version ${version}, Gantry needs ${OLDEST_ENGINE} or newer`]
      : []),
    ...(plugins.has("buildx") ? [] : ["the client has no Buildx plugin"]),
    ...(majorOf(plugins.get("compose") ?? "") >= 2
      ? []
      : ["the client has no Compose plugin of version 2 or newer"]),
  ];
  return missing.length === 0
    ? { kind: "usable", engine: { host, version } }
    : { kind: "unusable", why: missing.join("; "), running: true };
}

/** The first number of a version. */
export function majorOf(version: string): number {
  return Number.parseInt(version.replace(/^v/, ""), 10) || 0;
}

interface DockerInfo {
  readonly ServerVersion?: string;
  readonly ServerErrors?: readonly string[];
  readonly ClientInfo?: {
    readonly Plugins?: readonly { readonly Name: string; readonly Version?: string }[];
  };
}

function parse(text: string): DockerInfo | undefined {
  try {
    return JSON.parse(text) as DockerInfo;
  } catch {
    return undefined;
  }
}
