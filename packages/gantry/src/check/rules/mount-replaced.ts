import type { ServiceVolume } from "../../read/compose/model.ts";
import { eachService } from "../../read/walk.ts";
import { dedent } from "../dedent.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const mountReplaced: Rule = {
  code: "GC039",
  name: "mount-replaced",
  family: "compose",
  rank: "tidy",
  what: "A service mounts two things at the same path.",
  why: "Compose takes the last one and leaves the others out without a word; a named volume among them is not even made. What was meant to be in both places is in one.",
  fix: "Remove the line that has no effect, or mount it at a path of its own.",
  examples: {
    bad: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              db:
                image: postgres:17
                volumes:
                  - orders:/var/lib/postgresql/data
                  - products:/var/lib/postgresql/data/
            volumes:
              orders:
              products:
          `,
        },
        at: ["compose.yaml:5"],
      },
    ],
    good: [
      {
        title: "one below the other, and another file that replaces it",
        files: {
          "compose.yaml": dedent`
            services:
              web:
                image: shop/web:2
                volumes:
                  - .:/app
                  - /app/node_modules
                  - uploads:/uploads
            volumes:
              uploads:
          `,
          "compose.override.yaml": dedent`
            services:
              web:
                volumes:
                  - ./uploads:/uploads
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const { service } of eachService(facts)) {
      const last = new Map<string, ServiceVolume>();
      for (const volume of service.volumes) if (!volume.dynamic) last.set(volume.target, volume);
      for (const volume of service.volumes) {
        const taken = last.get(volume.target);
        if (volume.dynamic || taken === undefined || taken === volume || volume.target === "") continue;
        yield {
          at: volume.span,
          message: `${volume.text} is not mounted in ${service.name}: ${taken.text} takes its place.`,
          related: [{ at: taken.span, message: "the last one counts" }],
        };
      }
    }
  },
};
