import { historySpan } from "../../read/image/history.ts";
import { spanOf } from "../../read/source.ts";
import { imageExample, imageExampleAt } from "../image/example.ts";
import { isSecretName, looksLikeSecret } from "../insight/secrets.ts";
import { secretValues } from "../secret-values.ts";
import type { Rule } from "../types.ts";

/** A secret in the history or in the environment of an image. */
export const imageSettingsHoldSecret: Rule = {
  code: "GI002",
  name: "image-settings-hold-secret",
  family: "image",
  rank: "leaks",
  what: "The history or the environment of the image holds a real secret.",
  why: "docker history and docker inspect print both, for everyone who can pull the image; a registry shows them without pulling a layer. Build arguments stand in the history beside each RUN.",
  fix: "Revoke the secret. Mount it for the RUN that needs it (RUN --mount=type=secret), and give the container its secrets when it starts.",
  aliases: [
    { tool: "dockle", id: "CIS-DI-0010" },
    { tool: "cis", id: "4.10" },
  ],
  examples: {
    bad: [
      {
        title: "a build argument",
        ...imageExampleAt(
          [1],
          [{ by: "RUN |1 NPM_TOKEN=aB3dE5gH7jK9mN1pQ3sT5v /bin/sh -c npm ci # buildkit", files: [] }],
        ),
      },
      imageExampleAt([1], [{ by: "ENV DB_PASSWORD=Xk9vQ2mPz7-Lw4 # buildkit" }], {
        env: new Map([["DB_PASSWORD", "Xk9vQ2mPz7-Lw4"]]),
      }),
    ],
    good: [
      imageExample([{ by: "ENV DB_PASSWORD_FILE=/run/secrets/db # buildkit" }], {
        env: new Map([["DB_PASSWORD_FILE", "/run/secrets/db"]]),
      }),
      imageExample([{ by: "RUN |1 APP_VERSION=1.2.3 /bin/sh -c npm ci # buildkit", files: [] }]),
      imageExample([{ by: "ENV GPG_KEY=7169605F62C751356D054A26A821E680E5FA6305 # buildkit" }]),
    ],
  },
  *check(facts) {
    for (const image of facts.images) {
      const named = new Set<string>();
      for (const [index] of image.history.entries()) {
        const line = historySpan(image, index);
        const text = image.source.text.slice(line.start, line.end);
        for (const { kind, start, end, masked } of secretValues(text)) {
          named.add(text.slice(start, end));
          yield {
            at: spanOf(image.source, line.start + start, line.start + end),
            message: `The history shows ${kind} (${masked}).`,
          };
        }
        for (const match of text.matchAll(/(?:^ENV |^ARG |[| ])([A-Za-z_]\w*)=("[^"]*"|\S+)/g)) {
          const name = match[1] ?? "";
          const value = (match[2] ?? "").replace(/^"|"$/g, "");
          if (!isSecretName(name) || !looksLikeSecret(value) || named.has(value)) continue;
          named.add(value);
          const start = line.start + match.index + match[0].indexOf(name);
          yield {
            at: spanOf(image.source, start, start + name.length),
            message: `The history shows the value of ${name}.`,
            ...(/^RUN \|/.test(text)
              ? {
                  fix: `Revoke it, and write RUN --mount=type=secret,id=${name},env=${name} in the place of ARG ${name}.`,
                }
              : {}),
          };
        }
      }
      for (const [name, value] of image.config.env) {
        if (named.has(value) || !isSecretName(name) || !looksLikeSecret(value)) continue;
        yield { at: historySpan(image, 0), message: `The image's environment holds the value of ${name}.` };
      }
    }
  },
};
