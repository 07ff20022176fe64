import { eachService } from "../../read/walk.ts";
import { dedent } from "../dedent.ts";
import { dataServerOf } from "../insight/databases.ts";
import { isForTests } from "../insight/projects.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const databaseKilled: Rule = {
  code: "GC035",
  name: "database-killed",
  family: "compose",
  rank: "hardening",
  what: "A database is killed instead of stopped.",
  why: "With `SIGKILL` or hardly any time the server cannot write what it holds in memory: it recovers from its log at the next start, which takes long and, with durability settings turned down, loses what was committed last.",
  fix: "Remove `stop_signal`, and give `stop_grace_period` at least the time of a checkpoint (30 s or more).",
  examples: {
    bad: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              db:
                image: postgres:17
                stop_signal: SIGKILL
                volumes: ["data:/var/lib/postgresql/data"]
              orders:
                image: mysql:8.4
                stop_grace_period: 1s
                volumes: ["orders:/var/lib/mysql"]
            volumes:
              data:
              orders:
          `,
        },
        at: ["compose.yaml:4", "compose.yaml:8"],
      },
    ],
    good: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              db:
                image: postgres:17
                stop_signal: SIGINT
                stop_grace_period: 1m
              web:
                image: shop/web:2
                stop_grace_period: 1s
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const { project, service } of eachService(facts)) {
      const server = dataServerOf(service);
      if (server === undefined || isForTests(project)) continue;
      const { stopSignal, stopGraceMs } = service;
      if (stopSignal !== undefined && ["KILL", "SIGKILL", "9"].includes(stopSignal.value)) {
        yield {
          at: stopSignal.span,
          message: `${server.title} in ${service.name} is stopped with ${stopSignal.value}: it cannot write what it holds in memory.`,
        };
      }
      if (stopGraceMs !== undefined && stopGraceMs.value <= 2000) {
        yield {
          at: stopGraceMs.span,
          message: `${server.title} in ${service.name} is killed when it has not stopped after ${stopGraceMs.value / 1000} s.`,
        };
      }
    }
  },
};
