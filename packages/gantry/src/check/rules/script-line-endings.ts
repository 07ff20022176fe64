import { startOf } from "../../read/source.ts";
import { startScripts } from "../dockerfile/start-scripts.ts";
import type { Rule } from "../types.ts";

const compose = 'ENTRYPOINT ["/entrypoint.sh"]';

/** A start script with the line ends of Windows, or a byte order mark. */
export const scriptLineEndings: Rule = {
  code: "GD018",
  name: "script-line-endings",
  family: "dockerfile",
  rank: "will-fail",
  what: "A script that the image starts has Windows line ends or a byte order mark.",
  why: "The kernel takes the carriage return for a part of the interpreter's name, looks for `/bin/sh\\r`, and the container ends with `no such file or directory` although the script is there. With a byte order mark it does not see the #! at all.",
  fix: "Save the script with Unix line ends, and keep them with `*.sh text eol=lf` in .gitattributes.",
  examples: {
    bad: [
      {
        files: {
          Dockerfile: `FROM debian:13-slim\nCOPY --chmod=755 entrypoint.sh /entrypoint.sh\n${compose}\n`,
          "entrypoint.sh": '#!/bin/sh\r\nset -e\r\nexec "$@"\r\n',
        },
        at: ["entrypoint.sh:1"],
      },
    ],
    good: [
      {
        files: {
          Dockerfile: `FROM debian:13-slim\nCOPY --chmod=755 entrypoint.sh /entrypoint.sh\n${compose}\n`,
          "entrypoint.sh": '#!/bin/sh\nset -e\nexec "$@"\n',
        },
      },
      {
        title: "line ends that the build repairs",
        files: {
          Dockerfile: `FROM debian:13-slim\nCOPY entrypoint.sh /entrypoint.sh\nRUN sed -i 's/\\r$//' /entrypoint.sh && chmod +x /entrypoint.sh\n${compose}\n`,
          "entrypoint.sh": '#!/bin/sh\r\nexec "$@"\r\n',
        },
      },
    ],
  },
  *check(facts) {
    for (const { path, text, start, copy, interpreted } of startScripts(facts)) {
      const firstLine = text.split("\n", 1)[0] ?? "";
      const related = [
        { at: copy.span, message: "copied here" },
        { at: start.span, message: "started here" },
      ];
      if (text.startsWith("\uFEFF")) {
        yield {
          at: startOf(path),
          message: `${path} begins with a byte order mark, so its #! is not seen when the container starts it.`,
          related,
        };
      } else if (firstLine.endsWith("\r")) {
        yield {
          at: startOf(path),
          message: interpreted
            ? `${path} has Windows line ends: the shell takes the carriage return for a part of each command.`
            : `${path} has Windows line ends, so the container looks for ${JSON.stringify(firstLine.replace(/^#!\s*/, ""))} and cannot start.`,
          related,
        };
      }
    }
  },
};
