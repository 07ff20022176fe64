import { expand } from "../../read/dockerfile/expand.ts";
import type { Dockerfile, Instruction, Stage } from "../../read/dockerfile/model.ts";
import { lineage, scriptText } from "../../read/dockerfile/questions.ts";
import { insertAfter, perhaps } from "../dockerfile/edits.ts";
import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import type { Rule } from "../types.ts";

/** A stage uses an argument that only stands above the first FROM. */
export const argumentOutOfScope: Rule = {
  code: "GD014",
  name: "argument-out-of-scope",
  family: "dockerfile",
  rank: "will-fail",
  what: "A stage uses an argument that is declared above the first FROM only.",
  why: "An ARG above the first FROM is seen by FROM lines and by nothing else. In a stage the variable is empty until an ARG of that name stands there too; then it takes the value from above.",
  fix: "Repeat the ARG, without a value, in the stage.",
  aliases: [{ tool: "buildkit", id: "UndefinedVar" }],
  examples: {
    bad: [
      dockerfileExampleAt(
        [3],
        "ARG APP_VERSION=1.2.3",
        "FROM alpine:3.22",
        "RUN wget https://example.com/app-${APP_VERSION}.tar.gz",
      ),
      dockerfileExampleAt([3], "ARG APP_HOME=/srv", "FROM alpine:3.22", "WORKDIR $APP_HOME"),
    ],
    good: [
      dockerfileExample("ARG APP_HOME=/srv", "FROM alpine:3.22", "ARG APP_HOME", "WORKDIR $APP_HOME"),
      dockerfileExample(
        "ARG APP_HOME=/srv",
        "FROM alpine:3.22 AS base",
        "ARG APP_HOME",
        "FROM base",
        "WORKDIR $APP_HOME",
      ),
      dockerfileExample("ARG APP_HOME=/srv", "FROM alpine:3.22", "WORKDIR ${APP_HOME:-/app}"),
      dockerfileExample("ARG NODE_VERSION=22", "FROM node:${NODE_VERSION}", "RUN echo $NODE_VERSION"),
      dockerfileExample("ARG V=1", "FROM alpine:3.22", 'RUN V=2; echo "$V"', "RUN echo '$V' \\$V"),
      dockerfileExample("ARG NAME=x", "FROM alpine:3.22", "RUN for NAME in a b; do echo $NAME; done"),
    ],
  },
  *check(facts) {
    for (const dockerfile of facts.dockerfiles) {
      const globals = new Map(dockerfile.globalArgs.map((argument) => [argument.name, argument]));
      if (globals.size === 0) continue;
      for (const stage of dockerfile.stages) {
        const known = new Set(lineage(stage).flatMap((one) => one.args.map((argument) => argument.name)));
        const reported = new Set<string>();
        for (const instruction of stage.instructions) {
          for (const name of namesIn(dockerfile, instruction)) {
            const argument = globals.get(name);
            if (argument === undefined || reported.has(name) || known.has(name)) continue;
            if (stage.config.env.has(name) || mayComeWithBase(stage, name)) continue;
            reported.add(name);
            yield {
              at: instruction.span,
              message: `${name} is empty in this ${instruction.keyword}: its ARG stands above the first FROM, which no stage sees.`,
              fix: `Write ARG ${name} in this stage, before this line.`,
              related: [{ at: argument.span, message: `ARG ${name} stands here, outside of any stage` }],
              remedy: perhaps(`declare ${name} in the stage`, insertAfter(stage.from.span, `\nARG ${name}`)),
            };
          }
        }
      }
    }
  },
};

const withVariables = new Set([
  "ADD",
  "COPY",
  "ENV",
  "EXPOSE",
  "LABEL",
  "STOPSIGNAL",
  "USER",
  "VOLUME",
  "WORKDIR",
]);

/** Names of the variables that an instruction needs a value of. */
function namesIn(dockerfile: Dockerfile, instruction: Instruction): readonly string[] {
  if (instruction.keyword === "RUN") return namesInShell(instruction);
  if (!withVariables.has(instruction.keyword)) return [];
  const { names } = expand(instruction.text, () => undefined, dockerfile.escape);
  return names.filter((name) => !new RegExp(`\\$\\{${name}:?[-+?]`).test(instruction.text));
}

function namesInShell(instruction: Instruction): readonly string[] {
  if (instruction.form === "exec") return [];
  const text = scriptText(instruction);
  const visible = text.replace(/'[^']*'/g, "");
  return [...visible.matchAll(/(?<!\\)\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/g)]
    .map((match) => match[1] ?? match[2] ?? "")
    .filter(
      (name) =>
        !new RegExp(`\\b${name}\\+?=|\\b(?:for|read|select|local|unset)\\b[^\\n;]*\\b${name}\\b`).test(text),
    );
}

const alsoSetBy: Readonly<Record<string, RegExp>> = {
  node: /^(?:NODE|YARN)_/,
  golang: /^GO/,
  rust: /^(?:RUST|CARGO)/,
  ruby: /^(?:RUBY|GEM|BUNDLE)/,
  nginx: /^(?:NGINX|NJS|PKG|DYNPKG)_/,
  postgres: /^(?:PG|POSTGRES)/,
};

/** Whether the base image may set the variable itself. */
function mayComeWithBase(stage: Stage, name: string): boolean {
  const image = stage.rootImage;
  if (image === undefined) return stage.base.kind !== "scratch";
  if (image.official === undefined) return /_(?:VERSION|HOME|PATH|DIR)$|^PATH$/.test(name);
  if (name === "PATH" || name === "HOME") return true;
  return (
    name.toLowerCase().startsWith(image.official.slice(0, 4)) ||
    (alsoSetBy[image.official]?.test(name) ?? false)
  );
}
