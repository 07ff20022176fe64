import { hasAny } from "../../base/text.ts";
import { readAssignments } from "../../read/dockerfile/assignments.ts";
import type { Dockerfile, Instruction } from "../../read/dockerfile/model.ts";
import { hasOption, type ShellCommand, wordValues } from "../../read/shell/questions.ts";
import type { Span } from "../../read/source.ts";
import { eachInstruction } from "../../read/walk.ts";
import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import { runOf } from "../dockerfile/run.ts";
import type { Rule } from "../types.ts";

/** A download whose origin nobody verifies. */
export const tlsCheckOff: Rule = {
  code: "GD030",
  name: "tls-check-off",
  family: "dockerfile",
  rank: "hardening",
  what: "A build switches the check of certificates or of package signatures off.",
  why: "Whoever sits between the build and the server, or has taken over a mirror, can then put any software into the image. Set by ENV, it holds for the running program too.",
  fix: "Leave the check on; for a certificate authority of your own, copy its certificate and run update-ca-certificates.",
  aliases: [
    { tool: "checkov", id: "CKV2_DOCKER_2" },
    { tool: "checkov", id: "CKV2_DOCKER_3" },
    { tool: "checkov", id: "CKV2_DOCKER_4" },
    { tool: "checkov", id: "CKV2_DOCKER_5" },
    { tool: "checkov", id: "CKV2_DOCKER_6" },
    { tool: "checkov", id: "CKV2_DOCKER_7" },
    { tool: "checkov", id: "CKV2_DOCKER_8" },
    { tool: "checkov", id: "CKV2_DOCKER_9" },
    { tool: "checkov", id: "CKV2_DOCKER_10" },
    { tool: "checkov", id: "CKV2_DOCKER_11" },
    { tool: "checkov", id: "CKV2_DOCKER_12" },
    { tool: "checkov", id: "CKV2_DOCKER_13" },
  ],
  examples: {
    bad: [
      dockerfileExampleAt(
        [2],
        "FROM debian:13",
        "RUN curl -fsSLk https://example.com/tool -o /usr/local/bin/tool",
      ),
      dockerfileExampleAt([2], "FROM node:22", "ENV NODE_TLS_REJECT_UNAUTHORIZED=0"),
      dockerfileExampleAt([2], "FROM alpine:3.22", "RUN apk add --no-cache --allow-untrusted /tmp/tool.apk"),
      dockerfileExampleAt([2], "FROM python:3.13", "RUN pip install --trusted-host pypi.example.com acme"),
      dockerfileExampleAt([2], "FROM node:22", "RUN npm config set strict-ssl false"),
    ],
    good: [
      dockerfileExample("FROM debian:13", "RUN curl -fsSL https://example.com/tool -o /usr/local/bin/tool"),
      dockerfileExample("FROM debian:13", "RUN curl -k https://localhost:8443/ready"),
      dockerfileExample("FROM node:22", "ENV NODE_TLS_REJECT_UNAUTHORIZED=1"),
    ],
  },
  *check(facts) {
    for (const { dockerfile, stage, instruction } of eachInstruction(facts, "RUN", "ENV", "ARG")) {
      if (stage === undefined) continue;
      if (instruction.keyword !== "RUN") yield* offByVariable(dockerfile, instruction);
      else {
        for (const command of runOf(dockerfile, stage, instruction).commands) {
          for (const word of command.assignments) {
            const [name = "", value = ""] = word.value.split("=");
            const why = variableTurnsOff(name, value);
            if (why !== undefined) yield { at: command.spanOfWord(word), message: `${word.value} ${why}.` };
          }
          const how = commandTurnsOff(command);
          if (how !== undefined) yield { at: command.span, message: `${command.name} ${how}.` };
        }
      }
    }
  },
};

function* offByVariable(
  dockerfile: Dockerfile,
  instruction: Instruction,
): Generator<{ at: Span; message: string }> {
  for (const { name, raw, span } of readAssignments(
    dockerfile.source,
    instruction,
    () => undefined,
    dockerfile.escape,
  )) {
    const why = variableTurnsOff(name, raw ?? "");
    if (why === undefined) continue;
    yield {
      at: span,
      message: `${name}=${raw} ${why}${instruction.keyword === "ENV" ? ", in the build and in every container" : ""}.`,
    };
  }
}

function variableTurnsOff(name: string, value: string): string | undefined {
  const off = ["0", "false", "no", "off"].includes(value.toLowerCase());
  if (name === "NODE_TLS_REJECT_UNAUTHORIZED" && off) return "makes Node accept any certificate";
  if (name === "PYTHONHTTPSVERIFY" && off) return "makes Python accept any certificate";
  if (name === "GIT_SSL_NO_VERIFY" && value !== "" && !off) return "makes git accept any certificate";
  if (name.toLowerCase() === "npm_config_strict_ssl" && off) return "makes npm accept any certificate";
  if (name === "PIP_TRUSTED_HOST" && value !== "") return "makes pip accept any certificate of that host";
  if (name === "YARN_STRICT_SSL" && off) return "makes yarn accept any certificate";
  return name === "GOSUMDB" && value === "off" ? "makes go skip the check of module checksums" : undefined;
}

const nearby = /https?:\/\/(?:localhost|127\.|\[::1\]|0\.0\.0\.0)/;

function commandTurnsOff(command: ShellCommand): string | undefined {
  const words = wordValues(command);
  const text = words.join(" ");
  switch (command.name) {
    case "curl":
      return hasOption(command, "-k", "--insecure") && !nearby.test(text)
        ? "takes any certificate (-k)"
        : undefined;
    case "wget":
      return hasOption(command, "--no-check-certificate") && !nearby.test(text)
        ? "takes any certificate (--no-check-certificate)"
        : undefined;
    case "apk":
      return hasOption(command, "--allow-untrusted")
        ? "installs packages without a valid signature"
        : undefined;
    case "apt-get":
    case "apt":
      return hasOption(command, "--allow-unauthenticated", "--force-yes") ||
        hasAny(text.toLowerCase(), [
          "allowunauthenticated=true",
          "allowinsecurerepositories=true",
          "verify-peer=false",
        ])
        ? "installs packages without a valid signature"
        : undefined;
    case "yum":
    case "dnf":
    case "microdnf":
      return hasOption(command, "--nogpgcheck")
        ? "installs packages without a valid signature (--nogpgcheck)"
        : undefined;
    case "zypper":
      return hasOption(command, "--no-gpg-checks")
        ? "installs packages without a valid signature (--no-gpg-checks)"
        : undefined;
    case "rpm":
      return hasOption(command, "--nosignature", "--nodigest")
        ? "installs packages without a valid signature"
        : undefined;
    case "npm":
    case "yarn":
    case "pnpm":
      return hasAny(text, ["strict-ssl=false", "strict-ssl false"])
        ? "accepts any certificate from here on (strict-ssl false)"
        : undefined;
    case "git":
      return text.toLowerCase().includes("http.sslverify") && /http\.sslVerify[ =]?(?:false|0)/i.test(text)
        ? "accepts any certificate (http.sslVerify false)"
        : undefined;
    default:
      return hasOption(command, "--trusted-host") && /^(?:pip\d?|pip3\.\d+|python\d?)$/.test(command.name)
        ? "takes packages from a host without verifying it (--trusted-host)"
        : undefined;
  }
}
