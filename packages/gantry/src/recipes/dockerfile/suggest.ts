import type { FileTree } from "../../blueprint/files.ts";
import type { Suggestion } from "../../blueprint/suggestion.ts";
import { joined, sourcesOf } from "../clues/sources.ts";
import {
  callsIn,
  postgresNeed,
  readsSecretFiles,
  redisNeeds,
  secretsIn,
  variablesOf,
} from "../clues/variables.ts";
import { healthIn, pathsIn, portIn } from "../clues/web.ts";

const programsOf: readonly (readonly [RegExp, string])[] = [
  [/\bcurl\b/, "curl"],
  [/^FROM\s+(\S+\/)?node\b/im, "node"],
  [/^FROM\s+(\S+\/)?python\b/im, "python"],
  [/alpine|busybox/i, "wget"],
];

/** A folder with a Dockerfile: what it runs in is known, the rest is looked for in whatever language its sources are. */
export function suggestDockerfile(files: FileTree): Suggestion | undefined {
  const text = files.read("Dockerfile");
  if (text === undefined) return undefined;
  const last = text.slice(text.search(/^FROM(?![\s\S]*^FROM)/im));
  const base = /^FROM\s+([\w.-]+)(?::[\w.-]+)?\s*$/im.exec(last)?.[1];
  // A gateway or database with some files is what parts are for.
  if (
    /^\s*FROM\s+(\S+\/)?(nginx|caddy|traefik|haproxy|httpd|postgres|redis|mysql|mariadb|mongo)\b/i.test(text)
  )
    return undefined;
  const own = sourcesOf(files, /\.(go|py|rb|php|java|kt|cs|ex|exs|[cm]?[jt]s)$|^(go\.mod|Gemfile)$/);
  const sources = joined(own);
  const port = Number(
    /^\s*EXPOSE\s+(\d+)/im.exec(last)?.[1] ??
      /--port["',=\s]+(\d{2,5})/.exec(last)?.[1] ??
      /0\.0\.0\.0:(\d{2,5})/.exec(last)?.[1] ??
      portIn(sources),
  );
  const listens = port > 0;
  const program = programsOf.find(([pattern]) => pattern.test(last))?.[1];
  const names = variablesOf(own, files);
  const passwordFile = readsSecretFiles(sources);
  const health = healthIn(sources);
  return {
    sure: 0.5,
    options: {
      // `gantry init` keeps it when an image of the stack is meant.
      ...(base === undefined ? {} : { extends: { [base]: base } }),
      ...(program === undefined ? {} : { programs: [program] }),
    },
    service: {
      ...(listens ? { port } : {}),
      ...(!listens ? { health: unknown } : health === undefined ? {} : { health }),
    },
    needs: [
      ...(/\bpgx\b|lib\/pq|["']pg["']|postgresql:|Npgsql|psycopg|asyncpg/.test(sources)
        ? [postgresNeed(names, passwordFile)]
        : []),
      ...redisNeeds(names, {
        queue: /sidekiq|asynq/i.test(sources),
        sessions: false,
        client: /go-redis|redigo|["']redis["']|jedis|lettuce/i.test(sources),
      }),
    ],
    secrets: secretsIn(names, passwordFile),
    calls: callsIn(names),
    paths: pathsIn(sources),
    guesses: [
      {
        about: "build",
        text: "Its Dockerfile is taken as it is: look at what it needs (`uses`, `env`, `volumes`).",
      },
      ...(listens
        ? []
        : [
            {
              about: "health",
              text: "Its Dockerfile names no port: give `port` if it listens on one.",
            } as const,
          ]),
    ],
  };
}

const unknown = { none: "nothing is known of what its image can be asked" } as const;
