import { historySpan } from "../../read/image/history.ts";
import { imageExample } from "../image/example.ts";
import { stackOf } from "../image/layers.ts";
import { listed } from "../insight/wording.ts";
import type { Rule } from "../types.ts";

const managers: readonly (readonly [RegExp, string])[] = [
  [/^\/usr\/bin\/apt-get$/, "apt-get"],
  [/^\/(?:usr\/)?sbin\/apk$/, "apk"],
  [/^\/usr\/bin\/(?:dnf|dnf5|microdnf|yum)$/, "dnf"],
  [/\/lib\/node_modules\/npm\/bin\/npm-cli\.js$/, "npm"],
  [/^\/usr\/local\/bin\/pip3?$/, "pip"],
];

/** Package managers in an image that installs nothing any more. */
export const imageKeepsPackageManager: Rule = {
  code: "GI007",
  name: "image-keeps-package-manager",
  family: "image",
  rank: "hardening",
  what: "The finished image still has package managers.",
  why: "Nothing installs software in a running container, except for whoever got in. Distroless images and scratch show that a program needs none.",
  fix: "Copy the program into a base without them (gcr.io/distroless/..., scratch), or remove npm and pip after the last installation.",
  enabled: false,
  examples: {
    bad: [imageExample([{ by: "ADD rootfs.tar /", files: [{ path: "/usr/bin/apt-get" }] }])],
    good: [imageExample([{ by: "COPY app /app", files: [{ path: "/app" }] }])],
  },
  *check(facts) {
    for (const image of facts.images) {
      const found = managers.filter(([pattern]) =>
        [...stackOf(image).visible.keys()].some((path) => pattern.test(path)),
      );
      if (found.length === 0) continue;
      yield {
        at: historySpan(image, 0),
        message: `${image.reference} still has ${listed(found.map(([, name]) => name))}.`,
      };
    }
  },
};
