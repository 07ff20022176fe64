import { imageExample, imageExampleAt } from "../image/example.ts";
import { secretFileName } from "../image/keep.ts";
import { makerOf, placeOf, stackOf } from "../image/layers.ts";
import { isPlaceholder } from "../insight/secrets.ts";
import { secretValues } from "../secret-values.ts";
import type { Rule } from "../types.ts";

/** A file in the image that only ever holds secrets. */
export const imageHoldsSecretFile: Rule = {
  code: "GI003",
  name: "image-holds-secret-file",
  family: "image",
  rank: "leaks",
  what: "A layer of the image holds a file that is made for secrets, such as .env or .netrc, with something in it.",
  why: "Everyone who can pull the image can read it, also when a later layer removed it.",
  fix: "Name the file in .dockerignore, and give its content to the container when it starts.",
  aliases: [{ tool: "dockle", id: "CIS-DI-0010" }],
  examples: {
    bad: [
      imageExampleAt(
        [1],
        [
          {
            by: "COPY . /app # buildkit",
            files: [{ path: "/app/.env", text: "SESSION_KEY=Xk9vQ2mPz7Lw4\n" }],
          },
        ],
      ),
    ],
    good: [
      imageExample([
        {
          by: "COPY . /app # buildkit",
          files: [{ path: "/app/.env.example", text: "SESSION_KEY=change-me\n" }],
        },
      ]),
      {
        title: "a .env without a secret",
        ...imageExample([
          { by: "COPY . /app", files: [{ path: "/app/.env", text: "PORT=8000\nDEBUG=false\nSECRET=\n" }] },
        ]),
      },
      {
        title: "an .npmrc without a token",
        ...imageExample([
          { by: "COPY . /app", files: [{ path: "/app/.npmrc", text: "engine-strict=true\n" }] },
        ]),
      },
    ],
  },
  *check(facts) {
    for (const image of facts.images) {
      const hidden = new Map(stackOf(image).hidden.map((one) => [one.file, one.by]));
      for (const layer of image.layers) {
        for (const file of layer.files) {
          const kind = file.kind === "file" && file.size > 0 ? secretFileName(file.path) : undefined;
          if (kind === undefined || !holdsSecret(file.path, file.text)) continue;
          const by = hidden.get(file);
          yield {
            at: placeOf(image, { layer }),
            message: `${file.path} is in the image: ${kind}${by === undefined ? "" : ", still in its layer although it was removed later"}.`,
            ...(by === undefined
              ? {}
              : {
                  related: [{ at: placeOf(image, by), message: `hidden by ${makerOf(image, by)}` }],
                }),
          };
        }
      }
    }
  },
};

function holdsSecret(path: string, text: string | undefined): boolean {
  if (text === undefined) return true;
  // What GI001 names by its value needs no second finding.
  if (secretValues(text).length > 0) return false;
  if (/\.env|npmrc|yarnrc|pypirc/.test(path)) {
    return [
      ...text.matchAll(
        /^[^#\n]*?(\w*(?:PASS(?:WORD|WD)?|SECRET|TOKEN|KEY|_auth|_authToken)\w*)\s*[=:]\s*(\S+)/gim,
      ),
    ].some(
      ([, name, value]) =>
        !/FILE$|PATH$|PUBLIC/i.test(name ?? "") &&
        !isPlaceholder(value ?? "") &&
        !(value ?? "").startsWith("$") &&
        (value ?? "").length >= 8,
    );
  }
  return text.trim() !== "" && !/^\s*\{\s*("auths"\s*:\s*\{\s*\}\s*)?\}\s*$/.test(text);
}
