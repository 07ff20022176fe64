import { fileNameOf } from "../../read/paths.ts";
import { eachService } from "../../read/walk.ts";
import { dedent } from "../dedent.ts";
import { isGitIgnored } from "../insight/git-ignored.ts";
import { isMadeByScript } from "../insight/made-by-script.ts";
import { isExample, isFragment } from "../insight/projects.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const envFileMissing: Rule = {
  code: "GX044",
  name: "env-file-missing",
  family: "across",
  rank: "will-fail",
  what: "A service reads an env file that is not there.",
  why: "Compose refuses the whole project, for every command: `env file ... not found`. Files that git leaves out on purpose are not reported.",
  fix: "Write the path of the file that is meant, or `{ path: FILE, required: false }`.",
  examples: {
    bad: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              web:
                image: shop/web:2
                env_file:
                  - settings/web.env
          `,
          "config/web.env": "LEVEL=info\n",
        },
        at: ["compose.yaml:5"],
      },
    ],
    good: [
      {
        title: "an example, and a file that counts from the folder above",
        files: {
          "compose.override.example.yaml": dedent`
            services:
              web:
                image: shop/web:2
                env_file: ./local.env
`,
          "extra/search-compose.yaml": dedent`
            services:
              search:
                image: shop/search:2
                env_file: ./search.env
`,
          "search.env": "A=1\n",
        },
      },
      {
        files: {
          "compose.yaml": dedent`
            services:
              web:
                image: shop/web:2
                env_file:
                  - web.env
                  - .env.local
                  - path: extra.env
                    required: false
          `,
          "web.env": "LEVEL=info\n",
          ".gitignore": ".env*\n",
        },
      },
      {
        title: "a part of a project that is elsewhere",
        files: {
          "test/compose.tls.yaml": "services:\n  core:\n    env_file: [cache.env]\n",
          "docker/cache.env": "CACHE=redis\n",
        },
      },
      {
        title: "a file that a workflow of the project writes",
        files: {
          "deploy/compose.yaml": dedent`
            services:
              web:
                image: shop/web:2
                env_file: .env
          `,
          ".github/workflows/deploy.yml":
            "jobs:\n  deploy:\n    steps:\n      - run: echo 'DEBUG=0' >> .env\n",
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const { project, service } of eachService(facts)) {
      // Who copies an example makes the files that it names, too.
      // Without the file that it is laid over, nobody knows from which folder its paths count.
      if (isExample(project) || isFragment(project)) continue;
      for (const { path, text, required, exists, span } of service.envFiles) {
        // Portainer makes this one from what is typed into its form.
        if (fileNameOf(text) === "stack.env") continue;
        if (
          exists ||
          !required ||
          path === undefined ||
          facts.paths.includes(path) ||
          isGitIgnored(facts, path) === true ||
          isMadeByScript(facts, path)
        )
          continue;
        const sample = facts.paths.find(
          (one) => one.startsWith(`${path}.`) || one === path.replace(/\.env$/, ".example.env"),
        );
        yield {
          at: span,
          message: `Compose refuses to start: ${service.name} reads ${text}, which is not there.`,
          ...(sample === undefined
            ? {}
            : { fix: `Copy ${sample} to ${path}; and add ${path} to .gitignore when it holds secrets.` }),
        };
      }
    }
  },
};
