import type { Instruction } from "../../read/dockerfile/model.ts";
import { lineage } from "../../read/dockerfile/questions.ts";
import { eachStage } from "../../read/walk.ts";
import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import { packageStep } from "../dockerfile/packages.ts";
import { cacheMountAt, runsOf } from "../dockerfile/run.ts";
import type { Rule } from "../types.ts";

/** apt-get update in one RUN, apt-get install in another. */
export const aptUpdateAlone: Rule = {
  code: "GD036",
  name: "apt-update-alone",
  family: "dockerfile",
  rank: "hardening",
  what: "apt-get update stands in a RUN of its own, and a later RUN installs with the index it left.",
  why: "The builder keeps the layer with the index for as long as its line does not change. Weeks later a new package is looked up in the old index, and the build ends with 404, or installs versions with known holes.",
  fix: "Write apt-get update && apt-get install in one RUN.",
  aliases: [
    { tool: "trivy", id: "DS-0017" },
    { tool: "dockle", id: "CIS-DI-0007" },
    { tool: "checkov", id: "CKV_DOCKER_5" },
    { tool: "cis", id: "4.7" },
  ],
  examples: {
    bad: [dockerfileExampleAt([2], "FROM debian:13", "RUN apt-get update", "RUN apt-get install -y curl")],
    good: [
      dockerfileExample("FROM debian:13", "RUN apt-get update && apt-get install -y curl"),
      dockerfileExample(
        "FROM debian:13",
        "RUN apt-get update",
        "RUN apt-get update && apt-get install -y curl",
      ),
      dockerfileExample(
        "FROM debian:13",
        "RUN --mount=type=cache,target=/var/lib/apt/lists apt-get update",
        "RUN --mount=type=cache,target=/var/lib/apt/lists apt-get install -y curl",
      ),
    ],
  },
  *check(facts) {
    for (const { dockerfile, stage } of eachStage(facts)) {
      let updated: Instruction | undefined;
      for (const one of lineage(stage).toReversed()) {
        for (const { instruction, commands } of runsOf(dockerfile, one)) {
          const steps = commands.map(packageStep).filter((step) => step?.manager === "apt");
          const updates = steps.some((step) => step?.action === "refresh");
          const installs = steps.some((step) => step?.action === "install");
          if (cacheMountAt(instruction, "/var/lib/apt/lists")) updated = undefined;
          else if (updates) updated = installs ? undefined : instruction;
          else if (installs && updated !== undefined && one === stage) {
            yield {
              at: updated.span,
              message:
                "The index of this apt-get update is kept and grows old, while a later RUN installs with it.",
              related: [{ at: instruction.span, message: "installs with it" }],
            };
            updated = undefined;
          }
        }
      }
    }
  },
};
