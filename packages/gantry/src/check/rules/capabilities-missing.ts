import { imageOf } from "../../read/compose/questions.ts";
import { eachService } from "../../read/walk.ts";
import { dedent } from "../dedent.ts";
import { capabilityName } from "../insight/capabilities.ts";
import { listed } from "../insight/wording.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const capabilitiesMissing: Rule = {
  code: "GX038",
  name: "capabilities-missing",
  family: "across",
  rank: "will-fail",
  what: "All capabilities are dropped from an image that starts as root and then changes to its own user.",
  why: "That change needs `SETUID` and `SETGID` (and `CHOWN` for its folders): without them PostgreSQL, MySQL and MongoDB stop at `operation not permitted`, and every worker of nginx ends at `setgid(...) failed` while the container stays up and answers nothing.",
  fix: "Start it as its user right away (`user:`), or give the capabilities back with `cap_add`.",
  examples: {
    bad: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              db:
                image: postgres:17
                cap_drop: [ALL]
              web:
                image: nginx:1.27
                cap_drop: [ALL]
                cap_add: [NET_BIND_SERVICE]
          `,
        },
        at: ["compose.yaml:4", "compose.yaml:7"],
      },
    ],
    good: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              db:
                image: postgres:17
                cap_drop: [ALL]
                cap_add: [CHOWN, DAC_OVERRIDE, FOWNER, SETGID, SETUID]
              other:
                image: postgres:17
                user: postgres
                cap_drop: [ALL]
              web:
                image: nginx:1.27
                cap_drop: [NET_RAW]
              api:
                image: shop/api:2
                cap_drop: [ALL]
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const { service } of eachService(facts)) {
      const image = imageOf(service);
      const official = image.kind === "pulled" ? image.reference.official : undefined;
      const needed = needs[official ?? ""];
      const dropped = service.capDrop.find(({ value }) => value.toUpperCase() === "ALL");
      if (
        needed === undefined ||
        dropped === undefined ||
        service.user !== undefined ||
        service.entrypoint !== undefined
      )
        continue;
      const added = new Set(service.capAdd.map(({ value }) => capabilityName(value)));
      const missing = needed.filter((name) => !added.has(name));
      if (missing.length === 0 || added.has("ALL") || service.privileged?.value === true) continue;
      yield {
        at: dropped.span,
        message: `${service.name} does not work: ${official} begins as root, and cannot change to its own user without ${listed(missing)}.`,
        fix: `Write \`cap_add: [${suggested[official ?? ""] ?? needed.join(", ")}]\` beside it.`,
      };
    }
  },
};

const needs: Readonly<Record<string, readonly string[]>> = {
  postgres: ["SETGID", "SETUID"],
  mysql: ["SETGID", "SETUID"],
  mariadb: ["SETGID", "SETUID"],
  mongo: ["SETGID", "SETUID"],
  nginx: ["SETGID", "SETUID"],
};

const database = "CHOWN, DAC_OVERRIDE, FOWNER, SETGID, SETUID";
const suggested: Readonly<Record<string, string>> = {
  postgres: database,
  mysql: database,
  mariadb: database,
  mongo: database,
  nginx: "CHOWN, SETGID, SETUID",
};
