import type { ComposeService } from "../../read/compose/model.ts";
import { effectiveHealthcheck } from "../../read/compose/questions.ts";
import type { CommandLine } from "../../read/dockerfile/model.ts";
import { eachService } from "../../read/walk.ts";
import { dedent } from "../dedent.ts";
import { dataServerOf } from "../insight/databases.ts";
import { listed } from "../insight/wording.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const serverReadyTooEarly: Rule = {
  code: "GX034",
  name: "server-ready-too-early",
  family: "across",
  rank: "will-fail",
  what: "A database with start-up scripts has a health check that already succeeds while these run, and others wait for it.",
  why: "At the first start the images of PostgreSQL, MySQL and MariaDB run the scripts in a temporary server that listens on its Unix socket only, then restart. A probe over the socket calls that healthy: what waits for it connects in the middle, or into the restart. It fails on new machines and in CI, never twice in the same place.",
  fix: "Probe over TCP, which the temporary server does not have: add `-h 127.0.0.1`.",
  examples: {
    bad: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              api:
                image: shop/api:2
                depends_on:
                  db: { condition: service_healthy }
              db:
                image: postgres:17
                volumes:
                  - data:/var/lib/postgresql/data
                  - ./init.sql:/docker-entrypoint-initdb.d/init.sql:ro
                healthcheck:
                  test: ["CMD-SHELL", "pg_isready -U postgres"]
            volumes:
              data:
          `,
          "init.sql": "",
        },
        at: ["compose.yaml:12"],
      },
    ],
    good: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              api:
                image: shop/api:2
                depends_on:
                  db: { condition: service_healthy }
                  plain: { condition: service_healthy }
                  orders: { condition: service_healthy }
              db:
                image: postgres:17
                volumes: ["./init:/docker-entrypoint-initdb.d:ro"]
                healthcheck:
                  test: ["CMD-SHELL", "pg_isready -U postgres -h 127.0.0.1"]
              plain:
                image: postgres:17
                healthcheck:
                  test: ["CMD-SHELL", "pg_isready -U postgres"]
              orders:
                image: mariadb:11
                volumes: ["./init:/docker-entrypoint-initdb.d:ro"]
                healthcheck:
                  test: ["CMD", "healthcheck.sh", "--connect", "--innodb_initialized"]
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const { project, service } of eachService(facts)) {
      const server = dataServerOf(service);
      const scripts = service.volumes.find(({ target }) => target.startsWith("/docker-entrypoint-initdb.d"));
      const health = effectiveHealthcheck(service);
      if (server === undefined || scripts === undefined || health?.value.test === undefined) continue;
      if (!asksSocket(health.value.test)) continue;
      const waiting = project.services.filter((one) => waitsFor(one, service)).map(({ name }) => name);
      if (waiting.length === 0) continue;
      yield {
        at: health.span,
        message: `${listed(waiting)} may start while ${service.name} still runs its start-up scripts: the probe asks the socket of the temporary server.`,
        fix: "Add `-h 127.0.0.1` to the probe.",
        related: [{ at: scripts.span, message: "the start-up scripts" }],
      };
    }
  },
};

function waitsFor({ dependsOn }: ComposeService, server: ComposeService): boolean {
  return dependsOn.some((one) => one.service === server.name && one.condition === "service_healthy");
}

/** Whether a probe goes over the Unix socket: the default of these tools, and what MySQL's mean by `localhost`. */
function asksSocket(test: CommandLine): boolean {
  const text = test.form === "shell" ? test.text : test.words.join(" ");
  const host = /(?:\s-h\s*|\s--host[=\s]|\bPGHOST=)\s*["']?([\w.$:{}-]+)/.exec(text)?.[1];
  if (/\bpg_isready\b|\bpsql\b/.test(text)) return host === undefined;
  if (/\b(?:mysqladmin|mariadb-admin|mysql|mariadb)\b/.test(text))
    return (host === undefined || host === "localhost") && !/--protocol[=\s]tcp/i.test(text);
  return false;
}
