import { historySpan } from "../../read/image/history.ts";
import type { InspectedFile, InspectedImage } from "../../read/image/model.ts";
import type { HiddenFile } from "../../read/image/questions.ts";
import { imageExample, imageExampleAt } from "../image/example.ts";
import { instructionText, makerOf, stackOf } from "../image/layers.ts";
import { bytes } from "../insight/wording.ts";
import type { Report, Rule } from "../types.ts";

/** Less is not worth an edit. */
const least = 1024 * 1024;

/** Bytes of layers that no container ever sees. */
export const imageWastesBytes: Rule = {
  code: "GI008",
  name: "image-wastes-bytes",
  family: "image",
  rank: "tidy",
  what: "A layer holds files that a later instruction removed, replaced, or only gave to another owner.",
  why: "Layers are only ever added to. What a later instruction hides is still pulled and stored by every machine.",
  fix: "Do both in one instruction, or in a stage that is not shipped.",
  examples: {
    bad: [
      {
        title: "an archive that is removed too late",
        ...imageExampleAt(
          [1],
          [
            {
              by: "COPY app.tar.gz /tmp/ # buildkit",
              files: [{ path: "/tmp/app.tar.gz", size: 40_000_000 }],
            },
            {
              by: "RUN /bin/sh -c tar xzf /tmp/app.tar.gz && rm /tmp/app.tar.gz # buildkit",
              files: [{ path: "/tmp/app.tar.gz", kind: "whiteout" }],
            },
          ],
        ),
      },
      {
        title: "a chown that stores everything twice",
        ...imageExampleAt(
          [1],
          [
            {
              by: "COPY . /app # buildkit",
              files: [{ path: "/app/model.bin", size: 80_000_000, checksum: 7 }],
            },
            {
              by: "RUN /bin/sh -c chown -R 1000:1000 /app # buildkit",
              files: [{ path: "/app/model.bin", size: 80_000_000, checksum: 7, uid: 1000 }],
            },
          ],
        ),
      },
    ],
    good: [
      imageExample([
        { by: "COPY app /app", files: [{ path: "/app/a", size: 40_000_000 }] },
        { by: "RUN touch /app/b", files: [{ path: "/app/b", size: 10 }] },
      ]),
      {
        title: "a few bytes",
        ...imageExample([
          { by: "ADD rootfs.tar /", files: [{ path: "/etc/passwd", size: 900 }] },
          { by: "RUN useradd app", files: [{ path: "/etc/passwd", size: 940, checksum: 9 }] },
        ]),
      },
    ],
  },
  *check(facts) {
    for (const image of facts.images) {
      const groups = new Map<string, HiddenFile[]>();
      for (const one of stackOf(image).hidden) {
        const key = `${one.at} ${one.by.at}`;
        const list = groups.get(key);
        if (list === undefined) groups.set(key, [one]);
        else list.push(one);
      }
      for (const files of groups.values()) {
        const size = files.reduce((sum, one) => sum + one.file.size, 0);
        if (size >= least) yield reportOf(image, files, size);
      }
    }
  },
};

function reportOf(image: InspectedImage, files: readonly HiddenFile[], size: number): Report {
  const [first] = files as readonly [HiddenFile, ...HiddenFile[]];
  const largest = files.reduce((a, b) => (b.file.size > a.file.size ? b : a));
  const same = files.filter(
    (one) => one.by.file.kind === "file" && one.by.file.checksum === one.file.checksum,
  );
  const removed = files.filter((one) => one.by.file.kind !== "file");
  const most = (list: readonly HiddenFile[]): boolean =>
    list.reduce((sum, one) => sum + one.file.size, 0) > size / 2;
  const what =
    files.length === 1 ? largest.file.path : `${files.length} files, the largest ${largest.file.path}`;
  const maker = instructionText(image, first);
  const hider = makerOf(image, first.by);
  const related = [{ at: historySpan(image, first.by.layer.history), message: "hides them" }];
  const at = historySpan(image, first.layer.history);
  if (most(same)) {
    const copy = /^(?:COPY|ADD)\b/.test(maker);
    const touched = same.some(({ file, by }) => !hasSameOwner(file, by.file));
    return {
      at,
      message: `${bytes(size)} are stored twice (${what}): ${hider} ${touched ? "changed only owner or mode" : "wrote them again without a change"}.`,
      fix: copy
        ? `Write ${maker.slice(0, 4).trim()} --chown=... (or --chmod) in the place of "${maker}", and take the change of owner away.`
        : "Do this in the RUN that creates the files.",
      related,
    };
  }
  const byUpgrade = (first.at === 0 || maker === "") && !most(removed);
  return {
    at,
    message: `${bytes(size)} are in this layer and in no container (${what}): ${hider} ${most(removed) ? "removed" : "replaced"} them.`,
    fix: byUpgrade
      ? "They are the base image's: start from a newer one, which has the newer files already."
      : /^(?:COPY|ADD)\b/.test(maker)
        ? `Mount what is needed only during the build (RUN --mount=type=bind,source=...,target=...) in the place of "${maker}".`
        : `Put what ${hider} does into the RUN that created the files.`,
    related,
  };
}

function hasSameOwner(one: InspectedFile, other: InspectedFile): boolean {
  return one.uid === other.uid && one.gid === other.gid && one.mode === other.mode;
}
