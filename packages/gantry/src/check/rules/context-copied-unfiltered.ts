import { hasAny } from "../../base/text.ts";
import { copyDestination, copySources, flag, lineage } from "../../read/dockerfile/questions.ts";
import { isIgnored } from "../../read/ignore/questions.ts";
import { withoutEndSlash } from "../../read/paths.ts";
import { pathsBelow } from "../../read/walk.ts";
import { dedent } from "../dedent.ts";
import { deliveredStages } from "../dockerfile/builders.ts";
import { contextsOf } from "../dockerfile/context.ts";
import { envHoldsSecret } from "../insight/secrets.ts";
import { listed } from "../insight/wording.ts";
import type { Rule } from "../types.ts";

/** See `what`. */
export const contextCopiedUnfiltered: Rule = {
  code: "GX008",
  name: "context-copied-unfiltered",
  family: "across",
  rank: "leaks",
  what: "`COPY . .` takes files into the image that should never leave the machine: `.env`, keys, the Git history.",
  why: "Whoever can pull the image can read them, also after a later layer deleted them.",
  fix: "List them in `.dockerignore`, beside the Dockerfile's context.",
  aliases: [{ tool: "dockle", id: "CIS-DI-0010" }],
  examples: {
    bad: [
      {
        title: "no .dockerignore",
        files: {
          Dockerfile: dedent`
            FROM node:22-slim
            WORKDIR /app
            COPY . .
            CMD ["node", "app.js"]
          `,
          ".env": "STRIPE_KEY=abc\n",
          "app.js": "",
          "certs/server.key": "-----BEGIN PRIVATE KEY-----\n",
          ".npmrc": "fund=false\n",
        },
        at: ["Dockerfile:3"],
      },
    ],
    good: [
      {
        title: "a .dockerignore that names them, and a build stage of which only the output is kept",
        files: {
          Dockerfile: "FROM node:22-slim\nCOPY . /app\n",
          ".dockerignore": "**/.env\n**/*.key\n.git\n",
          ".env": "STRIPE_KEY=abc\n",
          "certs/server.key": "",
          "web/Dockerfile":
            "FROM node:22 AS build\nCOPY . .\nRUN npm run build\nFROM nginx:1.29\nCOPY --from=build /dist /usr/share/nginx/html\n",
          "web/.env": "API=1\n",
          ".env.example": "STRIPE_KEY=\n",
        },
      },
      {
        title: "a Dockerfile that is built from the folder above, as its paths say",
        files: {
          "deploy/Dockerfile": "FROM node:22-slim\nCOPY . .\nCOPY deploy/start.sh /\n",
          "deploy/start.sh": "#!/bin/sh\n",
          "deploy/.env": "STRIPE_KEY=abc\n",
          ".dockerignore": "**/.env\n",
        },
      },
    ],
  },
  *check(facts) {
    for (const dockerfile of facts.dockerfiles) {
      const kept = new Set(deliveredStages(facts, dockerfile).flatMap((stage) => lineage(stage)));
      const contexts = contextsOf(facts, dockerfile);
      for (const stage of kept) {
        for (const instruction of stage.instructions) {
          if (instruction.keyword !== "COPY" && instruction.keyword !== "ADD") continue;
          if (flag(instruction, "from") !== undefined || copyDestination(instruction) === undefined) continue;
          if (!copySources(instruction).some(({ value }) => wholeContext.includes(value))) continue;
          for (const { folder, ignore } of contexts) {
            const prefix = folder === "" ? "" : `${folder}/`;
            const leaks = pathsBelow(facts, folder)
              .filter((path) => isPrivate(path) && holdsSecret(path, facts.readText(`${prefix}${path}`)))
              .filter((path) => ignore === undefined || !isIgnored(ignore, withoutEndSlash(path)));
            if (leaks.length === 0) continue;
            const shown = leaks.length > 4 ? [...leaks.slice(0, 3), `${leaks.length - 3} more`] : leaks;
            const file = `${prefix}.dockerignore`;
            yield {
              at: instruction.span,
              message: `${instruction.keyword} takes ${listed(shown)} into the image${ignore === undefined ? `, and there is no ${file}` : ""}.`,
              fix: `${ignore === undefined ? `Write ${file}` : `Add to ${ignore.path}`}: ${patternsFor(leaks).join(", ")}.`,
            };
          }
        }
      }
    }
  },
};

const wholeContext = ["", ".", "/", "./", "*", ".*", "/*", "./*"];

/** Names whose files hold secrets: templates and public parts are left out. */
const secretFile =
  /(^|\/)(\.env(\.(local|prod|production|staging|secrets?))?|id_(rsa|ed25519|ecdsa|dsa)|\.npmrc|\.pypirc|\.netrc|\.aws\/credentials|\.docker\/config\.json|credentials\.json|service-account[\w-]*\.json|[^/]+\.(key|p12|pfx|jks|keystore))$/;

/** One of them stands in each of these names. */
const secretSigns = [
  ...[".env", "id_", ".npmrc", ".pypirc", ".netrc", "credentials", "config.json", "service-account"],
  ...[".key", ".p12", ".pfx", ".jks"],
];

function isPrivate(path: string): boolean {
  if (path === ".git/") return true;
  if (!hasAny(path, secretSigns) || !secretFile.test(path)) return false;
  return !/(^|\/)(node_modules|vendor|testdata|fixtures|tests?)\//.test(path);
}

/** Whether the content bears out what the name says; files that are no text are taken at their name. */
function holdsSecret(path: string, content: string | undefined): boolean {
  if (content === undefined) return true;
  if (path.endsWith(".npmrc")) return /_(auth|authToken|password)\s*=\s*[^$\s]/.test(content);
  if (path.endsWith(".pypirc")) return /^\s*password\s*[=:]/m.test(content);
  if (path.endsWith(".key")) return content.includes("PRIVATE KEY");
  return /(^|\/)\.env/.test(path) ? envHoldsSecret(content) : content.trim() !== "";
}

function patternsFor(paths: readonly string[]): readonly string[] {
  const patterns = paths.map((path) => {
    if (path === ".git/") return ".git";
    const name = path.slice(path.lastIndexOf("/") + 1);
    const extension = /\.(key|p12|pfx|jks|keystore)$/.exec(name)?.[0];
    return extension === undefined
      ? name.startsWith(".env")
        ? "**/.env*"
        : `**/${name}`
      : `**/*${extension}`;
  });
  return [...new Set(patterns)];
}
