import { imageExample, imageExampleAt } from "../image/example.ts";
import { packaged } from "../image/keep.ts";
import { makerOf, placeOf, stackOf } from "../image/layers.ts";
import { secretValues } from "../secret-values.ts";
import type { Rule } from "../types.ts";

const key =
  "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n-----END OPENSSH PRIVATE KEY-----\n";

/** The value of a real secret in a layer, also of a file that a later layer removed. */
export const imageHoldsSecret: Rule = {
  code: "GI001",
  name: "image-holds-secret",
  family: "image",
  rank: "leaks",
  what: "A layer of the image holds a real secret: a private key, an issuer's token, a password in an address.",
  why: "Everyone who can pull the image can unpack its layers one by one. A file that a later instruction removed is only hidden: it is still in the layer that brought it.",
  fix: "Revoke the secret first. Then mount it for the one RUN that needs it (RUN --mount=type=secret) and build anew; removing the file in a later instruction does not help.",
  examples: {
    bad: [
      {
        title: "a key that a later instruction removed",
        ...imageExampleAt(
          [1],
          [
            {
              by: "COPY id_rsa /root/.ssh/id_rsa # buildkit",
              files: [{ path: "/root/.ssh/id_rsa", text: key }],
            },
            {
              by: "RUN /bin/sh -c git clone x && rm /root/.ssh/id_rsa # buildkit",
              files: [{ path: "/root/.ssh/id_rsa", kind: "whiteout" }],
            },
          ],
        ),
      },
    ],
    good: [
      imageExample([
        { by: "COPY . /app # buildkit", files: [{ path: "/app/id_rsa.pub", text: "ssh-rsa AAAA shop" }] },
      ]),
      {
        title: "a package's own test key",
        ...imageExample([
          { by: "RUN npm ci", files: [{ path: "/app/node_modules/a/test/key.pem", text: key }] },
        ]),
      },
    ],
  },
  *check(facts) {
    for (const image of facts.images) {
      const hidden = new Map(stackOf(image).hidden.map((one) => [one.file, one.by]));
      for (const [at, layer] of image.layers.entries()) {
        for (const file of layer.files) {
          if (file.text === undefined || packaged.test(file.path)) continue;
          const [secret] = secretValues(file.text);
          if (secret === undefined) continue;
          const by = hidden.get(file);
          const where = { file, layer, at };
          yield {
            at: placeOf(image, where),
            message: `${file.path} holds ${secret.kind} (${secret.masked})${
              by === undefined ? "" : ", and is still in its layer although it was removed later"
            }.`,
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
