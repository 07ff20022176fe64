import { historySpan } from "../../read/image/history.ts";
import { imageExample, imageExampleAt } from "../image/example.ts";
import { makerOf } from "../image/layers.ts";
import { bytes } from "../insight/wording.ts";
import type { Rule } from "../types.ts";

/** An image that is larger than it may be. */
export const imageOverBudget: Rule = {
  code: "GI011",
  name: "image-over-budget",
  family: "image",
  rank: "tidy",
  what: "The image is larger than its budget.",
  why: "Images grow by a few megabytes at a time, which nobody sees; the budget says when to look.",
  fix: "Look at the largest layers, or raise the budget on purpose.",
  examples: {
    bad: [
      imageExampleAt(
        [2],
        [
          { by: "ADD rootfs.tar /", files: [{ path: "/a", size: 1_000_000 }] },
          { by: "RUN pip install torch", files: [{ path: "/b", size: 900_000_000 }] },
        ],
        {},
        { budget: 500_000_000 },
      ),
    ],
    good: [
      imageExample(
        [{ by: "ADD rootfs.tar /", files: [{ path: "/a", size: 1_000_000 }] }],
        {},
        { budget: 500_000_000 },
      ),
    ],
  },
  *check(facts) {
    for (const image of facts.images) {
      if (image.budget === undefined || image.size <= image.budget) continue;
      const largest = image.layers.toSorted((a, b) => b.size - a.size)[0];
      if (largest === undefined) continue;
      yield {
        at: historySpan(image, largest.history),
        message: `${image.reference} has ${bytes(image.size)}, ${bytes(image.size - image.budget)} more than its budget of ${bytes(image.budget)}; the largest layer, ${bytes(largest.size)}, is by ${makerOf(image, { layer: largest })}.`,
      };
    }
  },
};
