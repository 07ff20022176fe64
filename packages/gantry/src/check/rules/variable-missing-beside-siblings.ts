import type { ComposeService } from "../../read/compose/model.ts";
import { imageIn } from "../../read/compose/questions.ts";
import { dedent } from "../dedent.ts";
import { sameImage } from "../insight/built-images.ts";
import { isSecretName } from "../insight/secrets.ts";
import { listed } from "../insight/wording.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const variableMissingBesideSiblings: Rule = {
  code: "GX041",
  name: "variable-missing-beside-siblings",
  family: "across",
  rank: "hardening",
  what: "Services of one image share their settings and a secret, except one that lacks the secret.",
  why: "They load the same settings: code that insists on the variable stops this service at its start, code with a default lets it run with another key than the rest.",
  fix: "Give it to this service too; a shared block (`x-environment: &environment`) keeps them alike.",
  examples: {
    bad: [
      {
        files: {
          Dockerfile: "FROM python:3.13-slim\n",
          "compose.yaml": dedent`
            services:
              web:
                build: .
                environment: &settings
                  DATABASE_URL: postgres://db/shop
                  REDIS_URL: redis://cache
                  SECRET_KEY: \${SECRET_KEY:?}
              worker:
                build: .
                command: celery -A shop worker
                environment: *settings
              beat:
                build: .
                command: celery -A shop beat
                environment:
                  DATABASE_URL: postgres://db/shop
                  REDIS_URL: redis://cache
          `,
        },
        at: ["compose.yaml:12"],
      },
    ],
    good: [
      {
        title: "as a file, from an env file, or only two of them",
        files: {
          Dockerfile: "FROM python:3.13-slim\n",
          "compose.yaml": dedent`
            services:
              web:
                build: .
                environment: { SECRET_KEY: "\${SECRET_KEY:?}" }
              worker:
                build: .
                environment: { SECRET_KEY: "\${SECRET_KEY:?}" }
              beat:
                build: .
                env_file: [beat.env]
              file:
                build: .
                environment: { SECRET_KEY_FILE: /run/secrets/key }
          `,
        },
      },
      {
        title: "a one-off job, and a service with other settings",
        files: {
          Dockerfile: "FROM python:3.13-slim\n",
          "compose.yaml": dedent`
            services:
              web:
                build: .
                environment: &settings
                  DATABASE_URL: postgres://db/shop
                  REDIS_URL: redis://cache
                  SECRET_KEY: \${SECRET_KEY:?}
              worker:
                build: .
                environment: *settings
              pages:
                build: .
                environment: { API_URL: http://web, REDIS_URL: redis://cache }
              assets:
                build: .
                entrypoint: ["sh", "-c"]
                command: ["tar c /static"]
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const project of facts.composeProjects) {
      const seen = new Set<ComposeService>();
      for (const service of project.services) {
        if (seen.has(service) || imageIn(project, service).kind === "unknown") continue;
        const group = sameImage(project.services, service).filter(
          ({ entrypoint }) => entrypoint === undefined,
        );
        for (const one of group) seen.add(one);
        if (group.length < 3) continue;
        for (const one of group) {
          const others = group.filter((other) => other !== one);
          const missing = importantNames(others).filter((name) => !mayHave(one, name));
          if (missing.length === 0 || !sharesSettings(one, others)) continue;
          yield {
            at: one.nameSpan,
            message: `${one.name} gets no ${listed(missing)}, unlike ${listed(others.map(({ name }) => name))}, which run the same image.`,
            related: others.slice(0, 1).flatMap((other) => {
              const entry = other.environment.find(({ name }) => name === missing[0]);
              return entry === undefined ? [] : [{ at: entry.span, message: `${other.name} gets it here` }];
            }),
          };
        }
      }
    }
  },
};

/** Secrets that every one of the services gets. */
function importantNames(services: readonly ComposeService[]): readonly string[] {
  const [first, ...others] = services;
  return (first?.environment ?? [])
    .map(({ name }) => name)
    .filter(isSecretName)
    .filter((name) => others.every(({ environment }) => environment.some((entry) => entry.name === name)));
}

/** Whether a service gets at least two other variables that all the others get too: then it loads the same settings. */
function sharesSettings(service: ComposeService, others: readonly ComposeService[]): boolean {
  const shared = service.environment.filter(({ name }) =>
    others.every(({ environment }) => environment.some((entry) => entry.name === name)),
  );
  return shared.length >= 2;
}

/** Whether a service has the variable, or may get it in a way that the files do not show. */
function mayHave({ environment, envFiles, secrets }: ComposeService, name: string): boolean {
  return (
    envFiles.some(({ exists }) => !exists) ||
    secrets.some(({ source }) => source.toUpperCase().replaceAll("-", "_") === name) ||
    environment.some((entry) => entry.name === name || entry.name === `${name}_FILE`)
  );
}
