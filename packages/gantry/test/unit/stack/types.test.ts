import { test } from "node:test";
import { defineStack, nginx, node, postgres } from "../../../src/index.ts";

/** The compiler is the test: each line below `@ts-expect-error` must be an error, and nothing else may be one. */
test("the compiler knows the services' names", () => {
  const db = postgres({ version: "17" });
  const api = { build: node(), port: 3000 } as const;
  defineStack({ name: "shop", services: { db, api: { ...api, uses: ["db"] } } });
  defineStack({ name: "shop", services: { api, worker: { image: "api", health: { none: "x" } } } });
  defineStack({ name: "shop", services: { tool: { image: "ghcr.io/acme/tool:1", port: 1 } } });
  // @ts-expect-error: there is no service dbb
  defineStack({ name: "shop", services: { db, api: { ...api, uses: ["dbb"] } } });
  // @ts-expect-error: there is no service apo
  defineStack({ name: "shop", services: { api, edge: nginx({ routes: { "/api": "apo" } }) } });
  // @ts-expect-error: there is no service apo
  defineStack({ name: "shop", services: { api }, environments: { production: { apo: { cpus: 1 } } } });
  // @ts-expect-error: misspelt
  defineStack({ name: "shop", services: { api: { ...api, prot: 1 } } });
  // @ts-expect-error: the version is missing
  postgres({});
});
