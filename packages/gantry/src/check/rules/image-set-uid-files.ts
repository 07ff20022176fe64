import type { FileInLayer } from "../../read/image/questions.ts";
import { imageExample, imageExampleAt } from "../image/example.ts";
import { placeOf, stackOf } from "../image/layers.ts";
import { listed } from "../insight/wording.ts";
import type { Rule } from "../types.ts";

/** Programs that run as their owner. */
export const imageSetUidFiles: Rule = {
  code: "GI005",
  name: "image-set-uid-files",
  family: "image",
  rank: "hardening",
  what: "The image has programs with the set-uid or set-gid bit.",
  why: "Such a program (su, mount, passwd) works as its owner, mostly root, whoever starts it: it is the way from the application's user to root. A container needs none of them; no-new-privileges switches them off as well.",
  fix: "Take the bits away while root: RUN find / -xdev -perm /6000 -type f -exec chmod a-s {} +. In Compose, security_opt: no-new-privileges:true does the same when it runs.",
  aliases: [
    { tool: "dockle", id: "CIS-DI-0008" },
    { tool: "cis", id: "4.8" },
  ],
  examples: {
    bad: [
      imageExampleAt(
        [1],
        [
          {
            by: "ADD rootfs.tar /",
            files: [
              { path: "/usr/bin/su", mode: 0o4755 },
              { path: "/usr/bin/mount", mode: 0o4755 },
            ],
          },
        ],
      ),
    ],
    good: [
      imageExample([
        { by: "ADD rootfs.tar /", files: [{ path: "/usr/bin/su", mode: 0o4755 }] },
        { by: "RUN chmod a-s /usr/bin/su", files: [{ path: "/usr/bin/su", mode: 0o755 }] },
      ]),
    ],
  },
  *check(facts) {
    for (const image of facts.images) {
      const byLayer = new Map<number, FileInLayer[]>();
      for (const one of stackOf(image).visible.values()) {
        if (one.file.kind !== "file" || (one.file.mode & 0o6000) === 0 || (one.file.mode & 0o111) === 0)
          continue;
        const list = byLayer.get(one.at);
        if (list === undefined) byLayer.set(one.at, [one]);
        else list.push(one);
      }
      for (const files of byLayer.values()) {
        const paths = files.map((one) => one.file.path).sort();
        const shown = paths.length > 4 ? [...paths.slice(0, 3), `${paths.length - 3} more`] : paths;
        yield {
          at: placeOf(image, files[0] as FileInLayer),
          message: `${listed(shown)} ${paths.length === 1 ? "runs" : "run"} with the rights of ${paths.length === 1 ? "its owner" : "their owners"} (set-uid or set-gid).`,
        };
      }
    }
  },
};
