import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parse } from "yaml";
import { node, render } from "../../../src/index.ts";
import { blueprintOf, exampleFiles, exampleStack } from "../stack/example.ts";

const environments = ["dev", "test", "production"] as const;
const rendered = (stack: unknown = exampleStack, files = exampleFiles): ReadonlyMap<string, string> =>
  render(environments.map((environment) => blueprintOf(stack, environment, files)));

interface Compose {
  services: Record<string, Record<string, unknown>>;
  networks: Record<string, unknown>;
  secrets: Record<string, { file: string }>;
}
const compose = (file: string, stack: unknown = exampleStack): Compose =>
  parse(rendered(stack).get(`deploy/${file}`) ?? "", { merge: true }) as Compose;

describe("render", () => {
  test("the same bytes each time, and whatever order the services were written in", () => {
    const turned = {
      ...exampleStack,
      services: Object.fromEntries(Object.entries(exampleStack.services).reverse()),
    };
    assert.deepEqual([...rendered()], [...rendered()]);
    assert.deepEqual([...rendered(turned)], [...rendered()]);
  });

  test("every file says where it comes from", () => {
    // The kernel wants a script's interpreter in the very first line.
    for (const [path, content] of rendered())
      assert.match(
        content.replace(/^#!.*\n/, "").split("\n")[0] ?? "",
        /Written by Gantry from stack\.ts/,
        path,
      );
  });

  test("no file asks BuildKit for another frontend, and none changes owners in a tree", () => {
    for (const [path, content] of rendered()) assert.doesNotMatch(content, /^# *syntax=|chown -R/m, path);
  });

  test("start_interval never stands without start_period", () => {
    for (const service of Object.values(compose("compose.production.yaml").services)) {
      const health = service["healthcheck"] as Record<string, unknown> | undefined;
      if (health !== undefined)
        assert.ok(health["start_period"] !== undefined && health["start_interval"] !== undefined);
    }
  });

  test("a worker that shares an image has a probe of its own kind", () => {
    const { api, worker } = compose("compose.production.yaml").services;
    assert.match(JSON.stringify(api?.["healthcheck"]), /\/dev\/tcp\/127\.0\.0\.1\/3000;.*GET \/health HTTP/);
    assert.match(JSON.stringify(worker?.["healthcheck"]), /stat -c %Y \/tmp\/alive/);
    assert.doesNotMatch(rendered().get("deploy/api.Dockerfile") ?? "", /HEALTHCHECK/);
  });

  test("a dollar sign of the user's means itself; Compose's own variables stay", () => {
    const stack = {
      ...exampleStack,
      services: {
        ...exampleStack.services,
        api: { ...exampleStack.services.api, env: { PRICE: "5$ or ${X}" }, command: ["echo", "$HOME"] },
      },
    };
    const { api } = compose("compose.production.yaml", stack).services;
    assert.equal((api?.["environment"] as Record<string, string> | undefined)?.["PRICE"], "5$$ or $${X}");
    assert.deepEqual(api?.["command"], ["echo", "$$HOME"]);
    assert.equal(api?.["image"], "${REGISTRY:+${REGISTRY:-}/}shop-api:${TAG:-latest}");
  });

  test("words that YAML 1.1 takes for booleans are quoted", () => {
    assert.match(rendered().get("deploy/compose.production.yaml") ?? "", /"yes"/);
  });

  test("overrides are merged last: objects merge, lists replace, null removes", () => {
    const stack = {
      ...exampleStack,
      overrides: {
        compose: { production: { services: { api: { cap_drop: ["NET_RAW"], user: null } } } },
        dockerfile: { api: ["ENV EXTRA=1"] },
        bake: ['group "mine" { targets = ["api"] }'],
      },
      services: {
        ...exampleStack.services,
        worker: { ...exampleStack.services.worker, compose: { labels: { a: "b" } } },
      },
    };
    const { services } = compose("compose.production.yaml", stack);
    assert.deepEqual(services["api"]?.["cap_drop"], ["NET_RAW"]);
    assert.equal(services["api"]?.["user"], undefined);
    assert.deepEqual(services["worker"]?.["labels"], { a: "b" });
    assert.match(rendered(stack).get("deploy/api.Dockerfile") ?? "", /ENV EXTRA=1\n$/);
    assert.match(rendered(stack).get("deploy/docker-bake.hcl") ?? "", /group "mine"/);
  });

  test("no password stands in any file, and secrets come as files", () => {
    assert.deepEqual(Object.keys(compose("compose.production.yaml").secrets), ["DB_PASSWORD", "SESSION_KEY"]);
    for (const [path, content] of rendered()) assert.doesNotMatch(content, /:\/\/\w+:\w+@/, path);
  });

  test("an image of sources that run as they are has no build stage and no compiler", () => {
    const files = {
      ...exampleFiles,
      "api/package.json": JSON.stringify({ scripts: { start: "node server.js" } }),
    };
    const dockerfile =
      rendered(
        {
          ...exampleStack,
          services: { api: { build: node({ context: "api" }), port: 3000 } },
          test: undefined,
        },
        files,
      ).get("deploy/api.Dockerfile") ?? "";
    assert.doesNotMatch(dockerfile, /AS build/);
    assert.match(dockerfile, /npm ci --omit=dev/);
    assert.match(dockerfile, /^COPY \. \/app\/$/m);
  });
});
