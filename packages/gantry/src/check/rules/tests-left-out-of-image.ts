import { hasAny } from "../../base/text.ts";
import type { ComposeService } from "../../read/compose/model.ts";
import { effectiveCommand, imageIn } from "../../read/compose/questions.ts";
import type { IgnoreFile } from "../../read/ignore/model.ts";
import { decidingPattern, isIgnored } from "../../read/ignore/questions.ts";
import { folderOf, resolvePath, withoutEndSlash } from "../../read/paths.ts";
import { eachService } from "../../read/walk.ts";
import { dedent } from "../dedent.ts";
import type { Rule } from "../types.ts";

const compose = dedent`
  services:
    tests:
      build: .
      command: pytest tests -q
`;

/** See `what`. */
export const testsLeftOutOfImage: Rule = {
  code: "GX007",
  name: "tests-left-out-of-image",
  family: "across",
  rank: "will-fail",
  what: "A service runs tests that `.dockerignore` keeps out of its image.",
  why: "The test runner finds no tests in the image. It then fails, or worse, some runners report success for nothing.",
  fix: "Take the tests back in with a `!` line in the ignore file, give the test image an ignore file of its own (`NAME.Dockerfile.dockerignore`), or mount the tests.",
  examples: {
    bad: [
      {
        files: {
          "compose.yaml": compose,
          Dockerfile: "FROM python:3.13\nCOPY . /app\n",
          ".dockerignore": "tests/\n",
          "tests/test_shop.py": "",
        },
        at: ["compose.yaml:4"],
      },
      {
        title: "without a folder in the command",
        files: {
          "compose.yaml": 'services:\n  tests:\n    build: .\n    command: ["npm", "test"]\n',
          Dockerfile: "FROM node:22\nCOPY . /app\n",
          ".dockerignore": "**/*.test.ts\nnode_modules\n",
          "src/basket.test.ts": "",
        },
        at: ["compose.yaml:4"],
      },
    ],
    good: [
      {
        title: "tests that are taken back in, or mounted",
        files: {
          "compose.yaml": `${compose}  other:\n    build: .\n    command: pytest tests\n    volumes: ["./tests:/app/tests"]\n`,
          Dockerfile: "FROM python:3.13\nCOPY . /app\n",
          ".dockerignore": "tests\n!tests/test_*.py\n",
          "tests/test_shop.py": "",
        },
      },
    ],
  },
  *check(facts) {
    for (const { project, service } of eachService(facts)) {
      const link = service.build?.link;
      if (link?.ignore === undefined || link.context === undefined) continue;
      const command = effectiveCommand(service, imageIn(project, service));
      const runner = command === undefined ? undefined : runnerOf(command.words);
      if (command === undefined || runner === undefined) continue;
      const { ignore } = link;
      const prefix = link.context === "" ? "" : `${link.context}/`;
      const inContext = facts.paths
        .filter((path) => path.startsWith(prefix))
        .map((path) => path.slice(prefix.length));
      const named = runner.paths.filter((path) => !path.startsWith("/"));
      const tests = inContext.filter((path) =>
        named.length > 0
          ? named.some((one) => path === one || path.startsWith(`${withoutEndSlash(one)}/`))
          : runner.tests.test(path),
      );
      const wanted = tests.length > 0 ? tests : named;
      if (wanted.length === 0 || !wanted.every((path) => isIgnored(ignore, path))) continue;
      if (
        mayBeMounted(
          service,
          wanted.map((path) => `${prefix}${path}`),
        )
      )
        continue;
      yield {
        at: command.span,
        message: `${service.name} runs ${runner.title}, but ${ignore.path} keeps ${described(wanted)} out of the image.`,
        related: patternOf(ignore, wanted[0] ?? ""),
      };
    }
  },
};

interface Runner {
  readonly title: string;
  readonly tests: RegExp;
  /** Files and folders that the command names. */
  readonly paths: readonly string[];
}

const pythonTests = /(^|\/)(test_[^/]+|[^/]+_test)\.py$/;
const scriptTests = /(^|\/)__tests__\/|\.(test|spec)\.[cm]?[jt]sx?$|(^|\/)tests?\/[^/]+\.[cm]?[jt]s$/;

/** Words of which one stands in the line, the pattern of the line, what it runs, and where its tests are. */
const runners: readonly (readonly [readonly string[], RegExp, string, RegExp])[] = [
  [["pytest", "py.test"], /(^|[\s/])(python3? -m )?(pytest|py\.test)\b/, "pytest", pythonTests],
  [["manage.py test"], /\bmanage\.py test\b/, "Django's tests", pythonTests],
  [["unittest"], /\bpython3? -m unittest\b/, "unittest", pythonTests],
  [[" test"], /(^|\s)(npm|pnpm|yarn|bun) (run )?test\b/, "its tests", scriptTests],
  [["jest", "vitest", "mocha"], /(^|[\s/])(npx )?(jest|vitest|mocha)\b/, "its tests", scriptTests],
  [["rspec"], /(^|[\s/])(bundle exec )?rspec\b/, "rspec", /_spec\.rb$/],
];

function runnerOf(words: readonly string[]): Runner | undefined {
  const line = words.join(" ");
  const found = runners.find(([signs, pattern]) => hasAny(line, signs) && pattern.test(line));
  if (found === undefined) return undefined;
  const [, pattern, title, tests] = found;
  const rest = line.slice((pattern.exec(line)?.index ?? 0) + (pattern.exec(line)?.[0].length ?? 0));
  const paths = rest
    .split(/\s+/)
    .filter((word) => /^(\.\/)?(tests?|specs?|__tests__)(\/[\w.*-]+)*\/?$/.test(word));
  return { title, tests, paths: paths.map((path) => withoutEndSlash(path.replace(/^\.\//, ""))) };
}

/** Whether a mount brings the tests: one of a folder that they are in, or of one that cannot be told. */
function mayBeMounted(service: ComposeService, tests: readonly string[]): boolean {
  return service.volumes.some(({ type, source, span }) => {
    if (type !== "bind") return type === "other";
    const folder = resolvePath(folderOf(span.file), source ?? "/");
    return (
      folder === undefined ||
      tests.some((path) => folder === "" || path === folder || path.startsWith(`${folder}/`))
    );
  });
}

function described(paths: readonly string[]): string {
  return paths.length === 1 ? (paths[0] as string) : `${paths[0]} and ${paths.length - 1} more`;
}

function patternOf(
  ignore: IgnoreFile,
  path: string,
): { at: IgnoreFile["patterns"][number]["span"]; message: string }[] {
  const pattern = decidingPattern(ignore, path);
  return pattern === undefined ? [] : [{ at: pattern.span, message: "the pattern that leaves them out" }];
}
