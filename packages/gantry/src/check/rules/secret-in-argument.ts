import { readAssignments } from "../../read/dockerfile/assignments.ts";
import type { Assignment, Dockerfile, Stage } from "../../read/dockerfile/model.ts";
import { shippedStages } from "../dockerfile/builders.ts";
import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import { isPlaceholder, isSecretName } from "../insight/secrets.ts";
import type { Rule } from "../types.ts";

/** A secret that goes into the image by ARG or ENV. */
export const secretInArgument: Rule = {
  code: "GD026",
  name: "secret-in-argument",
  family: "dockerfile",
  rank: "leaks",
  what: "ARG or ENV carries a secret into the build.",
  why: "Values of ENV are settings of the image, for everyone who can pull it. Values of ARG stand in the history of the stage's image beside each RUN, and in the provenance that BuildKit attaches to it (mode=max). Docker's own documentation says not to use either for secrets.",
  fix: "Mount the secret for the one RUN that needs it, RUN --mount=type=secret,id=NAME, and give it to the container when it starts.",
  aliases: [
    { tool: "buildkit", id: "SecretsUsedInArgOrEnv" },
    { tool: "hadolint", id: "DL3064" },
    { tool: "trivy", id: "DS-0031" },
    { tool: "dockle", id: "CIS-DI-0010" },
    { tool: "cis", id: "4.10" },
  ],
  examples: {
    bad: [
      dockerfileExampleAt([2], "FROM node:22", "ARG NPM_TOKEN", "RUN npm ci"),
      dockerfileExampleAt([2], "FROM node:22", "ENV DB_PASSWORD=hunter2-and-more", 'CMD ["node", "app.js"]'),
      {
        title: "an address with a password, from an argument",
        ...dockerfileExampleAt(
          [3],
          "FROM python:3.13",
          "ARG DATABASE_URL",
          "ENV DATABASE_URL=${DATABASE_URL}",
        ),
      },
    ],
    good: [
      dockerfileExample(
        "FROM node:22",
        'ARG ENCRYPTION_KEY="CAFEBABE"',
        'ENV ENCRYPTION_KEY="$ENCRYPTION_KEY"',
        "FROM nginx:1.29",
      ),
      dockerfileExample("FROM node:22", "RUN --mount=type=secret,id=NPM_TOKEN,env=NPM_TOKEN npm ci"),
      dockerfileExample(
        "FROM python:3.13",
        "ENV SECRET_KEY_FILE=/run/secrets/secret_key TOKEN_VERSION=2 PUBLIC_KEY=abc",
        "ARG PASSWORD_MIN_LENGTH=12",
      ),
      dockerfileExample("FROM python:3.13", "ARG SECRET_KEY=dummy-for-collectstatic", 'ENV API_TOKEN=""'),
      dockerfileExample("FROM node:22", "ARG VITE_MAP_API_KEY", "ENV ADMIN_TOKEN=123456"),
      dockerfileExample("FROM python:3.13", "ARG DATABASE_URL=sqlite:////tmp/build.db"),
    ],
  },
  *check(facts) {
    for (const dockerfile of facts.dockerfiles) {
      const shipped = new Set(shippedStages(facts, dockerfile));
      const named = new Set<string>();
      for (const stage of dockerfile.stages) {
        for (const entry of [...stage.args, ...environmentOf(dockerfile, stage)]) {
          const { keyword } = entry.instruction;
          const key = `${keyword} ${entry.name}`;
          const how = carries(entry, keyword, stage, shipped.has(stage));
          if (how === undefined || named.has(key)) continue;
          // An ENV that only passes the argument on is the same leak, and the ARG has its finding.
          if (keyword === "ENV" && named.has(`ARG ${entry.name}`)) continue;
          named.add(key);
          yield {
            at: entry.span,
            message:
              keyword === "ENV"
                ? `ENV ${entry.name} ${how}: whoever can pull the image reads it with docker inspect.`
                : `ARG ${entry.name} ${how}, which ${
                    shipped.has(stage)
                      ? "docker history shows to whoever can pull the image"
                      : "stays in the build's cache and provenance"
                  }.`,
            fix:
              keyword === "ENV"
                ? `Take ${entry.name} out, and give it to the container when it starts (secrets: or env_file: in Compose).`
                : `Write RUN --mount=type=secret,id=${entry.name},env=${entry.name} for the RUN that needs it, and build with --secret id=${entry.name}.`,
          };
        }
      }
    }
  },
};

function environmentOf(dockerfile: Dockerfile, stage: Stage): readonly Assignment[] {
  return stage.instructions
    .filter((instruction) => instruction.keyword === "ENV")
    .flatMap((instruction) =>
      readAssignments(dockerfile.source, instruction, () => undefined, dockerfile.escape),
    );
}

/** How an assignment carries a secret; `undefined` when it does not. */
function carries(
  { name, raw }: Assignment,
  keyword: string,
  stage: Stage,
  isShipped: boolean,
): string | undefined {
  const value = raw ?? "";
  if (isServerAddress(name)) {
    const variable = variableIn(value);
    // An argument alone may be an address without a password; one that goes into the image is for the application.
    const passed =
      keyword === "ENV" &&
      variable !== undefined &&
      stage.args.some((one) => one.name === variable && one.raw === undefined);
    return passed ? "puts the address of a data server, with its password, into the image" : undefined;
  }
  if (!isSecretName(name) || isForBrowsers(name)) return undefined;
  if (keyword === "ARG")
    return raw === undefined || !isHarmless(value) ? "is a secret given as a build argument" : undefined;
  const variable = variableIn(value);
  if (variable !== undefined) {
    const argument = stage.args.find((one) => one.name === variable);
    // A stage for building takes such a value only so that the build goes through.
    const standIn =
      !isShipped && argument?.raw !== undefined && argument.raw !== "" && isHarmless(argument.raw);
    return argument !== undefined && !standIn
      ? "puts a secret from a build argument into the image"
      : undefined;
  }
  return isHarmless(value) ? undefined : "puts a secret into the image";
}

/** Whether a bundler writes it into what every visitor gets: a name such as `VITE_SENTRY_APP_KEY` says that it is no secret. */
function isForBrowsers(name: string): boolean {
  return ["VITE_", "NEXT_PUBLIC_", "NUXT_PUBLIC_", "REACT_APP_", "EXPO_PUBLIC_", "VUE_APP_", "GATSBY_"].some(
    (start) => name.startsWith(start),
  );
}

const dataServers: ReadonlySet<string> = new Set([
  ...["DATABASE", "DB", "REDIS", "MONGO", "MONGODB", "AMQP", "BROKER"],
  ...["CELERY_BROKER", "SQLALCHEMY_DATABASE"],
]);

function isServerAddress(name: string): boolean {
  return (name.endsWith("_URL") || name.endsWith("_URI")) && dataServers.has(name.slice(0, -"_URL".length));
}

/** The variable that a value is nothing but. */
function variableIn(value: string): string | undefined {
  return /^\$\{?([A-Za-z_]\w*)\}?$/.exec(value)?.[1];
}

function isHarmless(value: string): boolean {
  // Zeros, and the like, stand for "to be set".
  if (new Set(value.replaceAll("-", "")).size <= 2) return true;
  return (
    value.trim() === "" ||
    isPlaceholder(value) ||
    /^(?:\/|file:|\$)/.test(value) ||
    /^(?:\d{1,4}|123456\d*)$/.test(value)
  );
}
