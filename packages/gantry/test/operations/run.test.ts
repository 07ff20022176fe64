import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { GantryError } from "../../src/base/errors.ts";
import { redactor, Secret } from "../../src/base/secret.ts";
import { newOwner } from "../../src/engine/lock.ts";
import { extraAuthorities } from "../../src/operations/build.ts";
import { debugOverride } from "../../src/operations/debug.ts";
import { execCommand } from "../../src/operations/exec.ts";
import { isolationOverride, ownerLabel, runTag } from "../../src/operations/isolation.ts";
import { writeRendered } from "../../src/operations/rendered.ts";
import { redactProblem } from "../../src/operations/session.ts";
import { chosenServices, imagesOf } from "../../src/operations/up.ts";
import { sampleBlueprint, sampleImage, sampleService } from "./sample-blueprint.ts";

const built = { kind: "built", image: "app" } as const;
const stack = sampleBlueprint(
  "parcel",
  [
    sampleService("api", {
      image: built,
      uses: ["db"],
      published: [{ host: "127.0.0.1", port: 3000, target: 3000, variable: "API_PORT", protocol: "http" }],
    }),
    sampleService("db"),
    sampleService("extra", { image: { kind: "built", image: "other" } }),
    sampleService("tests", { role: "test", image: built }),
  ],
  { images: { app: sampleImage("app"), other: sampleImage("other") } },
);

test("everything runs but the tests; named services bring what they need, and only their images are built", () => {
  assert.deepEqual([...chosenServices(stack, undefined)], ["api", "db", "extra"]);
  assert.deepEqual([...chosenServices(stack, ["api"])].sort(), ["api", "db"]);
  assert.deepEqual(imagesOf(stack, chosenServices(stack, ["api"])), ["app"]);
  assert.deepEqual(imagesOf(stack, new Set(["db"])), []);
});

test("an isolated run labels all that it makes, publishes nothing, and takes dollar signs as they are", () => {
  const owner = newOwner("gantry test");
  const text = isolationOverride(
    { ...stack, volumes: { data: { name: "data", backup: false, owner: "db" } } },
    owner,
    { service: "tests", command: ["sh", "-c", "echo $HOME ${X}"] },
  );
  assert.match(text, /ports: !reset \[\]/);
  const file = parse(text, { logLevel: "error" }) as Record<string, Record<string, Record<string, unknown>>>;
  const label = { [ownerLabel]: JSON.stringify(owner) };
  for (const name of ["api", "db", "extra", "tests"])
    assert.deepEqual(file["services"]?.[name]?.["labels"], label);
  assert.deepEqual(file["networks"]?.["default"]?.["labels"], label);
  assert.deepEqual(file["volumes"]?.["data"]?.["labels"], label);
  assert.deepEqual(file["services"]?.["tests"]?.["command"], ["sh", "-c", "echo $$HOME $${X}"]);
  assert.equal(runTag("parcel-test-0a1b2c"), "run-0a1b2c");
});

test("a debugger is for dev, and for images that know one", () => {
  const develop = {
    command: undefined,
    watch: [],
    sources: {},
    debug: { command: ["node", "--inspect=0.0.0.0:9229", "x.js"], port: 9229 },
  };
  const image = sampleImage("app", { plan: { ...sampleImage("app").plan, develop } });
  const withDebug = { ...stack, images: { ...stack.images, app: image } };
  assert.deepEqual(JSON.parse(debugOverride(withDebug, "api")), {
    services: {
      api: {
        command: ["node", "--inspect=0.0.0.0:9229", "x.js"],
        ports: [{ host_ip: "127.0.0.1", published: "9229", target: 9229 }],
      },
    },
  });
  assert.throws(() => debugOverride(stack, "api"), GantryError);
  assert.throws(() => debugOverride({ ...withDebug, environment: "production" }, "api"), GantryError);
});

test("values of variables for a command go through the environment", () => {
  const command = execCommand("abc", {
    command: ["printenv", "TOKEN"],
    tty: false,
    user: "0",
    workdir: "/tmp",
    environment: { TOKEN: "do-not-show" },
  });
  assert.equal(
    command.args.join(" "),
    "exec --interactive --user 0 --workdir /tmp --env TOKEN abc printenv TOKEN",
  );
  assert.equal(command.environment?.["TOKEN"], "do-not-show");
});

test("the first file of authorities that is there is taken", () => {
  const folder = mkdtempSync(join(tmpdir(), "gantry-ca-"));
  const file = join(folder, "ca.pem");
  writeFileSync(file, "");
  try {
    assert.equal(extraAuthorities({}), undefined);
    assert.equal(extraAuthorities({ GANTRY_EXTRA_CA: join(folder, "gone"), SSL_CERT_FILE: file }), file);
    assert.equal(extraAuthorities({ NODE_EXTRA_CA_CERTS: folder }), undefined);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("rendered files are written where they differ; nothing is written when one belongs to someone else", async () => {
  const root = mkdtempSync(join(tmpdir(), "gantry-render-"));
  const head = "# Written by Gantry from stack.ts\n";
  const project = (files: Record<string, string>): Parameters<typeof writeRendered>[0] => ({
    root,
    source: "stack.ts",
    name: "parcel",
    blueprint: () => stack,
    files: () => new Map(Object.entries(files)),
  });
  try {
    assert.deepEqual(await writeRendered(project({ a: `${head}1`, b: `${head}1` })), ["a", "b"]);
    assert.deepEqual(await writeRendered(project({ a: `${head}1`, b: `${head}2` })), ["b"]);
    writeFileSync(join(root, "a"), "by hand");
    writeFileSync(join(root, "b"), "by hand");
    const error = await writeRendered(project({ a: `${head}3`, b: `${head}3`, c: `${head}3` })).catch(
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof GantryError);
    assert.deepEqual(
      error.problems.map(({ file }) => file),
      ["a", "b"],
    );
    assert.equal(readFileSync(join(root, "a"), "utf8"), "by hand");
    assert.throws(() => readFileSync(join(root, "c")));
  } finally {
    rmSync(root, { recursive: true });
  }
});

test("a secret's value stands in no part of a problem", () => {
  const problem = redactProblem(
    {
      code: "GTY5002",
      what: "value-of-key was refused",
      why: "why value-of-key",
      fix: "fix value-of-key",
      evidence: ["postgres://u:value-of-key@db"],
    },
    redactor([new Secret("KEY", "value-of-key")]),
  );
  assert.ok(!JSON.stringify(problem).includes("value-of-key"));
  assert.deepEqual(problem.evidence, ["postgres://u:[secret KEY]@db"]);
});
