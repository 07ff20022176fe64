import type { Instruction } from "../../read/dockerfile/model.ts";
import { lineage, mounts } from "../../read/dockerfile/questions.ts";
import { eachStage } from "../../read/walk.ts";
import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import { isRoot } from "../dockerfile/users.ts";
import type { Rule } from "../types.ts";

/** A cache mount that belongs to root, in a RUN that does not. */
export const cacheMountNotWritable: Rule = {
  code: "GD059",
  name: "cache-mount-not-writable",
  family: "dockerfile",
  rank: "tidy",
  what: "A RUN of a user other than root has a cache mount that belongs to root.",
  why: "A new cache belongs to root, with mode 0755, unless the mount says uid= and gid=: pip then warns and keeps nothing, npm, cargo and others end with `permission denied`.",
  fix: "Add uid= and gid= with the numbers of the user.",
  examples: {
    bad: [
      dockerfileExampleAt(
        [4],
        "FROM python:3.13-slim",
        "RUN useradd -u 1000 app",
        "USER app",
        "RUN --mount=type=cache,target=/home/app/.cache/pip pip install --user flask",
      ),
    ],
    good: [
      dockerfileExample(
        "FROM python:3.13-slim",
        "RUN useradd -u 1000 app",
        "USER app",
        "RUN --mount=type=cache,target=/home/app/.cache/pip,uid=1000 pip install --user flask",
      ),
      dockerfileExample(
        "FROM python:3.13-slim",
        "RUN --mount=type=cache,target=/root/.cache/pip pip install flask",
      ),
    ],
  },
  *check(facts) {
    for (const { stage } of eachStage(facts)) {
      let user: Instruction | undefined = lineage(stage)[1]?.config.user?.instruction;
      for (const instruction of stage.instructions) {
        if (instruction.keyword === "USER") user = instruction;
        if (instruction.keyword !== "RUN" || user === undefined) continue;
        const name = user.text.trim();
        if (isRoot(name) || name.includes("$")) continue;
        if (instruction.text.includes("sudo") && /\bsudo\b/.test(instruction.text)) continue;
        for (const { type, target, options, flag } of mounts(instruction)) {
          if (type !== "cache" || ["uid", "gid", "mode", "from"].some((one) => options.has(one))) continue;
          if (options.has("ro") || options.has("readonly")) continue;
          yield {
            at: flag.span,
            message: `${target ?? "This cache"} belongs to root, and ${name} runs this: it cannot write there.`,
            related: [{ at: user.span, message: `from here on, RUN works as ${name}` }],
          };
        }
      }
    }
  },
};
