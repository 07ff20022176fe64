import { expand } from "../../read/dockerfile/expand.ts";
import { lineage, usedStages } from "../../read/dockerfile/questions.ts";
import { resolveImageReference } from "../../read/image-reference.ts";
import { buildersOf } from "../dockerfile/builders.ts";
import { dockerfileExample } from "../dockerfile/example.ts";
import { givenByBuilder } from "../dockerfile/variables.ts";
import type { Rule } from "../types.ts";

/** FROM needs a build argument that a service or target does not give. */
export const fromArgumentWithoutValue: Rule = {
  code: "GD002",
  name: "from-argument-without-value",
  family: "dockerfile",
  rank: "will-fail",
  what: "A FROM needs a build argument that has no default, and a service or target that builds it gives none.",
  why: "Without a value the name of the base image is incomplete, and the build ends with `failed to parse stage name` or `invalid reference format`.",
  fix: "Give the ARG a default, or the build the argument.",
  aliases: [{ tool: "buildkit", id: "InvalidDefaultArgInFrom" }],
  examples: {
    bad: [
      {
        files: {
          Dockerfile: "ARG PYTHON\nFROM python:${PYTHON}\n",
          "compose.yaml": "services:\n  api:\n    build: .\n",
        },
        at: ["Dockerfile:2"],
      },
    ],
    good: [
      {
        files: {
          Dockerfile: "ARG PYTHON\nFROM python:${PYTHON}\n",
          "compose.yaml":
            'services:\n  api:\n    build:\n      context: .\n      args:\n        PYTHON: "3.13"\n',
        },
      },
      { title: "an argument that the command line may give", ...dockerfileExample("ARG BASE", "FROM $BASE") },
    ],
  },
  *check(facts) {
    for (const dockerfile of facts.dockerfiles) {
      const defaults = new Map(dockerfile.globalArgs.map((one) => [one.name, one.value]));
      const unset = dockerfile.globalArgs.filter((one) => one.raw === undefined);
      if (unset.length === 0) continue;
      for (const builder of buildersOf(facts, dockerfile)) {
        const given = new Map(builder.args.map((one) => [one.name, one.dynamic ? "1" : (one.value ?? "1")]));
        const target = builder.link.stage;
        if (target === undefined) continue;
        for (const stage of usedStages(dockerfile, target)) {
          if (stage !== target && !lineage(target).includes(stage)) continue;
          const { text, names } = expand(
            stage.baseText,
            (name) => given.get(name) ?? (givenByBuilder(name) ? "1" : defaults.get(name)) ?? "",
            dockerfile.escape,
          );
          const missing = unset.filter((one) => names.includes(one.name) && !given.has(one.name));
          if (missing.length === 0 || resolveImageReference(text) !== undefined) continue;
          const list = missing.map((one) => one.name).join(", ");
          yield {
            at: stage.baseSpan,
            message: `${builder.owner} builds this without ${list}, so FROM ${stage.baseText} becomes "FROM ${text}".`,
            fix: `Write a default, ARG ${missing[0]?.name}=..., or give the argument in ${builder.owner}.`,
            related: [{ at: builder.at, message: `${builder.owner} builds this Dockerfile` }],
          };
        }
      }
    }
  },
};
