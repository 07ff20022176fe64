import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { nginx, node, type Problem, postgres, redis, validate } from "../../../src/index.ts";

const api = { build: node({ context: "api" }), port: 3000 };
const stack = (services: unknown, rest: object = {}): readonly Problem[] =>
  validate({ name: "shop", services, ...rest });
const only = (problems: readonly Problem[]): Problem => {
  assert.equal(problems.length, 1, JSON.stringify(problems, undefined, 1));
  return problems[0] as Problem;
};

/** Each mistake: what is written, the code, the path, and words that the answer must have. */
const mistakes: readonly (readonly [string, readonly Problem[], string, string, RegExp])[] = [
  ["a misspelt setting", stack({ api: { ...api, prot: 3000 } }), "GTY1001", "services.api.prot", /"port"/],
  [
    "a misspelt option of a part",
    stack({ db: postgres({ version: "17", memroy: "1g" } as never) }),
    "GTY1001",
    "services.db.memroy",
    /"memory"/,
  ],
  [
    "a number where a size belongs",
    stack({ db: postgres({ version: "17", memory: 512 as never }) }),
    "GTY1001",
    "services.db.memory",
    /512m/,
  ],
  [
    "a command as one text",
    stack({ api: { ...api, command: "node server.js" } }),
    "GTY1001",
    "services.api.command",
    /\["node","server.js"\]/,
  ],
  [
    "an unknown service in uses",
    stack({ db: postgres({ version: "17" }), api: { ...api, uses: ["dbb"] } }),
    "GTY1006",
    "services.api.uses[0]",
    /"db"/,
  ],
  [
    "a route to nowhere",
    stack({ api, edge: nginx({ routes: { "/api": "apo" } as never }) }),
    "GTY1006",
    'services.edge.routes["/api"]',
    /"api"/,
  ],
  [
    "an unknown shared image",
    stack({ api, worker: { image: "apii", health: { none: "x" } } }),
    "GTY1005",
    "services.worker.image",
    /"api"/,
  ],
  [
    "an image without a tag",
    stack({ tool: { image: "ghcr.io/acme/tool", port: 1 } }),
    "GTY1005",
    "services.tool.image",
    /latest/,
  ],
  ["build and image", stack({ api: { ...api, image: "x:1" } }), "GTY1004", "services.api", /both/],
  ["neither build nor image", stack({ api: { port: 1 } }), "GTY1004", "services.api", /nothing says/],
  [
    "a circle",
    stack({ api: { ...api, uses: ["web"] }, web: { ...api, uses: ["api"] } }),
    "GTY1009",
    "services.api.uses",
    /api -> web -> api/,
  ],
  [
    "a path outside",
    stack({ api: { build: node({ context: "../other" }), port: 1 } }),
    "GTY1008",
    "services.api.build.context",
    /outside/,
  ],
  [
    "a secret in clear",
    stack({ api: { ...api, env: { API_KEY: "abc" } } }),
    "GTY1013",
    "services.api.env.API_KEY",
    /secrets: \["API_KEY"\]/,
  ],
  ["a user by name", stack({ api: { ...api, user: "node" } }), "GTY1011", "services.api.user", /uid:gid/],
  [
    "two probes",
    stack({ api: { ...api, health: { http: "/", tcp: 1 } } }),
    "GTY1001",
    "services.api.health",
    /one probe/,
  ],
  [
    "a wrong environment",
    stack({ api }, { environments: { prod: {} } }),
    "GTY1001",
    "environments.prod",
    /"production"/,
  ],
  ["a name that Docker refuses", stack({ a: api }), "GTY1001", "services.a", /two characters/],
  [
    "an unknown use of Redis",
    stack({ cache: redis({ version: "8", use: "chache" as never }) }),
    "GTY1001",
    "services.cache.use",
    /"cache"/,
  ],
];

describe("validate", () => {
  for (const [name, problems, code, path, words] of mistakes) {
    test(name, () => {
      const problem = only(problems);
      assert.equal(problem.code, code);
      assert.equal(problem.path, path);
      assert.match(`${problem.what} ${problem.why ?? ""} ${problem.fix ?? ""}`, words);
    });
  }

  test("finds nothing in a sound stack", () => {
    assert.deepEqual(
      stack({
        db: postgres({ version: "17" }),
        api: { ...api, uses: ["db"], env: { SECRET_KEY_FILE: "/x", PUBLIC_KEY: "y" } },
      }),
      [],
    );
  });

  test("reports every problem at once, in the order of their places", () => {
    const problems = validate({ name: "My Shop", services: { api: { ...api, prot: 1, uses: ["nope"] } } });
    assert.deepEqual(
      problems.map((problem) => problem.path),
      ["name", "services.api.prot", "services.api.uses[0]"],
    );
  });

  test("is not shaken by anything that is no stack", () => {
    for (const value of [
      undefined,
      null,
      1,
      "x",
      [],
      {},
      { name: 1, services: [] },
      { name: "shop", services: { api: null } },
    ]) {
      assert.ok(validate(value).length > 0, JSON.stringify(value));
    }
  });
});
