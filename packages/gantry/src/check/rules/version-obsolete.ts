import { spanOf, wholeLines } from "../../read/source.ts";
import { dedent } from "../dedent.ts";
import { isForSwarm } from "../insight/projects.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const versionObsolete: Rule = {
  code: "GC032",
  name: "version-obsolete",
  family: "compose",
  rank: "tidy",
  what: "A Compose file begins with `version:`.",
  why: "Compose v2 ignores it and warns at every command: `the attribute version is obsolete`.",
  fix: "Remove the line.",
  aliases: [{ tool: "dclint", id: "no-version-field" }],
  examples: {
    bad: [
      {
        files: {
          "compose.yaml": dedent`
            version: "3.8"
            services:
              web:
                image: shop/web:2
          `,
        },
        at: ["compose.yaml:1"],
      },
    ],
    good: [
      {
        title: "older versions of `docker stack deploy` need it",
        files: {
          "docker-stack.yml": dedent`
            version: "3.8"
            services:
              web:
                image: shop/web:2
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const project of facts.composeProjects) {
      if (isForSwarm(project)) continue;
      for (const { source } of project.sources) {
        if (!source.text.includes("version:")) continue;
        const match = /^version:[ \t]*(["']?)[\d.]+\1[ \t]*(?:#[^\n]*)?\r?$/m.exec(source.text);
        if (match === null) continue;
        const span = spanOf(source, match.index, match.index + "version".length);
        const line = wholeLines(source, span);
        yield {
          at: span,
          message: "Compose ignores `version` and warns about it at every command.",
          remedy: {
            title: "remove the line",
            safe: true,
            edits: [{ file: source.path, start: line.start, end: line.end, text: "" }],
          },
        };
      }
    }
  },
};
