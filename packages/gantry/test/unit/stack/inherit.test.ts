import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { dockerfile, memoryFiles, node, resolve } from "../../../src/index.ts";

const web = { "package.json": '{"name":"web","main":"main.js"}', "package-lock.json": "{}", "main.js": "" };

/** The service `more`, whose Dockerfile is this text. */
function more(text: string, options: Parameters<typeof dockerfile>[0] = {}) {
  const { blueprint, problems } = resolve(
    {
      name: "shop",
      services: {
        // Before what it stands on: the order of writing says nothing.
        more: {
          build: dockerfile({ context: "more", extends: { "shop-web": "web" }, ...options }),
          port: 3000,
          health: "/health",
        },
        web: { build: node({ command: ["node", "main.js"] }), port: 3000, health: "/health" },
      },
    },
    "production",
    memoryFiles({ ...web, "more/Dockerfile": text }),
  );
  assert.ok(blueprint !== undefined, JSON.stringify(problems));
  return { service: blueprint.services["more"], image: blueprint.images["more"]?.plan.image };
}

describe("a Dockerfile on top of an image of the stack", () => {
  test("has its user, programs and probe, and keeps what it says itself", () => {
    const { service, image } = more('FROM shop-web\nCOPY . .\nCMD ["node", "more.js"]\n');
    assert.equal(service?.security.user, "1000:1000");
    assert.deepEqual(image?.programs, ["bash", "node"]);
    assert.equal(image?.workdir, "/app");
    assert.deepEqual(image?.command, []);
    assert.deepEqual(more("FROM shop-web\n").image?.command, ["node", "main.js"]);
  });

  test("through stages of its own, with a tag, and after it was root for a moment", () => {
    const text = "FROM shop-web:latest AS tools\nUSER root\nRUN true\nUSER node\nFROM tools\nCOPY . .\n";
    assert.equal(more(text).service?.security.user, "1000:1000");
  });

  test("is nobody's in particular when it ends as another user, or stands on something else", () => {
    for (const text of [
      "FROM shop-web\nUSER deploy\n",
      "FROM shop-web AS a\nFROM debian\nCOPY --from=a /app /app\n",
    ])
      assert.equal(more(text, { programs: ["curl"] }).service?.security.user, undefined, text);
  });

  test("what the options say counts", () => {
    const { service, image } = more("FROM shop-web\n", { user: "7:8", programs: ["curl"] });
    assert.equal(service?.security.user, "7:8");
    assert.deepEqual(image?.programs, ["curl"]);
  });

  test("two that stand on each other end nowhere, and say nothing of each other", () => {
    const own = (on: string) => ({
      build: dockerfile({ context: "more", extends: { "shop-x": on }, programs: ["curl"] }),
      port: 3000,
      health: "/health",
    });
    const { blueprint } = resolve(
      { name: "shop", services: { a: own("b"), b: own("a") } },
      "production",
      memoryFiles({ "more/Dockerfile": "FROM shop-x\n" }),
    );
    assert.equal(blueprint?.services["a"]?.security.user, undefined);
  });
});
