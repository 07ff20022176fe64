import { historySpan } from "../../read/image/history.ts";
import { imageExample, imageExampleAt } from "../image/example.ts";
import { bytes } from "../insight/wording.ts";
import type { Rule } from "../types.ts";

/** The history of the code, in the image. */
export const imageHoldsRepository: Rule = {
  code: "GI012",
  name: "image-holds-repository",
  family: "image",
  rank: "leaks",
  what: "A layer of the image holds a git repository.",
  why: "With .git comes every version of every file, what was removed for good reason among them, and often the address and the token it was cloned with.",
  fix: "Name .git in .dockerignore; after a git clone in a RUN, remove .git in the same RUN.",
  aliases: [{ tool: "dockle", id: "DKL-LI-0003" }],
  examples: {
    bad: [
      imageExampleAt(
        [1],
        [
          {
            by: "COPY . /app # buildkit",
            files: [{ path: "/app/.git/HEAD" }, { path: "/app/.git/objects/pack/a.pack", size: 9_000_000 }],
          },
        ],
      ),
    ],
    good: [
      imageExample([
        { by: "COPY . /app # buildkit", files: [{ path: "/app/.gitignore" }, { path: "/app/git/HEAD" }] },
      ]),
    ],
  },
  *check(facts) {
    for (const image of facts.images) {
      for (const layer of image.layers) {
        const head = layer.files.find(({ path, kind }) => kind === "file" && path.endsWith("/.git/HEAD"));
        if (head === undefined) continue;
        const folder = head.path.slice(0, -"HEAD".length);
        const size = layer.files.reduce(
          (sum, file) => sum + (file.path.startsWith(folder) ? file.size : 0),
          0,
        );
        yield {
          at: historySpan(image, layer.history),
          message: `${folder.slice(0, -1)} is in the image, with ${bytes(size)} of history of the code.`,
        };
      }
    }
  },
};
