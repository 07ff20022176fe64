import { mounts } from "../../read/dockerfile/questions.ts";
import { withoutEndSlash } from "../../read/paths.ts";
import { eachInstruction } from "../../read/walk.ts";
import { insertAfter, safely } from "../dockerfile/edits.ts";
import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import type { Rule } from "../types.ts";

const aptFolders = ["/var/cache/apt", "/var/lib/apt"].flatMap((folder) => [
  folder,
  `${folder}/lists`,
  `${folder}/archives`,
]);

/** A cache of apt that two builds may use at once. */
export const aptCacheMountShared: Rule = {
  code: "GD037",
  name: "apt-cache-mount-shared",
  family: "dockerfile",
  rank: "hardening",
  what: "A cache mount holds apt's folders without sharing=locked.",
  why: "Caches are shared among builds by default, and apt wants its folders for itself: when two images (or platforms) are built at the same time, the second ends with `Could not get lock`. Docker's reference uses sharing=locked for apt.",
  fix: "Add sharing=locked to the mount.",
  examples: {
    bad: [
      dockerfileExampleAt(
        [2, 2],
        "FROM debian:13",
        "RUN --mount=type=cache,target=/var/cache/apt --mount=type=cache,target=/var/lib/apt apt-get update",
      ),
    ],
    good: [
      dockerfileExample(
        "FROM debian:13",
        "RUN --mount=type=cache,target=/var/cache/apt,sharing=locked apt-get update",
      ),
      dockerfileExample(
        "FROM debian:13",
        "RUN --mount=type=cache,target=/var/cache/apt,sharing=private apt-get update",
      ),
      dockerfileExample(
        "FROM python:3.13",
        "RUN --mount=type=cache,target=/root/.cache/pip pip install flask",
      ),
    ],
  },
  *check(facts) {
    for (const { instruction } of eachInstruction(facts, "RUN")) {
      for (const { type, target, options, flag } of mounts(instruction)) {
        if (type !== "cache" || !aptFolders.includes(withoutEndSlash(target ?? ""))) continue;
        if (options.has("sharing") && options.get("sharing") !== "shared") continue;
        if (options.get("ro") !== undefined || options.get("readonly") !== undefined) continue;
        yield {
          at: flag.span,
          message: `Two builds that use ${target} at the same time fail on apt's lock.`,
          ...(options.has("sharing")
            ? {}
            : { remedy: safely("add sharing=locked", insertAfter(flag.span, ",sharing=locked")) }),
        };
      }
    }
  },
};
