import { shippedStages } from "../dockerfile/builders.ts";
import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import { packageStep } from "../dockerfile/packages.ts";
import { cacheMountAt, runsOf } from "../dockerfile/run.ts";
import type { Rule } from "../types.ts";

/** Metadata of dnf, yum or zypper that stays in the image. */
export const dnfCacheKept: Rule = {
  code: "GD042",
  name: "dnf-cache-kept",
  family: "dockerfile",
  rank: "tidy",
  what: "A RUN of a shipped stage leaves the metadata of dnf, yum, microdnf or zypper in its layer.",
  why: "The metadata of the repositories takes some 30 to 300 MB, and is of no use in the container.",
  fix: "End the RUN with && dnf clean all (or yum, microdnf, zypper clean --all).",
  aliases: [
    { tool: "hadolint", id: "DL3032" },
    { tool: "hadolint", id: "DL3036" },
    { tool: "hadolint", id: "DL3040" },
    { tool: "trivy", id: "DS-0015" },
    { tool: "trivy", id: "DS-0019" },
    { tool: "trivy", id: "DS-0020" },
  ],
  examples: {
    bad: [dockerfileExampleAt([2], "FROM fedora:43", "RUN dnf install -y httpd")],
    good: [
      dockerfileExample("FROM fedora:43", "RUN dnf install -y httpd && dnf clean all"),
      dockerfileExample("FROM fedora:43", "RUN dnf install -y httpd && rm -rf /var/cache/dnf"),
      dockerfileExample(
        "FROM fedora:43",
        "RUN --mount=type=cache,target=/var/cache/libdnf5 dnf install -y httpd",
      ),
    ],
  },
  *check(facts) {
    for (const dockerfile of facts.dockerfiles) {
      for (const stage of shippedStages(facts, dockerfile)) {
        for (const { instruction, commands } of runsOf(dockerfile, stage)) {
          if (
            ["/var/cache/dnf", "/var/cache/libdnf5", "/var/cache/yum", "/var/cache/zypp"].some((path) =>
              cacheMountAt(instruction, path),
            )
          )
            continue;
          const steps = commands.map(packageStep);
          const step = steps.find(
            (one) =>
              (one?.manager === "dnf" || one?.manager === "zypper") &&
              (one.action === "install" || one.action === "upgrade"),
          );
          const cleaned =
            steps.some((one) => one?.action === "clean") ||
            commands.some(
              (one) => one.name === "rm" && one.words.some((word) => word.value.includes("/var/cache")),
            );
          if (step == null || cleaned) continue;
          yield {
            at: step.command.span,
            message: `${step.command.name} keeps the metadata of its repositories in this layer.`,
          };
        }
      }
    }
  },
};
