import { hasAny } from "../../base/text.ts";
import type { Dockerfile, Instruction, Stage } from "../../read/dockerfile/model.ts";
import { scriptText } from "../../read/dockerfile/questions.ts";
import { type Programs, programsInStage } from "../../read/programs.ts";
import { type ShellCommand, scriptCommands } from "../../read/shell/questions.ts";
import { eachStage } from "../../read/walk.ts";
import { mayComeAlong } from "../dockerfile/dependencies.ts";
import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import { packageStep } from "../dockerfile/packages.ts";
import { baseName, runsOf } from "../dockerfile/run.ts";
import { isToolMissing } from "../dockerfile/tools.ts";
import type { Report, Rule } from "../types.ts";

/** A program that neither the base image nor an instruction brings. */
export const programMissing: Rule = {
  code: "GD015",
  name: "program-missing",
  family: "dockerfile",
  rank: "will-fail",
  what: "RUN, SHELL, CMD or ENTRYPOINT uses a program that the base image does not have and that nothing installs.",
  why: "Slim images leave out what full ones have (curl, git, make, a compiler), Alpine has no bash, and the official ones have no sudo: the build, or the start, ends with `not found`.",
  fix: "Install the program before this line, or use one that the image has.",
  aliases: [
    { tool: "hadolint", id: "DL3004" },
    { tool: "trivy", id: "DS-0010" },
  ],
  examples: {
    bad: [
      dockerfileExampleAt([2], "FROM node:22-slim", "RUN git clone https://example.com/app.git /app"),
      dockerfileExampleAt([2], "FROM python:3.13-alpine", 'CMD ["bash", "run.sh"]'),
      dockerfileExampleAt([2], "FROM alpine:3.22", 'SHELL ["/bin/bash", "-c"]', "RUN echo"),
      dockerfileExampleAt([2], "FROM debian:13-slim", "RUN sudo useradd app"),
      dockerfileExampleAt([3], "FROM python:3.13-slim", "COPY pyproject.toml ./", "RUN poetry install"),
    ],
    good: [
      dockerfileExample("FROM maven:3.9-eclipse-temurin-21-alpine", "RUN mvn -B package"),
      dockerfileExample("FROM ubuntu:14.04", "RUN sudo true"),
      dockerfileExample(
        "FROM golang:1.25 AS build",
        "RUN go build -o /out/whoami .",
        "FROM scratch",
        "COPY --from=build /out/whoami .",
        'ENTRYPOINT ["/whoami"]',
      ),
      dockerfileExample(
        "FROM node:22-slim",
        "RUN apt-get update && apt-get install -y git",
        "RUN git clone https://example.com/a",
      ),
      dockerfileExample("FROM node:22", "RUN git clone https://example.com/app.git /app"),
      dockerfileExample("FROM alpine:3.22", "RUN apk add --no-cache bash", 'CMD ["bash"]'),
      dockerfileExample(
        "FROM debian:13-slim",
        "RUN if command -v curl; then curl -O https://example.com/a; fi",
      ),
      dockerfileExample("FROM debian:13-slim", "RUN curl --version || true"),
      dockerfileExample("FROM python:3.13-slim", "RUN pip install poetry", "RUN poetry install"),
      dockerfileExample(
        "FROM python:3.13-slim",
        "COPY --from=ghcr.io/astral-sh/uv:0.9 /uv /bin/",
        "RUN uv sync",
      ),
      dockerfileExample("FROM node:22", "RUN corepack enable", "RUN pnpm install"),
      dockerfileExample("FROM alpine:3.22", 'RUN TOOLS="bash sudo curl" && apk add --no-cache $TOOLS'),
    ],
  },
  *check(facts) {
    for (const { dockerfile, stage } of eachStage(facts)) {
      const named = new Set<string>();
      for (const report of [...missingInRuns(dockerfile, stage), ...missingAtStart(stage)]) {
        if (named.has(report.program)) continue;
        named.add(report.program);
        yield report;
      }
    }
  },
};

interface Missing extends Report {
  readonly program: string;
}

function missing(stage: Stage, program: string, at: Report["at"], how: string): Missing {
  const image = stage.rootImage?.text ?? "scratch";
  return {
    program,
    at,
    message: `${how} ${program}, which ${image} does not have and nothing here installs.`,
    related: [{ at: stage.baseSpan, message: `${image} comes without ${program}` }],
  };
}

function* missingInRuns(dockerfile: Dockerfile, stage: Stage): Generator<Missing> {
  const programs = programsInStage(stage);
  if (!programs.known) return;
  for (const { instruction, commands } of runsOf(dockerfile, stage)) {
    const found = [...missingInRun(stage, programs, instruction, commands)];
    if (found.length > 0 && !leavesRoom(instruction)) yield* found;
  }
}

function* missingInRun(
  stage: Stage,
  programs: Programs,
  instruction: Instruction,
  commands: readonly ShellCommand[],
): Generator<Missing> {
  const sudo =
    instruction.text.includes("sudo") &&
    scriptCommands(instruction).some(({ words }) => words[0]?.value === "sudo");
  if (sudo && isOfficial(stage) && programs.has("sudo") !== "yes" && !mayBringSudo(stage)) {
    yield missing(stage, "sudo", instruction.span, "This RUN uses");
    return;
  }
  for (const command of commands) {
    if (command.depth > 0) continue;
    if (
      command.words[0]?.value === command.name &&
      isToolMissing(stage, command.name, instruction, aheadOf(instruction, command))
    ) {
      yield missing(stage, command.name, command.span, "This RUN uses");
      continue;
    }
    if (packageStep(command)?.action !== undefined) continue;
    const word = command.words[0]?.value ?? "";
    if (hasAny(word, ["/", "$"]) || programs.has(command.name) !== "no" || mayComeAlong(stage, command.name))
      continue;
    yield missing(stage, command.name, command.span, "This RUN uses");
  }
}

/** Whether a RUN tests for a program, allows a failure, or has a mount, of which cannot be told what it brings. */
function leavesRoom(instruction: Instruction): boolean {
  const script = scriptText(instruction);
  return (
    /\b(?:if|case|which|type|hash|command\s+-v)\b|\|\||\/bin\/|\bPATH=/.test(script) ||
    instruction.flags.some(
      ({ name, value }) => name === "mount" && !/type=(?:cache|secret|ssh|tmpfs)/.test(value ?? ""),
    )
  );
}

/** What stands before a command in its instruction. */
function aheadOf(instruction: Instruction, command: ShellCommand): string {
  if (instruction.form === "shell" && instruction.heredocs.length === 0)
    return instruction.text.slice(0, command.start);
  return scriptText(instruction);
}

function* missingAtStart(stage: Stage): Generator<Missing> {
  const programs = programsInStage(stage);
  for (const setting of [stage.config.shell, stage.config.entrypoint, stage.config.cmd]) {
    if (setting === undefined || setting.instruction.stage !== stage.index) continue;
    const { instruction } = setting;
    if (instruction.form !== "exec") continue;
    // A SHELL that nothing in shell form follows is never started.
    if (instruction.keyword === "SHELL" && !isShellUsed(stage, instruction)) continue;
    // With an entry point, CMD is its arguments.
    if (instruction.keyword === "CMD" && stage.config.entrypoint !== undefined) continue;
    if (instruction.keyword === "CMD" && stage.rootImage?.official === undefined) continue;
    const first = instruction.json[0];
    const program = baseName(first?.value ?? "");
    if (first === undefined || programs.has(program) !== "no" || mayComeAlong(stage, program)) continue;
    // Without any shell the finding about the shell says more.
    if (["sh", "bash", "dash", "ash"].includes(program) && programs.has("sh") === "no") continue;
    yield missing(stage, program, first.span, `${instruction.keyword} needs`);
  }
}

function isShellUsed(stage: Stage, shell: Instruction): boolean {
  return stage.instructions.some(
    (one) =>
      one.span.start > shell.span.start &&
      one.form === "shell" &&
      ["RUN", "CMD", "ENTRYPOINT"].includes(one.keyword),
  );
}

const imagesWithoutSudo: ReadonlySet<string> = new Set([
  ...["debian", "ubuntu", "alpine", "python", "node", "golang", "rust", "ruby", "php", "nginx"],
]);

function isOfficial({ rootImage }: Stage): boolean {
  // Ubuntu's images brought sudo along until 16.04.
  if (rootImage?.official === "ubuntu" && /^1[0-5]|trusty|precise|wily/.test(rootImage.tag ?? ""))
    return false;
  return imagesWithoutSudo.has(rootImage?.official ?? "");
}

function mayBringSudo(stage: Stage): boolean {
  return stage.instructions.some((one) =>
    /install[^&;|]*\bsudo\b|add[^&;|]*\bsudo\b|bin\/sudo/.test(scriptText(one)),
  );
}
