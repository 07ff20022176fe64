import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { until } from "../../../../testbed/sample.ts";
import { wordsOf } from "../../src/operations/ship/steps.ts";
import { type Elsewhere, startElsewhere } from "./ship/elsewhere.ts";
import { chunkOf } from "./ship/files.ts";
import { layYard, type Yard } from "./ship/yard.ts";

const quick = ["--soak", "500ms", "--watch", "0s"];

/**
 * Without live-restore an engine that comes back ends what its predecessor left running, and takes it for stopped on
 * purpose: `unless-stopped` starts nothing again (seen with Docker 26).
 */
describe("an engine without live-restore, killed in the middle of a deploy", () => {
  let elsewhere: Elsewhere;
  let yard: Yard;
  before(async () => {
    elsewhere = await startElsewhere(["node:24-trixie-slim", "nginx:1.28-trixie", "nginx:1.28-alpine-slim"], {
      liveRestore: false,
    });
    yard = await layYard({}, { environment: elsewhere.environment("tcp"), host: elsewhere.host });
    assert.equal(await yard.docker("info", "--format", "{{.LiveRestoreEnabled}}"), "false");
    yard.page("v1");
    yard.stack({
      gateway: 'site: site({ context: "page" }), routes: { "/orders": "api", "/version": "api" }',
    });
    await yard.sure("deploy");
  });
  after(async () => {
    await yard?.[Symbol.asyncDispose]();
    await elsewhere?.[Symbol.asyncDispose]();
  });

  for (const step of ["created", "ready", "switched", "drained"] as const)
    test(`killed when "${wordsOf(step)}": the next run brings the stack back and puts it right`, async () => {
      const fresh = `killed when ${step}`;
      yard.version(fresh);
      const before = await yard.docker("ps", "--quiet", "--no-trunc");
      const pids = await pidsOf(before.split("\n"));
      let struck: Promise<void> | undefined;
      const { code, out } = await yard.watch(["deploy", ...quick, "--format", "json"], (line) => {
        if (line.includes(`"state":"${wordsOf(step)}"`)) struck ??= elsewhere.crash();
      });
      assert.ok(struck !== undefined, out);
      await struck;
      assert.notEqual(code, 0, out);
      await until(
        () => yard.docker("version", "--format", "{{.Server.Version}}"),
        (version) => version !== "",
      );
      const survivors = (await pidsOf(before.split("\n"))).filter((pid) => pid !== "0" && pids.includes(pid));
      assert.deepEqual(survivors, [], "no container outlived the engine");
      const next = await yard.gantry("deploy", ...quick);
      assert.equal(next.code, 0, next.out);
      assert.match(next.out, /GTY6010.*cut off/);
      assert.equal(await yard.ask("/version"), fresh);
      assert.deepEqual(
        (await yard.running()).map((name) => name.replace(/-\d+$/, "")),
        ["api", "api", "clock", "edge", "edge-site", "worker"],
      );
    });

  async function pidsOf(ids: readonly string[]): Promise<readonly string[]> {
    const found = await Promise.all(
      ids.map((id) => yard.docker("inspect", "--format", "{{.State.Pid}}", id).catch(() => "0")),
    );
    return found;
  }

  test("nothing is left to do then", async () => {
    assert.match(await yard.sure("deploy", ...quick), /nothing was touched/);
  });

  test("open pages get the files of their build from a machine behind SSH, and behind TCP", async () => {
    for (const [way, version, earlier] of [
      ["ssh", "v2", ["v1"]],
      ["tcp", "v3", ["v1", "v2"]],
    ] as const) {
      Object.assign(yard.env, elsewhere.environment(way));
      yard.page(version);
      const said = await yard.sure("deploy", ...quick);
      assert.doesNotMatch(said, /GTY6019/);
      assert.equal(await yard.ask(), `page ${version}`);
      for (const one of earlier) assert.equal(await yard.ask(`/assets/lazy-${one}.js`), chunkOf(one));
    }
  });
});
