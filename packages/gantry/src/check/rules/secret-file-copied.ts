import { hasAny } from "../../base/text.ts";
import { copySources, flag } from "../../read/dockerfile/questions.ts";
import type { ProjectFacts } from "../../read/facts.ts";
import { shippedStages } from "../dockerfile/builders.ts";
import { contextsOf, isPlainPath, pathInContext } from "../dockerfile/context.ts";
import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import { baseName } from "../dockerfile/run.ts";
import { envHoldsSecret } from "../insight/secrets.ts";
import type { Rule } from "../types.ts";

const secretFile =
  /^(?:\.env(?:\.(?:local|prod|production|staging))?|[\w-]+\.env|id_(?:rsa|dsa|ecdsa|ed25519)|\.netrc|_netrc|\.pgpass|\.git-credentials|\.htpasswd|\.dockercfg|\.docker\/config\.json|\.aws\/credentials|\.kube\/config|[\w.-]+\.(?:p12|pfx|jks|keystore|kdbx)|[\w.-]*(?:private|privkey)[\w.-]*\.(?:pem|key)|credentials\.json|service-?account(?:-key)?\.json|secrets\.(?:ya?ml|json|toml))$/i;
/** One of them stands in each path of a file that may hold secrets. */
const signs = [
  ...[".env", "id_", "netrc", ".pgpass", "credentials", ".htpasswd", ".docker", ".kube", "priv", "account"],
  ...["secrets.", ".p12", ".pfx", ".jks", ".keystore", ".kdbx", ".npmrc", ".pypirc", "pip.conf", ".yarnrc"],
];
const sample = /example|sample|template|dist$|test|dummy/i;

/** A file of secrets that is copied into the image. */
export const secretFileCopied: Rule = {
  code: "GD028",
  name: "secret-file-copied",
  family: "dockerfile",
  rank: "leaks",
  what: "COPY or ADD puts a file of secrets, such as .env or a private key, into an image that is shipped.",
  why: "The file is a part of the image for everyone who can pull it, also when a later instruction removes it: its layer stays.",
  fix: "Mount it for the RUN that needs it (RUN --mount=type=secret), or give it to the container when it starts; and add it to .dockerignore.",
  examples: {
    bad: [
      dockerfileExampleAt([2], "FROM node:22-slim", "COPY .env package.json ./", 'CMD ["node", "app.js"]'),
      dockerfileExampleAt(
        [2],
        "FROM debian:13",
        "COPY id_rsa /root/.ssh/id_rsa",
        "RUN git clone x && rm /root/.ssh/id_rsa",
      ),
      {
        title: "an .npmrc with a token in it",
        files: {
          Dockerfile: "FROM node:22-slim\nCOPY .npmrc package.json ./\nRUN npm ci\n",
          ".npmrc": "//registry.example.com/:_authToken=aB3dE5gH7jK9mN1pQ3sT5v\n",
        },
        at: ["Dockerfile:2"],
      },
    ],
    good: [
      {
        title: "settings under such a name",
        files: {
          Dockerfile: "FROM node:22-slim\nCOPY defaults.env ./\n",
          "defaults.env": "PORT=3000\nSECRET_KEY=\n",
        },
      },
      {
        title: "settings of production, the secret left open",
        files: {
          "deploy/Dockerfile": "FROM php:8.3-fpm\nCOPY deploy/.env.production .env\n",
          "deploy/.env.production": "APP_ENV=production\nAPP_KEY=\nDB_CONNECTION=sqlite\n",
        },
      },
      dockerfileExample("FROM node:22-slim", "COPY .env.example package.json ./", 'CMD ["node", "app.js"]'),
      dockerfileExample(
        "FROM node:22 AS build",
        "COPY .env.production ./",
        "FROM nginx:1.29",
        "COPY --from=build /dist /srv",
      ),
      {
        title: "an .npmrc without a token",
        files: {
          Dockerfile: "FROM node:22-slim\nCOPY .npmrc package.json ./\nRUN npm ci\n",
          ".npmrc": "engine-strict=true\n//registry.example.com/:_authToken=${NPM_TOKEN}\n",
        },
      },
      dockerfileExample("FROM nginx:1.29", "COPY --from=certs /out/server.key /etc/nginx/"),
    ],
  },
  *check(facts) {
    for (const dockerfile of facts.dockerfiles) {
      for (const stage of shippedStages(facts, dockerfile)) {
        for (const instruction of stage.instructions) {
          if (instruction.keyword !== "COPY" && instruction.keyword !== "ADD") continue;
          if (flag(instruction, "from") !== undefined) continue;
          for (const { value, span } of copySources(instruction)) {
            if (!hasAny(value.toLowerCase(), signs)) continue;
            const paths = contextsOf(facts, dockerfile).flatMap(
              (context) => pathInContext(context, value) ?? [],
            );
            if (!isPlainPath(value) || !isSecret(facts, value, paths)) continue;
            yield {
              at: span,
              message: `${value} goes into the image, where everyone who can pull it reads it.`,
              ...(baseName(value).startsWith(".env")
                ? {
                    fix: `Take ${value} out of this ${instruction.keyword} and give it to the container: env_file: in Compose, --env-file for docker run.`,
                  }
                : {}),
            };
          }
        }
      }
    }
  },
};

function isSecret(facts: ProjectFacts, value: string, paths: readonly string[]): boolean {
  const name = baseName(value);
  if (sample.test(value)) return false;
  const tail = value.split("/").slice(-2).join("/");
  // Under such a name many keep settings: only what the file holds can tell.
  const texts = paths.flatMap((path) => facts.readText(path) ?? []);
  if (/^[\w-]+\.env$/.test(name) || (name.startsWith(".env") && texts.length > 0))
    return texts.some(envHoldsSecret);
  if (secretFile.test(name) || secretFile.test(tail)) return true;
  if (name !== ".npmrc" && name !== ".pypirc" && name !== "pip.conf" && name !== ".yarnrc.yml") return false;
  // These hold settings too: only a token or a password in the text itself counts.
  return paths.some((path) =>
    /(?:_authToken|_auth|_password|npmAuthToken|password)\s*[:=]\s*["']?(?!["'\s]|\$)[^\s"']{8,}|:\/\/[^\s:/@]+:[^\s@$]{6,}@/.test(
      facts.readText(path) ?? "",
    ),
  );
}
