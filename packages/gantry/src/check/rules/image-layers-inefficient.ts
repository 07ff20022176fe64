import { historySpan } from "../../read/image/history.ts";
import { efficiencyOf } from "../../read/image/questions.ts";
import { imageExample } from "../image/example.ts";
import { stackOf } from "../image/layers.ts";
import { bytes } from "../insight/wording.ts";
import type { Rule } from "../types.ts";

/** As dive sets it. */
const lowest = 0.9;

/** An image much of which no container sees. */
export const imageLayersInefficient: Rule = {
  code: "GI009",
  name: "image-layers-inefficient",
  family: "image",
  rank: "tidy",
  what: "The efficiency of the image's layers, as dive counts it, is below 0.9.",
  why: "The score is the smallest version of each path divided by all versions of it: what is missing to 1 is pulled and stored for nothing.",
  fix: "Cure the largest findings of image-wastes-bytes.",
  examples: {
    bad: [
      imageExample([
        {
          by: "RUN download",
          files: [
            { path: "/tmp/big", size: 50_000_000 },
            { path: "/app", size: 10_000_000 },
          ],
        },
        { by: "RUN rm /tmp/big", files: [{ path: "/tmp/big", kind: "whiteout" }] },
      ]),
    ],
    good: [imageExample([{ by: "COPY app /app", files: [{ path: "/app", size: 10_000_000 }] }])],
  },
  *check(facts) {
    for (const image of facts.images) {
      const score = efficiencyOf(image);
      const wasted = stackOf(image).hidden.reduce((sum, one) => sum + one.file.size, 0);
      if (score >= lowest || wasted < 1024 * 1024) continue;
      yield {
        at: historySpan(image, image.history.length - 1),
        message: `The layers of ${image.reference} are ${(score * 100).toFixed(1)} % efficient: ${bytes(wasted)} of ${bytes(image.size)} are in no container.`,
      };
    }
  },
};
