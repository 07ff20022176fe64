import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ComposeService } from "../../src/read/compose/model.ts";
import {
  effectiveCommand,
  effectiveHealthcheck,
  imageIn,
  imageOf,
} from "../../src/read/compose/questions.ts";
import type { ProjectFacts } from "../../src/read/facts.ts";
import { memoryFiles } from "../../src/read/memory-files.ts";
import { readProject } from "../../src/read/project.ts";

function read(files: Readonly<Record<string, string>>): ProjectFacts {
  return readProject(memoryFiles(files));
}

function service(files: Readonly<Record<string, string>>, name = "a"): ComposeService {
  const found = read(files).composeProjects[0]?.services.find((one) => one.name === name);
  assert.ok(found);
  return found;
}

function messages(facts: ProjectFacts): readonly string[] {
  return facts.problems.map(({ span, message }) => `${span.file}:${span.line} ${message}`);
}

describe("which files run together", () => {
  const full = "services:\n  a:\n    image: x\n";
  const partial = "services:\n  a:\n    ports: ['80:80']\n";
  const cases: readonly (readonly [string, Readonly<Record<string, string>>, readonly string[]])[] = [
    [
      "the main file and its override",
      { "compose.yaml": full, "compose.override.yaml": partial },
      ["compose.yaml+compose.override.yaml"],
    ],
    [
      "the main file before others of its kind",
      { "docker-compose.yml": full, "compose.yml": full },
      ["compose.yml", "docker-compose.yml"],
    ],
    [
      "a complete variant alone, a partial one on the main file",
      { "compose.yaml": full, "compose.prod.yaml": partial, "compose.test.yaml": full },
      ["compose.yaml", "compose.yaml+compose.prod.yaml", "compose.test.yaml"],
    ],
    [
      "a partial one on whichever file has its services",
      { "docker-compose.base.yml": full, "docker-compose.dev.yml": partial },
      ["docker-compose.base.yml", "docker-compose.base.yml+docker-compose.dev.yml"],
    ],
    [
      "one whose name goes on from another's, on that one",
      { "compose.all.yml": full, "compose.quick-db.yml": partial, "compose.quick.yml": full },
      ["compose.all.yml", "compose.quick.yml+compose.quick-db.yml", "compose.quick.yml"],
    ],
    [
      "two that each have what the other lacks",
      {
        "docker-compose.all.yml": "services:\n  a: { image: x }\n  b: { image: y }\n",
        "docker-compose.dev.yml": "services:\n  a: { image: x }\n  b: { ports: ['81:81'] }\n",
        "docker-compose.yml": "services:\n  a: { ports: ['80:80'] }\n  b: { image: y }\n",
      },
      ["docker-compose.yml", "docker-compose.all.yml", "docker-compose.yml+docker-compose.dev.yml"],
    ],
    [
      "what COMPOSE_FILE says",
      {
        ".env": "COMPOSE_FILE=compose.yaml:compose.prod.yaml\n",
        "compose.yaml": full,
        "compose.prod.yaml": partial,
      },
      ["compose.yaml+compose.prod.yaml"],
    ],
    [
      "an included file only where it is included",
      {
        "compose.yaml": `include: [compose.part.yaml]\n${full}`,
        "compose.part.yaml": "services:\n  b:\n    image: y\n",
      },
      ["compose.yaml"],
    ],
  ];
  for (const [name, files, expected] of cases) {
    it(`is ${name}`, () => {
      const told = read(files).composeProjects.map((project) => project.files.join("+"));
      assert.deepEqual(told.sort(), [...expected].sort());
    });
  }
});

describe("places", () => {
  it("are those of the file, line and column that a value came from", () => {
    const files = {
      "compose.yaml":
        "x-env: &env\n  A: one\nservices:\n  a:\n    image: x\n    environment:\n      <<: *env\n      B: two\n",
      "compose.override.yaml": "services:\n  a:\n    ports:\n      - 80:80\n",
    };
    const { environment, ports, nameSpan } = service(files);
    assert.deepEqual(
      environment
        .map(({ name, valueSpan }) => [name, valueSpan.file, valueSpan.line, valueSpan.column])
        .sort(),
      [
        ["A", "compose.yaml", 2, 6],
        ["B", "compose.yaml", 8, 10],
      ],
    );
    assert.deepEqual(
      [ports[0]?.span.file, ports[0]?.span.line, ports[0]?.span.column],
      ["compose.override.yaml", 4, 9],
    );
    assert.deepEqual([nameSpan.file, nameSpan.line], ["compose.yaml", 4]);
  });
});

describe("variables without a value in the files", () => {
  it("make what they stand in dynamic", () => {
    const { image, environment, ports } = service({
      "compose.yaml":
        "services:\n  a:\n    image: x:${TAG}\n    ports: ['${P:-80}:80', '${Q}:81']\n    environment: { A: '${A:-d}', B: '${B}', C: plain, D: '$$B', E: '${E:?must}' }\n",
    });
    assert.equal(image?.value.known, false);
    assert.deepEqual(
      ports.map(({ dynamic }) => dynamic),
      [false, true],
    );
    assert.deepEqual(
      environment.map(({ name, value, dynamic }) => [name, value, dynamic]),
      [
        ["A", "d", false],
        ["B", "", true],
        ["C", "plain", false],
        ["D", "$B", false],
        ["E", "", true],
      ],
    );
  });
});

describe("tags of Compose", () => {
  it("reset and override what a later file changes", () => {
    const { ports, command, environment } = service({
      "compose.yaml":
        "services:\n  a:\n    image: x\n    command: c\n    ports: ['1:1']\n    environment: { A: 1, B: 2 }\n",
      "compose.override.yaml":
        "services:\n  a:\n    command: !reset null\n    ports: !override ['2:2']\n    environment: { A: !reset null }\n",
    });
    assert.deepEqual(
      ports.map(({ text }) => text),
      ["2:2"],
    );
    assert.equal(command, undefined);
    assert.deepEqual(
      environment.map(({ name }) => name),
      ["B"],
    );
  });
});

describe("builds", () => {
  const files = {
    "compose.yaml":
      "services:\n  a:\n    build: { context: app, dockerfile: docker/prod.Dockerfile, target: run }\n    image: shop\n  b:\n    image: shop\n    command: work\n  c:\n    build: https://example.com/x.git\n  d:\n    build: ../elsewhere\n",
    "app/docker/prod.Dockerfile":
      'FROM node:22 AS run\nHEALTHCHECK CMD probe\nENTRYPOINT ["e"]\nCMD ["serve"]\nFROM x\n',
    "app/docker/prod.Dockerfile.dockerignore": "own\n",
    "app/.dockerignore": "shared\n",
  };

  it("know their Dockerfile, stage and ignore file", () => {
    const { build } = service(files);
    assert.equal(build?.link.dockerfile?.path, "app/docker/prod.Dockerfile");
    assert.equal(build?.link.stage?.name, "run");
    assert.equal(build?.link.ignore?.path, "app/docker/prod.Dockerfile.dockerignore");
  });

  it("are found behind an image name that another service builds", () => {
    const project = read(files).composeProjects[0];
    const worker = project?.services.find(({ name }) => name === "b");
    assert.ok(project !== undefined && worker !== undefined);
    const image = imageIn(project, worker);
    assert.deepEqual(effectiveCommand(worker, image)?.words, ["e", "work"]);
    assert.equal(effectiveHealthcheck(worker, image)?.from, "dockerfile");
  });

  it("from elsewhere are unknown, not wrong", () => {
    assert.equal(service(files, "c").build?.link.dockerfilePath, undefined);
    assert.equal(service(files, "d").build?.context, undefined);
    assert.deepEqual(messages(read(files)), []);
  });
});

describe("bad input", () => {
  it("of extends in a circle is named once and costs only that", () => {
    const facts = read({
      "compose.yaml":
        "services:\n  a:\n    extends: b\n    image: x\n  b:\n    extends: { file: o.yaml, service: c }\n",
      "o.yaml": "services:\n  c:\n    extends: { file: compose.yaml, service: a }\n",
    });
    assert.equal(facts.composeProjects[0]?.services[0]?.image?.value.text, "x");
    assert.ok(messages(facts).some((message) => /extends itself/.test(message)));
  });

  it("of includes in a circle is named", () => {
    const facts = read({
      "compose.yaml": "include: [b.yaml]\nservices: { a: { image: x } }\n",
      "b.yaml": "include: [compose.yaml]\nservices: { b: { image: y } }\n",
    });
    assert.match(messages(facts).join("\n"), /b\.yaml:1 compose\.yaml includes itself/);
    assert.deepEqual(facts.composeProjects[0]?.services.map(({ name }) => name).sort(), ["a", "b"]);
  });

  it("of files that are not there is named", () => {
    const facts = read({
      "compose.yaml":
        "include: [none.yaml, ../up.yaml]\nservices:\n  a: { image: x, extends: { file: gone.yaml, service: z }, env_file: no.env }\n",
    });
    const told = messages(facts).join("\n");
    assert.match(told, /no file none\.yaml/);
    assert.match(told, /up\.yaml is outside/);
    assert.match(told, /z, which is not there in gone\.yaml/);
    assert.deepEqual(
      facts.composeProjects[0]?.services[0]?.envFiles.map(({ exists }) => exists),
      [false],
    );
  });

  it("of aliases that multiply is stopped", () => {
    const levels = Array.from({ length: 12 }, (_, level) => {
      const inside = level === 0 ? "x" : Array.from({ length: 10 }, () => `*l${level - 1}`).join(", ");
      return `l${level}: &l${level} [${inside}]`;
    });
    const facts = read({
      "compose.yaml": `${levels.join("\n")}\nservices:\n  a: { image: x, command: *l11 }\n`,
    });
    assert.match(messages(facts).join("\n"), /aliases stand for more than/);
    assert.equal(facts.composeProjects[0]?.services[0]?.image?.value.text, "x");
  });

  it("of nesting without end, of other kinds of values and of no YAML at all does not throw", () => {
    for (const text of [
      "[".repeat(20_000),
      "services: [1, 2]",
      "services: { a: 1, b: [x], c: }",
      "services: { a: { ports: x, volumes: { a: b }, environment: [1, {a: b}], build: [x], healthcheck: y, deploy: [] } }",
      "- a\n- b\n",
      "a: *nothing\nservices: { a: { <<: *gone, image: x } }\n",
      "\t",
      "",
      "%YAML 9.9\n---\nservices: {}\n",
      "? [a, b]\n: c\nservices: { a: { image: x } }\n",
    ]) {
      assert.doesNotThrow(() => read({ "compose.yaml": text }), text.slice(0, 40));
    }
  });

  it("of a byte-order mark and carriage returns changes nothing", () => {
    const { image, ports } = service({
      "compose.yaml": "\uFEFFservices:\r\n  a:\r\n    image: x:1\r\n    ports:\r\n      - 80:80\r\n",
    });
    assert.equal(image?.value.tag, "1");
    assert.deepEqual([ports[0]?.span.line, ports[0]?.span.column], [5, 9]);
  });
});

describe("an alias as a key", () => {
  it("is read as Compose reads it, without a blank before the colon", () => {
    const facts = read({
      "compose.yaml":
        "x-net: &shop-net backend\nservices:\n  a:\n    image: alpine\n    networks:\n      *shop-net:\n        aliases: [b]\nnetworks:\n  backend: {}\n",
    });
    assert.deepEqual(messages(facts), []);
    assert.deepEqual(
      facts.composeProjects[0]?.services[0]?.networks.map(({ name, aliases }) => [name, aliases]),
      [["backend", ["b"]]],
    );
  });

  it("is told when nothing has that name", () => {
    const facts = read({ "compose.yaml": "services:\n  *gone:\n    image: alpine\n" });
    assert.equal(messages(facts).length, 1);
  });
});

describe("arguments that a build gives", () => {
  const Dockerfile =
    "ARG BASE=debian:13\nFROM ${BASE}\nARG PORT=80\nEXPOSE ${PORT}\nFROM node:22 AS other\nONBUILD ENV MODE=late\nFROM other\n";

  it("decide what FROM, EXPOSE and the like mean for the service", () => {
    const image = imageOf(
      service({
        Dockerfile,
        "compose.yaml":
          'services:\n  a:\n    build:\n      context: .\n      target: "0"\n      args: { BASE: "alpine:3.22", PORT: 8080 }\n',
      }),
    );
    assert.equal(image.kind === "built" ? image.stage.rootImage?.text : undefined, "alpine:3.22");
    assert.deepEqual(
      image.kind === "built" ? image.stage.config.exposed.map(({ port }) => port) : [],
      [8080],
    );
  });

  it("leave it open when their value comes from outside", () => {
    const image = imageOf(
      service({
        Dockerfile,
        "compose.yaml":
          'services:\n  a:\n    build: { context: ., target: "0", args: { BASE: "${BASE_IMAGE}" } }\n',
      }),
    );
    assert.equal(image.kind === "built" ? image.stage.base.kind : undefined, "unknown");
  });
});

describe("variables of a build", () => {
  it("have the value that was said last, by ARG or ENV, also in stages that start from there", () => {
    const [dockerfile] = read({
      Dockerfile:
        "FROM scratch AS a\nENV MODE=env PORT=1\nARG MODE=arg\nARG PORT\nARG USER=5\nFROM a\nUSER $USER\nEXPOSE $PORT\nLABEL mode=$MODE\n",
    }).dockerfiles;
    const config = dockerfile?.stages[1]?.config;
    assert.equal(config?.user?.value, "5");
    assert.equal(config?.exposed[0]?.port, 1);
    assert.equal(config?.labels.get("mode")?.value, "arg");
    assert.equal(config?.env.get("MODE")?.value, "env");
  });
});

describe("ONBUILD of a stage of the same file", () => {
  it("runs in the stage that starts from it, and not in the next", () => {
    const [dockerfile] = read({
      Dockerfile: "FROM alpine AS a\nONBUILD USER 1000\nFROM a AS b\nFROM b\nRUN true\n",
    }).dockerfiles;
    assert.deepEqual(
      dockerfile?.stages.map(({ config, instructions }) => [config.user?.value, instructions.length]),
      [
        [undefined, 1],
        ["1000", 1],
        ["1000", 1],
      ],
    );
  });
});
