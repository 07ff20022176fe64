import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { deliveryFolder } from "../../src/engine/secret-delivery.ts";
import { layYard, type Yard } from "./ship/yard.ts";

const quick = ["--soak", "300ms", "--watch", "0s"];
const uses = 'secrets: ["API_KEY", { name: "LEGACY_TOKEN", as: "env" }],';

describe("a changed secret and the deploy that brings it", () => {
  let yard: Yard;
  before(async () => {
    yard = await layYard({ extra: uses, startPeriod: "4s" });
    Object.assign(yard.env, { API_KEY: "first-key", LEGACY_TOKEN: "first-token" });
    await yard.sure("deploy");
  });
  after(async () => yard?.[Symbol.asyncDispose]());

  /** What the containers that serve read now, and what is delivered for the next that start. */
  async function values(): Promise<readonly string[]> {
    const names = (await yard.running()).filter((name) => name.startsWith("api-"));
    const read = await Promise.all(
      names.map((name) =>
        yard.docker("exec", `${yard.name}-production-${name}`, "cat", "/run/secrets/API_KEY"),
      ),
    );
    const folder = await deliveryFolder(`${yard.name}-production`, yard.root);
    return [...new Set([...read, readFileSync(join(folder, "API_KEY"), "utf8")])];
  }

  test("a plan says which secrets everybody who may use the engine sees", async () => {
    yard.version("v2");
    const plan = await yard.sure("deploy", "--plan");
    assert.match(plan, /LEGACY_TOKEN goes into the environment of api, as LEGACY_TOKEN/);
    assert.doesNotMatch(plan, /API_KEY/);
    assert.doesNotMatch(plan, /first-token/);
    yard.version("v1");
  });

  test("its deploy fails: the old value is in force for whatever starts again, and the change is not forgotten", async () => {
    yard.env["API_KEY"] = "second-key";
    yard.version("broken", "never ready");
    const failed = await yard.gantry("deploy", ...quick);
    assert.equal(failed.code, 6, failed.out);
    assert.deepEqual(await values(), ["first-key"]);
    const [api = ""] = (await yard.running()).filter((name) => name.startsWith("api-"));
    await yard.docker("restart", `${yard.name}-production-${api}`);
    assert.deepEqual(await values(), ["first-key"]);

    yard.version("v1");
    assert.match(await yard.sure("deploy", "--plan"), /api .*a secret that it reads changed/);
    assert.deepEqual(await values(), ["first-key"], "a plan changes nothing");
    await yard.sure("deploy", ...quick);
    assert.deepEqual(await values(), ["second-key"]);
    assert.match(await yard.sure("deploy", ...quick), /nothing was touched/);
  });

  test("its build fails: nothing was delivered, and the next deploy brings it", async () => {
    yard.env["API_KEY"] = "third-key";
    yard.write("app/Dockerfile", "FROM node:24-trixie-slim\nRUN exit 3\n");
    assert.notEqual((await yard.gantry("deploy")).code, 0);
    assert.deepEqual(await values(), ["second-key"]);
    yard.version("v1");
    await yard.sure("deploy", ...quick);
    assert.deepEqual(await values(), ["third-key"]);
  });

  test("a generation that comes back has the secrets of now", async () => {
    yard.version("v3");
    await yard.sure("deploy", ...quick);
    yard.env["API_KEY"] = "fourth-key";
    await yard.sure("rollback", ...quick);
    assert.equal(await yard.ask(), "v1");
    assert.deepEqual(await values(), ["fourth-key"]);
  });

  test("more of what serves have the values that it has, until a deploy brings others to all", async () => {
    yard.env["API_KEY"] = "fifth-key";
    await yard.sure("scale", "api=3", ...quick);
    assert.deepEqual(await values(), ["fourth-key"]);
    await yard.sure("deploy", ...quick);
    assert.deepEqual(await values(), ["fifth-key"]);
    assert.equal((await yard.running()).filter((name) => name.startsWith("api-")).length, 3);
  });

  test("killed in the middle: the next run gives the old value back, then brings the new one", async () => {
    const child = new URL("ship/die-at.ts", import.meta.url).pathname;
    yard.env["API_KEY"] = "sixth-key";
    assert.equal((await yard.run(child, yard.root, "started")).code, 137);
    yard.env["API_KEY"] = "fifth-key";
    const { code, out } = await yard.gantry("deploy", ...quick);
    assert.equal(code, 0, out);
    assert.match(out, /GTY6010/);
    assert.deepEqual(await values(), ["fifth-key"]);
    yard.env["API_KEY"] = "sixth-key";
    await yard.sure("deploy", ...quick);
    assert.deepEqual(await values(), ["sixth-key"]);
  });
});
