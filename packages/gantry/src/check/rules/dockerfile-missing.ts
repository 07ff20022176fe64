import type { BuildLink } from "../../read/build-link.ts";
import type { ProjectFacts } from "../../read/facts.ts";
import { fileNameOf } from "../../read/paths.ts";
import type { Span } from "../../read/source.ts";
import { eachService } from "../../read/walk.ts";
import { dedent } from "../dedent.ts";
import { isGitIgnored } from "../insight/git-ignored.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const dockerfileMissing: Rule = {
  code: "GX043",
  name: "dockerfile-missing",
  family: "across",
  rank: "will-fail",
  what: "A build names a Dockerfile or a context that is not there.",
  why: "The build stops at `failed to read dockerfile` or `unable to prepare context: path not found`. The path of a Dockerfile counts from the context, not from the Compose file.",
  fix: "Write the path as seen from the context.",
  examples: {
    bad: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              api:
                build:
                  context: api
                  dockerfile: api/Dockerfile
              web:
                build: ./website
          `,
          "api/Dockerfile": "FROM python:3.13-slim\n",
        },
        at: ["compose.yaml:5", "compose.yaml:7"],
      },
    ],
    good: [
      {
        title: "a context that a package manager brings, and git leaves out",
        files: {
          "compose.yaml": "services:\n  web:\n    build: ./vendor/laravel/sail/runtimes/8.4\n",
          ".gitignore": "/vendor\n",
        },
      },
      {
        title: "paths that count from the folder above; a Dockerfile that something makes",
        files: {
          "extensions/search/search-compose.yaml": dedent`
            services:
              search:
                build: extensions/search/
`,
          "extensions/search/Dockerfile": "FROM alpine:3.22\n",
          "compose.yaml": dedent`
            services:
              made:
                build: made
`,
          "made/Dockerfile.in": "FROM alpine:3.22\n",
        },
      },
      {
        files: {
          "compose.yaml": dedent`
            services:
              api:
                build:
                  context: api
                  dockerfile: ../docker/api.Dockerfile
              other:
                build: https://github.com/example/other.git
              chosen:
                build:
                  context: .
                  dockerfile: \${DOCKERFILE}
              inline:
                build:
                  dockerfile_inline: FROM scratch
          `,
          "api/main.py": "",
          "docker/api.Dockerfile": "FROM python:3.13-slim\n",
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const { service } of eachService(facts)) {
      const { build } = service;
      if (build === undefined || build.inline !== undefined) continue;
      // A file that is always given with another one, or with a project directory, counts from elsewhere.
      if (build.contextText.startsWith("..")) continue;
      yield* missing(
        facts,
        build.link,
        `service ${service.name}`,
        build.dockerfile?.span,
        build.context?.span ?? build.span,
      );
    }
    for (const { targets } of facts.bakeFiles) {
      for (const target of targets) {
        const named = target.context !== undefined || target.dockerfile !== undefined;
        if (!named || target.inline !== undefined) continue;
        yield* missing(
          facts,
          target.link,
          `target ${target.name}`,
          target.dockerfile?.span,
          target.context?.span ?? target.span,
        );
      }
    }
  },
};

function* missing(
  facts: ProjectFacts,
  link: BuildLink,
  who: string,
  dockerfile: Span | undefined,
  context: Span,
): Generator<Report> {
  const { dockerfilePath: path } = link;
  if (
    link.context === undefined ||
    path === undefined ||
    link.dockerfile !== undefined ||
    facts.paths.includes(path) ||
    // Something makes it of this one.
    [".in", ".tmpl", ".tpl", ".template", ".j2", ".m4", ".erb"].some((end) =>
      facts.paths.includes(path + end),
    )
  )
    return;
  const near = facts.paths.find((one) => fileNameOf(one) === fileNameOf(path));
  const folder = link.context === "" ? "" : `${link.context}/`;
  if (folder !== "" && !facts.paths.some((one) => one.startsWith(folder))) {
    // A folder that the walk leaves out, or a submodule that is not checked out, looks the same.
    if (facts.paths.includes(".gitmodules")) return;
    // Another tool brings it, such as a package manager.
    if (isGitIgnored(facts, `${link.context}/Dockerfile`) === true) return;
    yield { at: context, message: `The build of ${who} fails: there is no folder ${link.context}.` };
    return;
  }
  const relative = near?.startsWith(folder) === true ? near.slice(folder.length) : undefined;
  yield {
    at: dockerfile ?? context,
    message: `The build of ${who} fails: there is no ${path}.`,
    ...(relative === undefined
      ? {}
      : {
          fix: `Write \`dockerfile: ${relative}\`; it counts from the context ${link.context === "" ? "." : link.context}.`,
        }),
  };
}
