import { lineage } from "../../read/dockerfile/questions.ts";
import { parseShell } from "../../read/shell/parse.ts";
import { spanOf } from "../../read/source.ts";
import { eachInstruction } from "../../read/walk.ts";
import { insertBefore, perhaps } from "../dockerfile/edits.ts";
import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import type { Rule } from "../types.ts";

/** A script in a here-document that goes on after errors. */
export const heredocHidesFailure: Rule = {
  code: "GD033",
  name: "heredoc-hides-failure",
  family: "dockerfile",
  rank: "hardening",
  what: "A RUN with a script in a here-document goes on after a command that fails.",
  why: "Each line of the script is a command of its own, and only the last one decides whether the RUN succeeded: when an earlier one fails, the build goes on, and caches what came of it.",
  fix: "Make set -e the first line of the script.",
  examples: {
    bad: [
      dockerfileExampleAt(
        [2],
        "FROM debian:13",
        "RUN <<EOF",
        "apt-get update",
        "apt-get install -y curl",
        "rm -rf /var/lib/apt/lists/*",
        "EOF",
      ),
      dockerfileExampleAt([2], "FROM debian:13", "RUN bash <<'EOF'", "make", "make install", "EOF"),
    ],
    good: [
      dockerfileExample(
        "FROM node:22",
        "RUN <<EOF",
        'if [ "$SKIP" = "" ]; then',
        "  npm run build",
        "else",
        "  mkdir -p dist",
        "fi",
        "EOF",
      ),
      dockerfileExample(
        "FROM debian:13",
        "RUN <<EOF",
        "set -e",
        "apt-get update",
        "apt-get install -y curl",
        "EOF",
      ),
      dockerfileExample("FROM debian:13", "RUN bash -e <<EOF", "make", "make install", "EOF"),
      dockerfileExample(
        "FROM debian:13",
        'SHELL ["/bin/bash", "-eo", "pipefail", "-c"]',
        "RUN <<EOF",
        "make",
        "make install",
        "EOF",
      ),
      dockerfileExample(
        "FROM python:3.13",
        "RUN <<EOF",
        "#!/usr/bin/env python3",
        "print(1)",
        "print(2)",
        "EOF",
      ),
      dockerfileExample(
        "FROM debian:13",
        "RUN <<EOF",
        "apt-get update && \\",
        "apt-get install -y curl",
        "EOF",
      ),
      dockerfileExample("FROM debian:13", "RUN cat <<EOF > /etc/motd", "one", "two", "EOF"),
    ],
  },
  *check(facts) {
    for (const { dockerfile, stage, instruction } of eachInstruction(facts, "RUN")) {
      const [heredoc] = instruction.heredocs;
      if (stage === undefined || heredoc === undefined || instruction.heredocs.length > 1) continue;
      const runner = instruction.text.replace(/\d*<<-?\s*["']?\w+["']?/, "").trim();
      if (!/^(?:(?:\/usr)?\/?(?:bin\/)?(?:ba|da|a)?sh)?$/.test(runner)) continue;
      const shells = lineage(stage).map((one) => one.config.shell?.value);
      if (shells.some((shell) => shell?.some((word) => /^-[a-z]*e|errexit/.test(word)))) continue;
      const { content } = heredoc;
      if (
        /^#!(?!.*\b(?:ba|da|a)?sh\s*$)/.test(content) ||
        /(?:^|[\n;])\s*set\s+(?:-[a-zA-Z]*e|-o\s+errexit)/.test(content)
      )
        continue;
      const commands = parseShell(withoutCompounds(content)).filter((command) => command.depth === 0);
      // One chain of && fails as one.
      const separate = commands.filter(
        (command) => command.before === "\n" || command.before === ";" || command.before === "",
      );
      if (separate.length < 2 || commands.some((command) => command.name === "trap")) continue;
      const first = separate[0];
      const at = spanOf(dockerfile.source, instruction.span.start, instruction.textSpan.end);
      const eol = dockerfile.source.text.includes("\r\n") ? "\r\n" : "\n";
      yield {
        at,
        message: `This script goes on when ${first?.name || "a command"} fails: only its last command decides.`,
        remedy: perhaps("stop at the first error", insertBefore(heredoc.contentSpan, `set -e${eol}`)),
      };
    }
  },
};

/** A script with each `if`, `for`, `while` and `case` as one command: what fails in a condition is no failure. */
function withoutCompounds(script: string): string {
  let depth = 0;
  const lines = script.split("\n").map((line) => {
    const opens = (line.match(/(?:^|[;&|]|\b(?:then|do|else))\s*(?:if|for|while|until|case)\s/g) ?? [])
      .length;
    const closes = (line.match(/(?:^|[;&|\s])\s*(?:fi|done|esac)(?=\s|[;&|]|$)/g) ?? []).length;
    const before = depth;
    depth = Math.max(0, depth + opens - closes);
    if (before > 0) return "";
    return opens > 0 ? ":" : line;
  });
  return lines.join("\n");
}
