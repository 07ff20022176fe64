import { eachService } from "../../read/walk.ts";
import type { YamlNode } from "../../read/yaml/model.ts";
import { at, itemsOf } from "../../read/yaml/questions.ts";
import { dedent } from "../dedent.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const probeFormWrong: Rule = {
  code: "GC012",
  name: "probe-form-wrong",
  family: "compose",
  rank: "will-fail",
  what: "The `test` of a health check is written in a form that cannot work.",
  why: "`CMD` runs its words as they are: no shell splits them, knows `||` or fills in variables. `CMD-SHELL` takes one text and hands it to `sh -c`; further words become `$0`, `$1`. Without either word Compose refuses the file.",
  fix: 'Write `["CMD", "program", "argument"]`, or `["CMD-SHELL", "one text for the shell"]`.',
  examples: {
    bad: [
      {
        title: "one word with blanks",
        files: {
          "compose.yaml": dedent`
            services:
              web:
                image: shop/web:2
                healthcheck:
                  test: ["CMD", "curl -f http://localhost:8080/health"]
          `,
        },
        at: ["compose.yaml:5"],
      },
      {
        title: "shell operators without a shell",
        files: {
          "compose.yaml": dedent`
            services:
              web:
                image: shop/web:2
                healthcheck:
                  test: ["CMD", "curl", "-f", "http://localhost:8080/health", "||", "exit", "1"]
          `,
        },
      },
      {
        title: "neither CMD nor CMD-SHELL",
        files: {
          "compose.yaml": dedent`
            services:
              web:
                image: shop/web:2
                healthcheck:
                  test: ["curl", "-f", "http://localhost:8080/health"]
          `,
        },
      },
      {
        title: "words after the shell's text",
        files: {
          "compose.yaml": dedent`
            services:
              web:
                image: shop/web:2
                healthcheck:
                  test: ["CMD-SHELL", "curl", "-f", "http://localhost:8080/health"]
          `,
        },
      },
    ],
    good: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              web:
                image: shop/web:2
                healthcheck:
                  test: ["CMD", "curl", "-f", "http://localhost:8080/health"]
              db:
                image: postgres:17
                healthcheck:
                  test: ["CMD-SHELL", "pg_isready -U postgres || exit 1"]
              cache:
                image: redis:8
                healthcheck:
                  test: redis-cli ping | grep PONG
              quiet:
                image: shop/quiet:1
                healthcheck:
                  test: ["NONE"]
              script:
                image: shop/script:1
                healthcheck:
                  test: ["CMD", "sh", "-c", "test -f /tmp/alive && exit 0"]
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const { service } of eachService(facts)) {
      const test = at(service.node, "healthcheck", "test");
      if (test?.kind !== "list") continue;
      const words = itemsOf(test).map((item) => (item.kind === "scalar" ? item.raw : ""));
      const wrong = problemOf(words);
      if (wrong === undefined) continue;
      yield {
        at: test.span,
        message: `The health check of ${service.name} ${wrong.problem}`,
        fix: `Write \`test: ${JSON.stringify(wrong.better)}\`.`,
        ...remedyFor(test, wrong.better),
      };
    }
  },
};

interface Wrong {
  readonly problem: string;
  readonly better: readonly string[];
}

const shellOperators = ["||", "&&", "|", ";", ">", "2>&1", ">/dev/null"];

function problemOf(words: readonly string[]): Wrong | undefined {
  const [kind, ...rest] = words;
  if (kind === undefined || kind.includes("$")) return undefined;
  const text = rest.join(" ");
  if (kind === "NONE") return undefined;
  if (kind === "CMD-SHELL") {
    if (rest.length < 2) return undefined;
    return {
      problem: `runs only \`${rest[0]}\`: after CMD-SHELL, words behind the first are no part of the command.`,
      better: ["CMD-SHELL", text],
    };
  }
  if (kind !== "CMD") {
    return {
      problem: `begins with \`${kind}\` instead of CMD or CMD-SHELL; Compose refuses it.`,
      better: words.length === 1 ? ["CMD-SHELL", kind] : ["CMD", ...words],
    };
  }
  if (rest.length === 1 && /^[\w./-]+ +\S/.test(text)) {
    return { problem: `looks for a program named \`${text}\`, blanks and all.`, better: ["CMD-SHELL", text] };
  }
  const operator = rest.find((word) => shellOperators.includes(word));
  if (operator === undefined) return undefined;
  return {
    problem: `hands \`${operator}\` to ${rest[0]} as an argument: CMD runs no shell.`,
    better: ["CMD-SHELL", text],
  };
}

function remedyFor(test: YamlNode, better: readonly string[]): Pick<Report, "remedy"> {
  return {
    remedy: {
      title: "write the test in a form that runs",
      safe: false,
      edits: [
        {
          file: test.span.file,
          start: test.span.start,
          end: test.span.end,
          text: `[${better.map((word) => JSON.stringify(word)).join(", ")}]`,
        },
      ],
    },
  };
}
