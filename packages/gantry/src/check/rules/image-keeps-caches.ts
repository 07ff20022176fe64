import { historySpan } from "../../read/image/history.ts";
import { imageExample, imageExampleAt } from "../image/example.ts";
import { makerOf, stackOf } from "../image/layers.ts";
import { bytes } from "../insight/wording.ts";
import type { Rule } from "../types.ts";

interface Cache {
  readonly path: RegExp;
  readonly name: string;
  readonly fix: string;
}

const caches: readonly Cache[] = [
  {
    path: /^\/var\/lib\/apt\/lists\//,
    name: "apt's package index",
    fix: "End that RUN with && rm -rf /var/lib/apt/lists/*.",
  },
  {
    path: /^\/var\/cache\/apt\//,
    name: "apt's downloads",
    fix: "End that RUN with && apt-get clean, or mount a cache there.",
  },
  {
    path: /^\/(?:var\/cache|etc)\/apk\/(?:cache\/)?APKINDEX|^\/var\/cache\/apk\//,
    name: "apk's index",
    fix: "Write apk add --no-cache.",
  },
  {
    path: /^\/var\/cache\/(?:dnf|yum|libdnf5|zypp)\//,
    name: "dnf's metadata",
    fix: "End that RUN with && dnf clean all.",
  },
  {
    path: /\/\.cache\/pip\//,
    name: "pip's downloads",
    fix: "Write pip install --no-cache-dir, or mount a cache: --mount=type=cache,target=/root/.cache/pip.",
  },
  {
    path: /\/\.cache\/(?:uv|pypoetry)\//,
    name: "the cache of uv or Poetry",
    fix: "Mount a cache there: --mount=type=cache,target=...",
  },
  {
    path: /\/\.npm\/_cacache\//,
    name: "npm's downloads",
    fix: "Mount a cache: --mount=type=cache,target=/root/.npm.",
  },
  {
    path: /\/(?:\.cache\/yarn|\.yarn\/cache|usr\/local\/share\/\.cache\/yarn)\//,
    name: "yarn's downloads",
    fix: "Mount a cache there, or end that RUN with && yarn cache clean.",
  },
  {
    path: /\/(?:\.local\/share\/pnpm\/store|pnpm\/store)\//,
    name: "pnpm's store",
    fix: "Mount a cache there: --mount=type=cache,id=pnpm,target=...",
  },
  {
    path: /\/\.cache\/go-build\/|\/go\/pkg\/mod\/cache\//,
    name: "Go's caches",
    fix: "Mount caches there, or build in a stage that is not shipped.",
  },
  {
    path: /\/(?:\.cargo|cargo)\/registry\//,
    name: "cargo's registry",
    fix: "Build in a stage that is not shipped.",
  },
];
/** Less is not worth an edit. */
const least = 512 * 1024;

/** Caches of package managers that containers see and never use. */
export const imageKeepsCaches: Rule = {
  code: "GI010",
  name: "image-keeps-caches",
  family: "image",
  rank: "tidy",
  what: "The finished image holds the index or the downloads of a package manager.",
  why: "No container uses them, and every machine pulls and stores them.",
  fix: "Remove them in the instruction that made them, or keep them in a cache mount, which is no part of the image.",
  aliases: [
    { tool: "dockle", id: "DKL-DI-0004" },
    { tool: "dockle", id: "DKL-DI-0005" },
  ],
  examples: {
    bad: [
      imageExampleAt(
        [1],
        [
          {
            by: "RUN /bin/sh -c apt-get update && apt-get install -y curl # buildkit",
            files: [{ path: "/var/lib/apt/lists/mirror.example_main", size: 19_000_000 }],
          },
        ],
      ),
    ],
    good: [
      imageExample([{ by: "RUN apt-get update", files: [{ path: "/var/lib/apt/lists/lock", size: 1 }] }]),
      imageExample([{ by: "COPY app /app", files: [{ path: "/app/main", size: 19_000_000 }] }]),
    ],
  },
  *check(facts) {
    for (const image of facts.images) {
      const sums = new Map<string, { cache: Cache; at: number; size: number }>();
      for (const { file, at } of stackOf(image).visible.values()) {
        const cache = file.kind === "file" ? caches.find((one) => one.path.test(file.path)) : undefined;
        if (cache === undefined) continue;
        const key = `${at} ${cache.name}`;
        const known = sums.get(key) ?? { cache, at, size: 0 };
        sums.set(key, { ...known, size: known.size + file.size });
      }
      for (const { cache, at, size } of sums.values()) {
        const layer = image.layers[at];
        if (size < least || layer === undefined) continue;
        yield {
          at: historySpan(image, layer.history),
          message: `${bytes(size)} of ${cache.name} are left in the image by ${makerOf(image, { layer })}.`,
          fix: cache.fix,
        };
      }
    }
  },
};
