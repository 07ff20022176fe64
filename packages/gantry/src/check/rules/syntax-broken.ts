import type { ProjectFacts } from "../../read/facts.ts";
import { folderOf } from "../../read/paths.ts";
import { eachService } from "../../read/walk.ts";
import { dedent } from "../dedent.ts";
import type { Rule } from "../types.ts";

/** See `what`. */
export const syntaxBroken: Rule = {
  code: "GX013",
  name: "syntax-broken",
  family: "across",
  rank: "will-fail",
  what: "A part of a file cannot be read: an unknown instruction, an open quote, a key that is there twice, an include that leads nowhere.",
  why: "Docker, Compose or Bake stop at such a place. All other checks only see what could be read.",
  fix: "Correct the place that is named.",
  examples: {
    bad: [
      {
        files: { Dockerfile: "FROM node:22-slim\nCOPPY . .\n" },
        at: ["Dockerfile:2"],
      },
      {
        files: {
          "compose.yaml": dedent`
            include: [other.yaml]
            services:
              web:
                image: nginx:1.29
                image: nginx:1.28
              app:
                extends: nobody
          `,
        },
        at: ["compose.yaml:1", "compose.yaml:5", "compose.yaml:7"],
      },
      {
        files: { "docker-bake.hcl": 'target "web" {\n  tags = ["a", = ]\n}\n' },
        at: ["docker-bake.hcl:2"],
      },
    ],
    good: [
      {
        title: "templates that another tool fills in",
        files: {
          "{{cookiecutter.slug}}/compose.yaml": "services:\n  web:\n    image: {{ name }}\n",
          Dockerfile: "FROM node:22-slim\n{%- if cookiecutter.tests %}\nCOPY tests tests\n{%- endif %}\n",
        },
      },
      {
        title: "an env file that Compose does not read",
        files: {
          Dockerfile: "FROM node:22-slim\nCOPY . .\n",
          "tool/settings.env": "[section]\nnot for compose\n",
        },
      },
    ],
  },
  *check(facts) {
    const used = envFilesInUse(facts);
    const files = new Set(facts.envFiles.map(({ path }) => path));
    for (const { span, message } of facts.problems) {
      if (files.has(span.file) && !used.has(span.file)) continue;
      yield { at: span, message: `This cannot be read: ${message}.` };
    }
  },
};

/** Env files that Compose reads; others may be written for other readers. */
function envFilesInUse(facts: ProjectFacts): ReadonlySet<string> {
  const used = new Set<string>();
  for (const project of facts.composeProjects) {
    const folder = folderOf(project.files[0] ?? "");
    used.add(folder === "" ? ".env" : `${folder}/.env`);
  }
  for (const { service } of eachService(facts)) {
    for (const { path } of service.envFiles) if (path !== undefined) used.add(path);
  }
  return used;
}
