import { hasAny } from "../../base/text.ts";
import { copySources } from "../../read/dockerfile/questions.ts";
import { eachInstruction } from "../../read/walk.ts";
import { replace, safely } from "../dockerfile/edits.ts";
import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import type { Rule } from "../types.ts";

/** ADD where COPY does the same. */
export const addOfLocalFile: Rule = {
  code: "GD048",
  name: "add-of-local-file",
  family: "dockerfile",
  rank: "tidy",
  what: "ADD takes plain files of the build's folder.",
  why: "ADD also unpacks archives and downloads addresses, so that the reader has to look twice, and a file that becomes an archive one day behaves differently. COPY only copies.",
  fix: "Write COPY in the place of ADD.",
  aliases: [
    { tool: "hadolint", id: "DL3020" },
    { tool: "trivy", id: "DS-0005" },
    { tool: "checkov", id: "CKV_DOCKER_4" },
    { tool: "dockle", id: "CIS-DI-0009" },
    { tool: "cis", id: "4.9" },
  ],
  examples: {
    bad: [dockerfileExampleAt([2], "FROM node:22", "ADD package.json /app/")],
    good: [
      dockerfileExample("FROM node:22", "COPY package.json /app/"),
      dockerfileExample("FROM scratch", "ADD rootfs.tar.gz /"),
      dockerfileExample("FROM node:22", "ADD https://example.com/a.json /app/"),
      dockerfileExample("FROM node:22", "ADD $SOURCE /app/"),
      dockerfileExample("FROM node:22", "ADD git@git.example.com:a/b.git /src"),
    ],
  },
  *check(facts) {
    for (const { instruction } of eachInstruction(facts, "ADD")) {
      const sources = copySources(instruction);
      // Only a name with a suffix, or a folder, is surely no archive.
      const local = sources.every(({ value }) => isFolder(value) || isPlainFile(value));
      if (sources.length === 0 || !local) continue;
      const flagsOfCopy = instruction.flags.every((flag) =>
        ["chown", "chmod", "link", "exclude"].includes(flag.name),
      );
      yield {
        at: instruction.keywordSpan,
        message: `ADD ${instruction.text} does the same as COPY, which cannot surprise.`,
        ...(flagsOfCopy ? { remedy: safely("write COPY", replace(instruction.keywordSpan, "COPY")) } : {}),
      };
    }
  },
};

function isFolder(value: string): boolean {
  return (
    ["", ".", "..", "/", "./", "../"].includes(value) || (value.endsWith("/") && /^[\w./-]+$/.test(value))
  );
}

function isPlainFile(value: string): boolean {
  if (hasAny(value, ["$", "*", "?", "[", ":", "@"])) return false;
  return /\.\w+$/.test(value) && !/\.(?:tar|t?gz|tgz|bz2?|tbz2?|xz|txz|zst|lz4?|lzma|z|git)$/i.test(value);
}
