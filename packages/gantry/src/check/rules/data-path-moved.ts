import { rootImageOf, variableOf } from "../../read/compose/questions.ts";
import { tagVersion } from "../../read/image-reference.ts";
import { eachService } from "../../read/walk.ts";
import { dedent } from "../dedent.ts";
import { perhaps, replace } from "../dockerfile/edits.ts";
import type { Rule } from "../types.ts";

const old = "/var/lib/postgresql/data";

/** See `what`. */
export const dataPathMoved: Rule = {
  code: "GX009",
  name: "data-path-moved",
  family: "across",
  rank: "will-fail",
  what: "PostgreSQL 18 or later is given a volume at /var/lib/postgresql/data, where its image no longer keeps the data.",
  why: "From 18 on the official image keeps the data in a folder for the version below /var/lib/postgresql, and refuses to start with a mount at the old place (docker-library/postgres#1370).",
  fix: "Mount the volume at /var/lib/postgresql. Data of an older version must be moved or upgraded first.",
  examples: {
    bad: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              db:
                image: postgres:18-alpine
                volumes:
                  - data:/var/lib/postgresql/data
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
              db:
                image: postgres:18
                volumes: ["data:/var/lib/postgresql"]
              old:
                image: postgres:17
                volumes: ["old:/var/lib/postgresql/data"]
              own:
                image: postgres:18
                environment: { PGDATA: /var/lib/postgresql/data }
                volumes: ["own:/var/lib/postgresql/data"]
            volumes:
              data:
              old:
              own:
          `,
        },
      },
    ],
  },
  *check(facts) {
    for (const { service } of eachService(facts)) {
      const image = rootImageOf(service);
      const major = image === undefined ? undefined : tagVersion(image)?.[0];
      if (image?.official !== "postgres" || !image.known || major === undefined || major < 18) continue;
      if (variableOf(service, "PGDATA") !== undefined) continue;
      const volume = service.volumes.find(({ target }) => target === old);
      if (volume === undefined) continue;
      const source = facts.sources.get(volume.span.file)?.text.slice(volume.span.start, volume.span.end);
      const edit =
        source?.split(old).length === 2
          ? {
              remedy: perhaps(
                "mount one level higher",
                replace(volume.span, source.replace(old, "/var/lib/postgresql")),
              ),
            }
          : {};
      yield {
        at: volume.span,
        message: `${service.name} mounts ${old}, but ${image.text} keeps its data below /var/lib/postgresql and will not start.`,
        ...edit,
      };
    }
  },
};
