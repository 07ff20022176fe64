import { hasAny } from "../../base/text.ts";
import type { Dockerfile } from "../../read/dockerfile/model.ts";
import { lineage, scriptText } from "../../read/dockerfile/questions.ts";
import type { ImageReference } from "../../read/image-reference.ts";
import { hasOption } from "../../read/shell/questions.ts";
import { distributionOf } from "../dockerfile/bases.ts";
import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import { packageStep } from "../dockerfile/packages.ts";
import { runsIn } from "../dockerfile/run.ts";
import type { Rule } from "../types.ts";

/** pip install into the Python of a distribution that forbids it. */
export const pipIntoSystemPython: Rule = {
  code: "GD020",
  name: "pip-into-system-python",
  family: "dockerfile",
  rank: "will-fail",
  what: "pip installs into the Python of the distribution, which is marked as managed by the distribution.",
  why: "Debian since 12, Ubuntu since 23.04 and Alpine since 3.19 mark their Python as externally managed (PEP 668); pip then refuses with `externally-managed-environment`, and the build ends.",
  fix: "Create a virtual environment first, python3 -m venv /venv, and use /venv/bin/pip; or start from an official python image.",
  examples: {
    bad: [
      dockerfileExampleAt(
        [3],
        "FROM debian:bookworm-slim",
        "RUN apt-get update && apt-get install -y python3-pip",
        "RUN pip3 install flask",
      ),
      dockerfileExampleAt(
        [2],
        "FROM node:22-alpine3.21",
        "RUN apk add --no-cache py3-pip && pip install awscli",
      ),
    ],
    good: [
      dockerfileExample("FROM python:3.13-slim-bookworm", "RUN pip install flask"),
      dockerfileExample(
        "FROM debian:bookworm-slim",
        "RUN apt-get update && apt-get install -y python3-venv && python3 -m venv /venv",
        "RUN /venv/bin/pip install flask",
      ),
      dockerfileExample(
        "FROM ubuntu:24.04",
        "RUN apt-get update && apt-get install -y python3-pip",
        "RUN pip3 install --break-system-packages flask",
      ),
      dockerfileExample(
        "FROM ubuntu:22.04",
        "RUN apt-get update && apt-get install -y python3-pip && pip3 install flask",
      ),
    ],
  },
  *check(facts) {
    for (const dockerfile of facts.dockerfiles) {
      for (const stage of dockerfile.stages) {
        const owner = managedPython(stage.rootImage);
        if (owner === undefined) continue;
        const all = runsIn(dockerfile, lineage(stage).toReversed());
        const found = all
          .filter((run) => run.stage === stage)
          .flatMap((run) => run.commands)
          .map(packageStep)
          .find(
            (step) =>
              step?.manager === "pip" &&
              step.action === "install" &&
              !hasAny(step.command.words[0]?.value ?? "", ["/", "$"]) &&
              !hasOption(step.command, "--target", "-t", "--prefix", "--root", "--python", "--dry-run"),
          );
        if (found === undefined) continue;
        const texts = all.map((run) => scriptText(run.instruction));
        // A virtual environment on the PATH, or a Python from somewhere else, takes the command.
        if (
          texts.some((text) =>
            /\bvenv\b|virtualenv|make\s+altinstall|uv\s+python|deadsnakes|get-pip/.test(text),
          )
        )
          continue;
        if ([...stage.config.env.keys()].some((name) => name === "VIRTUAL_ENV")) continue;
        const installs = texts.some((text) => /\b(?:python3?-pip|py3-pip)\b/.test(text));
        if (!installs || takesCare(dockerfile)) continue;
        yield {
          at: found.command.span,
          message: `pip refuses to install here: the Python of ${stage.rootImage?.text} is managed by ${owner}.`,
          related: [
            { at: stage.baseSpan, message: "the base, whose Python is marked as externally managed" },
          ],
        };
      }
    }
  },
};

/** Whether a Dockerfile allows pip what the distribution forbids, or brings a Python of its own. */
function takesCare({ source }: Dockerfile): boolean {
  return /break.system.packages|EXTERNALLY-MANAGED|conda|pyenv/i.test(source.text);
}

function managedPython(image: ImageReference | undefined): string | undefined {
  if (image?.official === "python") return undefined;
  const distribution = distributionOf(image);
  const [major, minor] = distribution?.version ?? [];
  if (distribution === undefined || major === undefined) return undefined;
  switch (distribution.family) {
    case "debian":
      return major >= 12 ? `Debian ${major}` : undefined;
    case "ubuntu":
      return major >= 24 ? `Ubuntu ${major}.${String(minor ?? 4).padStart(2, "0")}` : undefined;
    case "alpine":
      return major === 3 && minor !== undefined && minor >= 19 ? `Alpine ${major}.${minor}` : undefined;
    default:
      distribution.family satisfies never;
      return undefined;
  }
}
