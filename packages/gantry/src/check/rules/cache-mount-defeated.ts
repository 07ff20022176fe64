import { hasAny } from "../../base/text.ts";
import type { Instruction, Stage } from "../../read/dockerfile/model.ts";
import { lineageInstructions, type Mount, mounts } from "../../read/dockerfile/questions.ts";
import { withoutEndSlash } from "../../read/paths.ts";
import { hasOption, type ShellCommand } from "../../read/shell/questions.ts";
import { eachStage } from "../../read/walk.ts";
import { distributionOf } from "../dockerfile/bases.ts";
import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import { packageStep } from "../dockerfile/packages.ts";
import { runsOf } from "../dockerfile/run.ts";
import type { Report, Rule } from "../types.ts";

/** A cache mount that nothing is kept in. */
export const cacheMountDefeated: Rule = {
  code: "GD044",
  name: "cache-mount-defeated",
  family: "dockerfile",
  rank: "tidy",
  what: "A cache mount stays empty, because something in the image or in the command switches that cache off.",
  why: "PIP_NO_CACHE_DIR and --no-cache-dir tell pip not to keep anything; the official Debian and Ubuntu images delete apt's downloads after each installation (/etc/apt/apt.conf.d/docker-clean): every build downloads everything again.",
  fix: "Take the option away where a cache is mounted; for apt, remove /etc/apt/apt.conf.d/docker-clean first.",
  examples: {
    bad: [
      dockerfileExampleAt(
        [2],
        "FROM python:3.13-slim",
        "RUN --mount=type=cache,target=/root/.cache/pip pip install --no-cache-dir flask",
      ),
      dockerfileExampleAt(
        [3],
        "FROM python:3.13-slim",
        "ENV PIP_NO_CACHE_DIR=1",
        "RUN --mount=type=cache,target=/root/.cache/pip pip install flask",
      ),
      dockerfileExampleAt(
        [2],
        "FROM debian:13",
        "RUN --mount=type=cache,target=/var/cache/apt,sharing=locked apt-get update && apt-get install -y curl",
      ),
      dockerfileExampleAt(
        [2],
        "FROM debian:13",
        "RUN --mount=type=cache,target=/var/lib/apt/lists,sharing=locked apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*",
      ),
    ],
    good: [
      dockerfileExample(
        "FROM python:3.13-slim",
        "RUN --mount=type=cache,target=/root/.cache/pip pip install flask",
      ),
      dockerfileExample(
        "FROM debian:13",
        "RUN rm -f /etc/apt/apt.conf.d/docker-clean",
        "RUN --mount=type=cache,target=/var/cache/apt,sharing=locked apt-get update && apt-get install -y curl",
      ),
      dockerfileExample("FROM node:22", "RUN --mount=type=cache,target=/root/.npm npm ci"),
    ],
  },
  *check(facts) {
    for (const { dockerfile, stage } of eachStage(facts)) {
      for (const { instruction, commands } of runsOf(dockerfile, stage)) {
        for (const mount of mounts(instruction)) {
          if (mount.type !== "cache") continue;
          const report = problemOf(mount, commands, stage);
          if (report !== undefined) yield report;
        }
      }
    }
  },
};

const aptDownloads = ["/var/cache/apt", "/var/cache/apt/archives"];

function problemOf(
  { target = "", flag }: Mount,
  commands: readonly ShellCommand[],
  stage: Stage,
): Report | undefined {
  const path = withoutEndSlash(target);
  const steps = commands.map(packageStep);
  if (path.endsWith("/pip")) {
    const pip = steps.filter((step) => step?.manager === "pip");
    if (pip.length === 0) return undefined;
    if (pip.every((step) => step !== undefined && hasOption(step.command, "--no-cache-dir"))) {
      return {
        at: flag.span,
        message: `Nothing is ever kept in ${target}: --no-cache-dir tells pip not to.`,
        fix: "Take --no-cache-dir away: the mount keeps the cache out of the image anyway.",
      };
    }
    const noPipCache = withoutPipCache(stage)?.span;
    if (noPipCache === undefined) return undefined;
    return {
      at: flag.span,
      message: `Nothing is ever kept in ${target}: PIP_NO_CACHE_DIR tells pip not to.`,
      fix: "Take PIP_NO_CACHE_DIR away: the mount keeps the cache out of the image anyway.",
      related: [{ at: noPipCache, message: "set here" }],
    };
  }
  const emptied = commands.find(
    (command) =>
      command.name === "rm" &&
      command.words.some(
        (word) => word.value === path || word.value === `${path}/*` || word.value === `${path}/`,
      ),
  );
  if (emptied !== undefined && path !== "") {
    return {
      at: flag.span,
      message: `What is kept in ${target} is removed again by this RUN's own rm.`,
      fix: "Take the rm away: a mount is no part of the image.",
      related: [{ at: emptied.span, message: "removed here" }],
    };
  }
  const installs = steps.some((step) => step?.manager === "apt" && step.action === "install");
  if (aptDownloads.includes(path) && installs && cleansDownloads(stage)) {
    return {
      at: flag.span,
      message: `No package is ever kept in ${target}: the base image's docker-clean deletes them after each installation.`,
      fix: `Write RUN rm -f /etc/apt/apt.conf.d/docker-clean && echo 'Binary::apt::APT::Keep-Downloaded-Packages "true";' > /etc/apt/apt.conf.d/keep-cache above.`,
    };
  }
  return undefined;
}

/** The ENV that tells pip to keep nothing. */
function withoutPipCache(stage: Stage): Instruction | undefined {
  return lineageInstructions(stage).find(
    ({ keyword, text }) =>
      keyword === "ENV" && /\bPIP_NO_CACHE_DIR\b[= ]["']?(?:1|true|yes|on|off)/i.test(text),
  );
}

/** Whether apt's downloads are deleted after each installation, as the official images have it. */
function cleansDownloads(stage: Stage): boolean {
  const family = distributionOf(stage.rootImage)?.family;
  const kept = lineageInstructions(stage).some(({ text, heredocs }) =>
    [text, ...heredocs.map(({ content }) => content)].some((script) =>
      hasAny(script, ["docker-clean", "Keep-Downloaded-Packages"]),
    ),
  );
  return (family === "debian" || family === "ubuntu") && !kept;
}
