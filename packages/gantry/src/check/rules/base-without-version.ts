import { eachStage } from "../../read/walk.ts";
import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import type { Rule } from "../types.ts";

/** A base image without a version. */
export const baseWithoutVersion: Rule = {
  code: "GD057",
  name: "base-without-version",
  family: "dockerfile",
  rank: "tidy",
  what: "A base image has no tag, or the tag latest.",
  why: "The same Dockerfile builds on another release one day, without a change that anyone could look at.",
  fix: "Name a version, and let a bot raise it.",
  enabled: false,
  aliases: [
    { tool: "hadolint", id: "DL3006" },
    { tool: "hadolint", id: "DL3007" },
    { tool: "trivy", id: "DS-0001" },
    { tool: "checkov", id: "CKV_DOCKER_7" },
    { tool: "dockle", id: "DKL-DI-0006" },
  ],
  examples: {
    bad: [dockerfileExampleAt([1], "FROM node"), dockerfileExampleAt([1], "FROM nginx:latest")],
    good: [
      dockerfileExample("FROM node:22 AS build", "FROM build"),
      dockerfileExample("FROM scratch"),
      dockerfileExample("ARG TAG", "FROM node:$TAG"),
    ],
  },
  *check(facts) {
    for (const { stage } of eachStage(facts)) {
      if (stage.base.kind !== "image" || stage.baseText.includes("$")) continue;
      const { reference } = stage.base;
      if (reference.digest !== undefined || (reference.tag !== undefined && reference.tag !== "latest"))
        continue;
      yield {
        at: stage.baseSpan,
        message: `${stage.baseText} is whatever version is the newest when it is pulled.`,
      };
    }
  },
};
