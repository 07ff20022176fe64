import { hasAny } from "../../base/text.ts";
import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import type { Rule } from "../types.ts";

/** A parser directive that stands too low to be one. */
export const directiveNotAtTop: Rule = {
  code: "GD061",
  name: "directive-not-at-top",
  family: "dockerfile",
  rank: "tidy",
  what: "A line such as # syntax=... stands below another comment, an empty line or an instruction.",
  why: "The builder looks for directives at the very top only, and stops at the first line that is none: below that, the line is an ordinary comment without any effect.",
  fix: "Move the line to the top of the file.",
  examples: {
    bad: [
      dockerfileExampleAt([2], "# Built with BuildKit", "# syntax=docker/dockerfile:1", "FROM node:22"),
      dockerfileExampleAt([2], "FROM node:22", "# escape=`"),
    ],
    good: [
      dockerfileExample("# syntax=docker/dockerfile:1", "# check=error=true", "FROM node:22"),
      dockerfileExample("FROM node:22", "# the syntax = sign is needed here"),
    ],
  },
  *check(facts) {
    for (const { comments, directives } of facts.dockerfiles) {
      const known = new Set(directives.map((one) => one.span.start));
      const lines = new Set(directives.map((one) => one.span.line));
      for (const { text, span, trailing } of comments) {
        if (trailing || !text.includes("=")) continue;
        if (!hasAny(text.toLowerCase(), ["syntax", "escape", "check"])) continue;
        const name = /^(syntax|escape|check)\s*=\s*\S+$/i.exec(text.trim())?.[1];
        if (name === undefined || known.has(span.start) || lines.has(span.line)) continue;
        yield {
          at: span,
          message: `# ${text.trim()} has no effect here: it is a comment, not a directive.`,
        };
      }
    }
  },
};
