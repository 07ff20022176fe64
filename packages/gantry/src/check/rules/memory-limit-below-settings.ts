import { hasAny } from "../../base/text.ts";
import { parseBytes } from "../../base/units.ts";
import type { ComposeService } from "../../read/compose/model.ts";
import { effectiveCommand, effectiveEnvironment, imageIn, serverKind } from "../../read/compose/questions.ts";
import { eachService } from "../../read/walk.ts";
import { dedent } from "../dedent.ts";
import { commandSettings } from "../insight/server-options.ts";
import { bytes } from "../insight/wording.ts";
import type { Rule } from "../types.ts";

/** See `what`. */
export const memoryLimitBelowSettings: Rule = {
  code: "GX012",
  name: "memory-limit-below-settings",
  family: "across",
  rank: "will-fail",
  what: "A container may use less memory than the program in it was told to take.",
  why: "The program grows until the kernel kills it (exit code 137), in the middle of its work, and again after each restart.",
  fix: "Raise the limit, or lower the setting: a quarter of the limit for PostgreSQL's shared_buffers, three quarters for Redis and heaps.",
  examples: {
    bad: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              db:
                image: postgres:17
                command: postgres -c shared_buffers=1GB
                mem_limit: 512m
              cache:
                image: redis:8
                command: ["redis-server", "--maxmemory", "512mb"]
                deploy: { resources: { limits: { memory: 256M } } }
              api:
                image: node:22
                environment: { NODE_OPTIONS: --max-old-space-size=1024 }
                mem_limit: 512m
              search:
                image: eclipse-temurin:21
                environment: [JAVA_TOOL_OPTIONS=-Xms256m -Xmx2g]
                mem_limit: 1g
          `,
        },
        at: ["compose.yaml:5", "compose.yaml:9", "compose.yaml:13", "compose.yaml:17"],
      },
    ],
    good: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              db:
                image: postgres:17
                command: postgres -c shared_buffers=256MB
                mem_limit: 1g
              cache:
                image: redis:8
                command: redis-server --maxmemory 192mb
                mem_limit: 256m
              api:
                image: node:22
                environment: { NODE_OPTIONS: "--max-old-space-size=384" }
                mem_limit: 512m
          `,
        },
      },
    ],
  },
  *check(facts) {
    for (const { project, service } of eachService(facts)) {
      const limit = service.memoryLimit;
      if (limit === undefined || limit.value <= 0) continue;
      const image = imageIn(project, service);
      const environment = effectiveEnvironment(service, image);
      const words = effectiveCommand(service, image)?.words.join(" ") ?? "";
      const wishes = [...serverWishes(service), ...heapWishes(words, environment)];
      for (const { setting, size } of wishes) {
        if (size < limit.value) continue;
        yield {
          at: limit.span,
          message: `${service.name} may use ${bytes(limit.value)}, but ${setting} makes it take ${bytes(size)}.`,
        };
      }
    }
  },
};

interface Wish {
  readonly setting: string;
  readonly size: number;
}

/** Settings of servers that say how much memory they take, by server kind. */
const serverSettings: Readonly<Record<string, readonly string[]>> = {
  postgres: ["shared_buffers"],
  redis: ["maxmemory"],
  valkey: ["maxmemory"],
  mysql: ["innodb_buffer_pool_size"],
  mariadb: ["innodb_buffer_pool_size"],
};

function serverWishes(service: ComposeService): readonly Wish[] {
  const settings = commandSettings(service);
  return (serverSettings[serverKind(service) ?? ""] ?? []).flatMap((name) => {
    const size = parseBytes(settings.get(name) ?? "");
    return size === undefined ? [] : [{ setting: `${name}=${settings.get(name)}`, size }];
  });
}

function heapWishes(words: string, environment: ReadonlyMap<string, string | undefined>): readonly Wish[] {
  const node = `${environment.get("NODE_OPTIONS") ?? ""} ${words}`;
  const java = [
    "JAVA_TOOL_OPTIONS",
    "JDK_JAVA_OPTIONS",
    "_JAVA_OPTIONS",
    "JAVA_OPTS",
    "ES_JAVA_OPTS",
    "CATALINA_OPTS",
  ]
    .map((name) => environment.get(name) ?? "")
    .concat(words)
    .join(" ");
  const oldSpace = hasAny(node, ["space-size=", "space_size="])
    ? /--max[-_]old[-_]space[-_]size=(\d+)/.exec(node)
    : null;
  const heap = java.includes("-Xmx") ? /(?:^|\s)-Xmx(\d+[kmgKMG]?)(?=\s|$)/.exec(java) : null;
  const heapSize = heap === null ? undefined : parseBytes(heap[1] as string);
  return [
    ...(oldSpace === null ? [] : [{ setting: oldSpace[0], size: Number(oldSpace[1]) * 1024 ** 2 }]),
    ...(heap === null || heapSize === undefined ? [] : [{ setting: heap[0].trim(), size: heapSize }]),
  ];
}
