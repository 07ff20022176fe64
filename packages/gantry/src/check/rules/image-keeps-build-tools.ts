import type { FileInLayer } from "../../read/image/questions.ts";
import { imageExample, imageExampleAt } from "../image/example.ts";
import { makerOf, placeOf, stackOf } from "../image/layers.ts";
import { bytes, listed } from "../insight/wording.ts";
import type { Rule } from "../types.ts";

/** Programs that build software, and the places where they lie. */
const compilers: readonly (readonly [RegExp, string])[] = [
  [/\/(?:lib|libexec)\/gcc\/[^/]+\/[^/]+\/cc1(?:plus)?$/, "the C compiler"],
  [/\/lib\/llvm-?\d*\/bin\/clang(?:-\d+)?$/, "clang"],
  [/^\/usr\/local\/go\/bin\/go$/, "the Go toolchain"],
  [
    /\/(?:\.cargo|cargo)\/bin\/cargo$|^\/usr\/(?:local\/)?bin\/(?:rustc|cargo)(?:-[\d.]+)?$/,
    "the Rust toolchain",
  ],
  [/\/lib\/node_modules\/typescript\/bin\/tsc$/, "TypeScript"],
  [/\/share\/maven\/bin\/mvn$/, "Maven"],
];

/** A compiler in an image that runs a program. */
export const imageKeepsBuildTools: Rule = {
  code: "GI006",
  name: "image-keeps-build-tools",
  family: "image",
  rank: "hardening",
  what: "The finished image has a compiler or another tool that only a build needs.",
  why: "It is often the largest part of the image, brings its own security updates, and helps whoever got in to build what the image did not bring.",
  fix: "Build in a stage of its own, and copy only the result: FROM ... AS build, then COPY --from=build.",
  examples: {
    bad: [
      imageExampleAt(
        [2],
        [
          { by: "ADD rootfs.tar /", files: [{ path: "/bin/sh", size: 100 }] },
          {
            by: "RUN apt-get install -y build-essential",
            files: [{ path: "/usr/libexec/gcc/x86_64-linux-gnu/14/cc1", size: 30_000_000 }],
          },
        ],
      ),
    ],
    good: [
      imageExample([{ by: "ADD rootfs.tar /", files: [{ path: "/usr/bin/python3", size: 100 }] }]),
      {
        title: "a compiler that the same image removed again",
        ...imageExample([
          {
            by: "RUN apt-get install -y gcc",
            files: [{ path: "/usr/libexec/gcc/x86_64-linux-gnu/14/cc1", size: 30_000_000 }],
          },
          {
            by: "RUN apt-get purge -y gcc",
            files: [{ path: "/usr/libexec/gcc/x86_64-linux-gnu/14/cc1", kind: "whiteout" }],
          },
        ]),
      },
    ],
  },
  *check(facts) {
    for (const image of facts.images) {
      const byLayer = new Map<number, { one: FileInLayer; names: Set<string>; size: number }>();
      for (const one of stackOf(image).visible.values()) {
        const name =
          one.file.kind === "file"
            ? compilers.find(([pattern]) => pattern.test(one.file.path))?.[1]
            : undefined;
        if (name === undefined) continue;
        const known = byLayer.get(one.at) ?? { one, names: new Set(), size: 0 };
        known.names.add(name);
        byLayer.set(one.at, { ...known, size: known.size + one.file.size });
      }
      for (const { one, names } of byLayer.values()) {
        const list = listed([...names].sort());
        yield {
          at: placeOf(image, one),
          message: `${image.reference} still has ${list}, in a layer of ${bytes(one.layer.size)} that ${makerOf(image, one)} made.`,
        };
      }
    }
  },
};
