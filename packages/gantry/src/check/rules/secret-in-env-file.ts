import { hasAny } from "../../base/text.ts";
import { fileNameOf } from "../../read/paths.ts";
import { dedent } from "../dedent.ts";
import { addressesOf } from "../insight/addresses.ts";
import { isGitIgnored } from "../insight/git-ignored.ts";
import { isSecretName, knownSecret, looksLikeSecret } from "../insight/secrets.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const secretInEnvFile: Rule = {
  code: "GX049",
  name: "secret-in-env-file",
  family: "across",
  rank: "leaks",
  what: "An env file with a real secret is not left out by `.gitignore`.",
  why: "The next `git add .` takes it into the repository and its history, and everybody who reads either has the secret. Obvious stand-ins are not reported.",
  fix: "Add the file to `.gitignore`; when it is in the history already, replace the secret.",
  examples: {
    bad: [
      {
        files: {
          ".env": dedent`
            LEVEL=info
            SESSION_SECRET=kJ8vQ2mZx7Lp4RtW
            DATABASE_URL=postgres://shop:Wq7-zKp2Lm9xTr@db:5432/shop
          `,
          ".gitignore": "node_modules\n",
          "compose.yaml": dedent`
            services:
              web:
                image: shop/web:2
                env_file: [.env]
          `,
        },
        at: [".env:2"],
      },
    ],
    good: [
      {
        title: "left out; an example; no repository",
        files: {
          ".env": "SESSION_SECRET=kJ8vQ2mZx7Lp4RtW\n",
          ".env.example": "SESSION_SECRET=change-me-to-32-random-bytes\n",
          "settings/prod.env": "SESSION_SECRET=kJ8vQ2mZx7Lp4RtW\n",
          ".gitignore": ".env\n*.env\n",
        },
      },
      {
        title: "encrypted",
        files: {
          ".env.production": "SESSION_SECRET=encrypted:BDqDBibm4wsYqMpCjTQ6BsDHmMadg9K3dAt+Z9HPMfLE\n",
          ".gitignore": ".env\n",
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const file of facts.envFiles) {
      if (isSample(fileNameOf(file.path).toLowerCase())) continue;
      if (isGitIgnored(facts, file.path) !== false) continue;
      const found = file.entries.find((entry) => {
        const { name, value, dynamic } = entry;
        if (value === undefined || dynamic || encrypted.some((sign) => value.startsWith(sign))) return false;
        return (
          knownSecret(value) !== undefined ||
          (isSecretName(name) && looksLikeSecret(value)) ||
          addressesOf(entry).some(({ password }) => password !== undefined && looksLikeSecret(password))
        );
      });
      if (found === undefined) continue;
      yield {
        at: found.span,
        message: `${file.path} holds a secret (${found.name}), and .gitignore does not leave it out.`,
        fix: `Add \`${file.path}\` to .gitignore.`,
      };
    }
  },
};

const encrypted = ["encrypted:", "ENC[", "age1", "vault:"];

/** Samples are made to be committed; their values are examples, however real they look. */
function isSample(name: string): boolean {
  if (hasAny(name, ["example", "sample", "template", "dist", "test"])) return true;
  return name.includes("ci") && /\bci\b/.test(name);
}
