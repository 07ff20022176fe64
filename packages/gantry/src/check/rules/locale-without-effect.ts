import { hasAny } from "../../base/text.ts";
import { variableOf } from "../../read/compose/questions.ts";
import { eachService } from "../../read/walk.ts";
import { dedent } from "../dedent.ts";
import { dataServerOf } from "../insight/databases.ts";
import type { Report, Rule } from "../types.ts";

/** These bring locales of their own. */
const otherProviders = ["icu", "builtin"].flatMap((name) => [
  `--locale-provider=${name}`,
  `--locale-provider ${name}`,
]);

/** See `what`. */
export const localeWithoutEffect: Rule = {
  code: "GX042",
  name: "locale-without-effect",
  family: "across",
  rank: "hardening",
  what: "A PostgreSQL on Alpine is set up with a locale.",
  why: "Alpine's C library (musl) accepts any locale name and sorts by bytes all the same: `Z` comes before `a`, `ä` after `z`. When the data later moves to the Debian image, where the locale is real, its text indexes are in the wrong order and lose rows.",
  fix: "Use the image without `-alpine`, or an ICU locale: `--locale-provider=icu --icu-locale=en-US` (PostgreSQL 15 and later).",
  examples: {
    bad: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              db:
                image: postgres:16-alpine
                environment:
                  POSTGRES_INITDB_ARGS: "--encoding=UTF8 --locale=en_US.UTF-8"
                volumes: ["data:/var/lib/postgresql/data"]
            volumes:
              data:
          `,
        },
        at: ["compose.yaml:5"],
      },
    ],
    good: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              debian:
                image: postgres:16
                environment:
                  POSTGRES_INITDB_ARGS: "--locale=en_US.UTF-8"
              icu:
                image: postgres:16-alpine
                environment:
                  POSTGRES_INITDB_ARGS: "--locale-provider=icu --icu-locale=en-US --locale=C"
              plain:
                image: postgres:16-alpine
                environment:
                  POSTGRES_INITDB_ARGS: "--locale=C.UTF-8"
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const { service } of eachService(facts)) {
      const entry = variableOf(service, "POSTGRES_INITDB_ARGS");
      if (entry?.value === undefined || dataServerOf(service)?.kind !== "postgres") continue;
      if (!(service.image?.value.tag ?? "").split("-").some((part) => part.startsWith("alpine"))) continue;
      const locale = /--(?:locale|lc-collate)[= ]["']?([\w.@-]+)/.exec(entry.value)?.[1];
      if (locale === undefined || ["C", "POSIX"].includes(locale.split(".")[0] ?? "")) continue;
      if (hasAny(entry.value, otherProviders)) continue;
      yield {
        at: entry.valueSpan,
        message: `${service.name} sorts text by bytes in spite of ${locale}: ${service.image?.value.text} has no locales.`,
      };
    }
  },
};
