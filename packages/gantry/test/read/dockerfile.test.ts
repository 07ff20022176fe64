import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Dockerfile, Instruction } from "../../src/read/dockerfile/model.ts";
import { parseDockerfile, printDockerfile } from "../../src/read/dockerfile/parse.ts";
import { copySources, findStage, mounts, usedStages } from "../../src/read/dockerfile/questions.ts";

function read(...lines: readonly string[]): Dockerfile {
  return parseDockerfile("Dockerfile", `${lines.join("\n")}\n`);
}

function only(...lines: readonly string[]): Instruction {
  const { instructions, problems } = read(...lines);
  assert.deepEqual(
    problems.filter(({ message }) => !message.includes("stands before FROM")),
    [],
  );
  assert.equal(instructions.length, 1);
  return instructions[0] as Instruction;
}

describe("directives", () => {
  it("end with the first line that is none", () => {
    const { directives, comments } = read(
      "# syntax=docker/dockerfile:1",
      "# check=skip=A;error=true",
      "# hi",
      "# escape=`",
      "FROM x",
    );
    assert.deepEqual(
      directives.map(({ name, value }) => [name, value]),
      [
        ["syntax", "docker/dockerfile:1"],
        ["check", "skip=A;error=true"],
      ],
    );
    assert.deepEqual(
      comments.map(({ text }) => text),
      ["hi", "escape=`"],
    );
  });

  it("set the escape character", () => {
    const { instructions } = read("# escape=`", "FROM x", "COPY a `", "  C:\\b");
    assert.deepEqual(
      instructions[1]?.words.map(({ raw }) => raw),
      ["a", "C:\\b"],
    );
  });
});

describe("continuation lines", () => {
  it("may have comments and blank lines between them", () => {
    const run = only("RUN a && \\", "  # why", "", "  b \\", "#c", "  && d");
    assert.equal(run.text, "a &&   b   && d");
    assert.deepEqual(
      run.innerComments.map(({ text }) => text),
      ["why", "c"],
    );
  });

  it("end at a doubled escape character", () => {
    assert.deepEqual(
      read("FROM x", "RUN a \\\\", "RUN b").instructions.map(({ keyword }) => keyword),
      ["FROM", "RUN", "RUN"],
    );
  });

  it("keep places of words true, with carriage returns too", () => {
    const text = "FROM x\r\nRUN a \\\r\n   bcd\r\n";
    const word = parseDockerfile("Dockerfile", text).instructions[1]?.words[1];
    assert.deepEqual([word?.value, word?.span.line, word?.span.column], ["bcd", 3, 4]);
    assert.equal(text.slice(word?.span.start, word?.span.end), "bcd");
  });
});

describe("here-documents", () => {
  const cases: readonly (readonly [string, readonly string[], string])[] = [
    ["RUN <<EOF", ["a", "EOF"], "EOF:a\n"],
    ["RUN <<-EOF", ["\ta", "\tEOF"], "EOF:a\n"],
    ["RUN <<'EOF'", ["$a", "EOF"], "EOF:$a\n"],
    ['RUN <<-"EOF"', ["\t\ta", "EOF"], "EOF:a\n"],
    ["RUN cat 3<<EOF", ["a", "EOF"], "EOF:a\n"],
    ["RUN <<A cat <<B", ["a", "A", "b", "B"], "A:a\n|B:b\n"],
    ["RUN << EOF", ["a", "EOF"], "EOF:a\n"],
    ['RUN <<E"O"F', ["a", "EOF"], "EOF:a\n"],
    ["COPY <<a.txt <<b.txt /x/", ["1", "a.txt", "2", "b.txt"], "a.txt:1\n|b.txt:2\n"],
    ["ONBUILD RUN <<EOF", ["a", "EOF"], "EOF:a\n"],
    ["RUN --mount=type=cache,target=/x <<EOF", ["a", "EOF"], "EOF:a\n"],
  ];
  for (const [line, body, expected] of cases) {
    it(`are read from ${line}`, () => {
      const { instructions, problems } = read("FROM x", line, ...body, "USER y");
      const instruction = instructions[1]?.trigger ?? instructions[1];
      const told = instruction?.heredocs.map(({ name, content }) => `${name}:${content}`).join("|");
      assert.equal(told, expected);
      assert.deepEqual(problems, []);
      assert.equal(instructions[2]?.keyword, "USER");
    });
  }

  for (const line of [
    "RUN cat <<<EOF",
    "RUN '<<EOF'",
    'RUN echo "<<EOF"',
    "RUN <<- EOF",
    "RUN a<<EOF",
    'RUN ["a", "<<EOF"]',
    "ENV A=<<EOF",
  ]) {
    it(`are not seen in ${line}`, () => {
      const { instructions } = read("FROM x", line, "USER y");
      assert.deepEqual(instructions[1]?.heredocs, []);
      assert.equal(instructions[2]?.keyword, "USER");
    });
  }

  it("tell quoted names, whose variables stay", () => {
    const { heredocs } = read("FROM x", "RUN <<'A' <<B", "A", "B").instructions[1] as Instruction;
    assert.deepEqual(
      heredocs.map(({ expand }) => expand),
      [false, true],
    );
  });

  it("that nothing ends cost only their instruction", () => {
    const { instructions, problems } = read("FROM x", "RUN <<EOF", "USER y");
    assert.equal(instructions.length, 2);
    assert.match(problems[0]?.message ?? "", /EOF/);
  });
});

describe("arguments", () => {
  it("in JSON keep their places", () => {
    const command = only('CMD ["node", "a \\"b\\"", "c"]');
    assert.equal(command.form, "exec");
    assert.deepEqual(
      command.json.map(({ value }) => value),
      ["node", 'a "b"', "c"],
    );
    assert.deepEqual(
      command.json.map(({ span }) => span.column),
      [6, 14, 25],
    );
  });

  it("that only look like JSON are for the shell", () => {
    assert.equal(only("CMD ['node']").form, "shell");
    assert.equal(only("RUN [ -f x ]").form, "shell");
  });

  it("of a HEALTHCHECK are told from its flags", () => {
    const { stages } = read(
      "FROM x",
      'HEALTHCHECK --interval=5s --start-period=1m --retries=2 CMD ["a", "b"]',
    );
    const check = stages[0]?.config.healthcheck?.value;
    assert.deepEqual(check?.test?.words, ["a", "b"]);
    assert.deepEqual(
      [check?.intervalMs, check?.startPeriodMs, check?.retries, check?.disabled],
      [5000, 60_000, 2, false],
    );
  });

  it("of mounts are taken apart", () => {
    const [mount] = mounts(only("RUN --mount=type=secret,id=npmrc,target=/root/.npmrc,required npm ci"));
    assert.deepEqual(
      [mount?.type, mount?.id, mount?.target, mount?.options.has("required")],
      ["secret", "npmrc", "/root/.npmrc", true],
    );
  });

  it("of COPY leave here-documents and the destination out of the sources", () => {
    const { instructions } = read("FROM x", "COPY --chmod=755 a <<E b /d/", "E");
    assert.deepEqual(
      copySources(instructions[1] as Instruction).map(({ value }) => value),
      ["a", "b"],
    );
  });
});

describe("stages", () => {
  it("resolve arguments in FROM, with every operator", () => {
    const { stages } = read(
      "ARG V=22",
      "ARG NONE",
      "FROM node:${V}-slim",
      "FROM node:${X:-20}",
      "FROM node${V:+:$V}",
      "FROM node:${V#2}",
      "FROM node:${V/22/24}",
      "FROM node:${NONE}",
    );
    assert.deepEqual(
      stages.map(({ base }) => (base.kind === "image" ? base.reference.text : base.kind)),
      ["node:22-slim", "node:20", "node:22", "node:2", "node:24", "unknown"],
    );
  });

  it("inherit from each other what an image keeps", () => {
    const { stages } = read(
      "FROM debian AS base",
      "ENV A=1",
      "USER app",
      "EXPOSE 80",
      'CMD ["a"]',
      "FROM Base AS next",
      "ENV B=$A-2",
      "WORKDIR sub",
      'ENTRYPOINT ["b"]',
    );
    const config = stages[1]?.config;
    assert.equal(config?.user?.value, "app");
    assert.equal(config?.env.get("B")?.value, "1-2");
    assert.equal(config?.workdir?.value, "/sub");
    assert.deepEqual(
      config?.exposed.map(({ port }) => port),
      [80],
    );
    assert.equal(config?.cmd, undefined, "an entry point drops the inherited command");
    assert.equal(stages[1]?.rootImage?.official, "debian");
  });

  it("see global arguments only after they declare them", () => {
    const { stages } = read("ARG V=1", "FROM a", "ENV X=$V", "ARG V", "ENV Y=$V");
    assert.equal(stages[0]?.config.env.get("X")?.value, undefined);
    assert.equal(stages[0]?.config.env.get("Y")?.value, "1");
  });

  it("are found by name in any case, and by index", () => {
    const file = read("FROM a AS One", "FROM b");
    assert.equal(findStage(file, "one")?.index, 0);
    assert.equal(findStage(file, "1")?.index, 1);
    assert.equal(findStage(file, "two"), undefined);
  });

  it("are used over FROM, COPY and mounts", () => {
    const file = read(
      "FROM a AS a",
      "FROM b AS b",
      "FROM c AS c",
      "FROM a AS d",
      "COPY --from=b /x /y",
      "RUN --mount=from=2,target=/c ls",
    );
    assert.deepEqual([...usedStages(file)].map(({ index }) => index).sort(), [0, 1, 2, 3]);
    assert.deepEqual(
      [...usedStages(file, file.stages[1])].map(({ index }) => index),
      [1],
    );
  });
});

describe("a broken instruction", () => {
  it("costs only itself", () => {
    const { instructions, problems, stages } = read("FROM x", "RUM a", "COPY", 'CMD ["a", 1]', "USER b");
    assert.equal(instructions.length, 5);
    assert.deepEqual(
      problems.map(({ span }) => span.line),
      [2, 3, 4],
    );
    assert.equal(stages[0]?.config.user?.value, "b");
  });
});

describe("printing", () => {
  it("gives the same bytes back", () => {
    const text =
      "\uFEFF#!/x\r\n# syntax=a\r\n\r\nFROM x \\\r\n\r\n  # c\r\n AS y\t\r\nRUN <<E\r\n\ta\r\nE\r\n\r\n";
    assert.equal(printDockerfile(parseDockerfile("Dockerfile", text)), text);
  });
});
