import { list, object, text } from "../base/shape.ts";
import { adminToolProblems, commonKeys, missingServers, version } from "./common.ts";
import type { BackingService, CommonOptions, Part, PartDefinition, PartInput } from "./types.ts";

/** Redis Commander in a browser, for development. */
export interface RedisCommanderOptions<Names extends string = string> extends CommonOptions {
  /** Version, such as `"0.9.0"`. */
  readonly version: string;
  /** Redis servers that it shows. */
  readonly servers: readonly Names[];
  /** Image without its version. Default: `ghcr.io/joeferner/redis-commander`, where its makers publish. */
  readonly image?: string;
}

/** Redis Commander, in development only. */
export function redisCommander<const Names extends string>(
  options: RedisCommanderOptions<Names>,
): BackingService<Names> {
  return { backing: "redisCommander", options: { only: ["dev"], ...options } } as BackingService<Names>;
}

const port = 8081;

function describe({ environment, options, path, service }: PartInput<RedisCommanderOptions>): Part {
  const hosts = options.servers.flatMap((server) => {
    const address = service(server)?.address;
    return address?.scheme === "redis"
      ? [`${server}:${server}:${address.port}:${address.database ?? "0"}`]
      : [];
  });
  return {
    role: "tool",
    kind: "redis-commander",
    image: `${options.image ?? "ghcr.io/joeferner/redis-commander"}:${options.version}`,
    environment: { REDIS_HOSTS: { value: hosts.join(",") }, PORT: { value: String(port) } },
    secrets: [],
    listens: [{ port, protocol: "http", purpose: "Redis Commander" }],
    mounts: [],
    volumes: [],
    uses: options.servers,
    health: {
      probe: { kind: "http", port, path: "/favicon.png" },
      // The image's own, which needs no program beside it.
      test: ["CMD", "/redis-commander/bin/healthcheck.js"],
      startPeriodMs: 60_000,
    },
    graceMs: 10_000,
    // It keeps its list of servers beside its own code.
    security: { user: undefined, readOnlyRoot: false, addCapabilities: [] },
    files: {},
    comment: "Redis Commander: development only.",
    surge: { possible: true },
    backing: { part: "redisCommander", version: options.version, settings: {} },
    problems: [
      ...adminToolProblems("Redis Commander", environment, path),
      ...missingServers(options.servers, path, service, "redis"),
    ],
  };
}

/** Redis Commander. */
export const redisCommanderPart: PartDefinition<RedisCommanderOptions> = {
  name: "redisCommander",
  shape: object({ ...commonKeys, version, servers: list(text), image: text }, ["version", "servers"]),
  describe,
  address: () => undefined,
};
