import assert from "node:assert/strict";
import { copyFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { startLoad } from "../../../../testbed/load.ts";
import { until } from "../../../../testbed/sample.ts";
import { layYard, type Yard } from "./ship/yard.ts";

const quick = ["--soak", "500ms", "--watch", "0s"];

interface Recorded {
  readonly result: {
    readonly serving: number;
    readonly generations: readonly {
      readonly generation: number;
      readonly kind: string;
      readonly content: number;
      readonly outcome: string;
      readonly by: string;
      readonly durationMs: number;
      readonly services: Readonly<Record<string, { readonly image: string; readonly replicas: number }>>;
    }[];
  };
}

describe("generations: plan, history, rollback and scale", () => {
  let yard: Yard;
  before(async () => {
    yard = await layYard();
    await yard.sure("deploy");
  });
  after(async () => yard?.[Symbol.asyncDispose]());

  const kinds = async (): Promise<readonly string[]> =>
    (await yard.running()).map((name) => name.replace(/-\d+$/, ""));
  const recorded = async (): Promise<Recorded["result"]> => {
    const out = await yard.sure("history", "--format", "json");
    return (JSON.parse(out.trim().split("\n").at(-1) ?? "") as Recorded).result;
  };

  test("a plan says what would change and what would be away, and changes nothing", async () => {
    const images = await yard.docker(
      "images",
      "--no-trunc",
      "--format",
      "{{.Repository}}:{{.Tag}} {{.ID}}",
      `${yard.name}-api`,
    );
    const running = await yard.running();
    assert.match(await yard.sure("deploy", "--plan"), /runs as it should; nothing would be touched/);
    yard.version("v2");
    const plan = await yard.sure("deploy", "--plan");
    assert.match(plan, /would become generation 2/);
    assert.match(plan, /api-migrate +runs once/);
    assert.match(plan, /api +2 new ones beside the old.*the gateway moves requests: its image changed/);
    assert.match(plan, /clock +the old stops.*because it may only ever run once[\s\S]*away for 1 s to 32 s/);
    assert.match(plan, /not touched: edge/);
    assert.deepEqual(await yard.running(), running);
    assert.equal(
      await yard.docker(
        "images",
        "--no-trunc",
        "--format",
        "{{.Repository}}:{{.Tag}} {{.ID}}",
        `${yard.name}-api`,
      ),
      images,
    );
    assert.equal((await recorded()).generations.length, 1);
  });

  test("only what changed is replaced, and nothing when nothing did", async () => {
    const edge = await yard.docker("inspect", "--format", "{{.Id}}", `${yard.name}-production-edge-1`);
    assert.match(await yard.sure("deploy", ...quick), /serves generation 2/);
    assert.equal(await yard.docker("inspect", "--format", "{{.Id}}", `${yard.name}-production-edge-1`), edge);
    const running = await yard.running();
    assert.match(await yard.sure("deploy", ...quick), /nothing was touched/);
    assert.deepEqual(await yard.running(), running);
    assert.equal((await recorded()).generations.length, 2);
  });

  test("back to what served before, forward again by number, and the migrations stay", async () => {
    await using load = startLoad({
      url: yard.url,
      clients: { get: 3, "post-new": 2, websocket: 1 },
      pauseMs: 5,
    });
    await yard.sure("rollback", ...quick);
    assert.equal(await yard.ask(), "v1");
    await yard.sure("rollback", "2", ...quick);
    assert.equal(await yard.ask(), "v2");
    assert.deepEqual((await load.stop()).failures, []);
    assert.equal((await yard.ledger("migrations")).trim(), "v1\nv2");
    const { generations, serving } = await recorded();
    assert.equal(serving, 4);
    assert.deepEqual(
      generations.map(({ generation, kind, content, outcome }) => [generation, kind, content, outcome]),
      [
        [4, "rollback", 2, "ok"],
        [3, "rollback", 1, "ok"],
        [2, "deploy", 2, "ok"],
        [1, "deploy", 1, "ok"],
      ],
    );
    for (const { by, durationMs, services } of generations) {
      assert.notEqual(by, "");
      assert.ok(durationMs > 0);
      assert.match(services["api"]?.image ?? "", /^sha256:[0-9a-f]{64}$/);
    }
  });

  test("a generation that never was, and one whose image is gone", async () => {
    const unknown = await yard.gantry("rollback", "77");
    assert.equal(unknown.code, 2);
    assert.match(unknown.out, /GTY6007[\s\S]*Kept are 1/);
    await yard.docker("rmi", "--force", `${yard.name}-api:generation-1`);
    const running = await yard.running();
    const gone = await yard.gantry("rollback", "1");
    assert.equal(gone.code, 1, gone.out);
    assert.match(gone.out, /GTY6008/);
    assert.deepEqual(await yard.running(), running);
    assert.equal(await yard.ask(), "v2");
  });

  test("more and fewer without a failed request, and a later deploy keeps the number", async () => {
    await using load = startLoad({
      url: yard.url,
      clients: { get: 3, "get-new": 2, post: 2, events: 1 },
      pauseMs: 5,
    });
    await yard.sure("scale", "api=4", "worker=2", ...quick);
    assert.deepEqual(await kinds(), ["api", "api", "api", "api", "clock", "edge", "worker", "worker"]);
    await yard.sure("scale", "api=1", ...quick);
    assert.deepEqual(await kinds(), ["api", "clock", "edge", "worker", "worker"]);
    yard.version("v3");
    await yard.sure("deploy", ...quick);
    assert.deepEqual(await kinds(), ["api", "clock", "edge", "worker", "worker"]);
    await yard.sure("scale", "api=2", "worker=1", ...quick);
    assert.deepEqual(await kinds(), ["api", "api", "clock", "edge", "worker"]);
    assert.equal(await yard.ask(), "v3");
    assert.deepEqual((await load.stop()).failures, []);
    const twice = await yard.gantry("scale", "clock=2");
    assert.equal(twice.code, 2);
    assert.match(twice.out, /GTY6012 +clock cannot run more than once/);
  });

  test("what Compose itself would do now is nothing: its own tools agree with what runs", async () => {
    const running = await yard.running();
    const file = `${yard.root}/deploy/compose.production.yaml`;
    const listed = await yard.docker("compose", "-f", file, "ps", "--format", "{{.Name}}");
    assert.deepEqual(
      listed
        .split("\n")
        .map((name) => name.replace(`${yard.name}-production-`, ""))
        .sort(),
      running,
    );
    await yard.docker("compose", "-f", file, "up", "--detach", "--wait", "--no-build");
    assert.deepEqual(await yard.running(), running);
  });

  test("a gateway that was restarted goes by names, and the next deploy is as quiet as ever", async () => {
    await yard.docker("restart", `${yard.name}-production-edge-1`);
    await until(
      () => yard.ask(),
      (text) => text === "v3",
      20,
    );
    await using load = startLoad({ url: yard.url, clients: { get: 3, "get-new": 2, post: 2 }, pauseMs: 5 });
    yard.version("v4");
    await yard.sure("deploy", ...quick);
    assert.equal(await yard.ask(), "v4");
    assert.deepEqual((await load.stop()).failures, []);
  });

  test("a container that dies and comes back is found again by its name", async () => {
    await yard.sure("scale", "api=1", ...quick);
    const api = (await yard.running()).find((name) => name.startsWith("api-"));
    await yard.docker("kill", `${yard.name}-production-${api}`);
    await yard.docker("start", `${yard.name}-production-${api}`);
    await until(
      () => yard.ask(),
      (text) => text === "v4",
      20,
    );
  });

  test("the last five are kept with their images, and no more", async () => {
    for (const version of ["v5", "v6", "v7"]) {
      yard.version(version);
      await yard.sure("deploy", "--soak", "0s", "--watch", "0s");
    }
    const tags = (await yard.docker("images", "--format", "{{.Tag}}", `${yard.name}-api`)).split("\n");
    const kept = tags.filter((tag) => tag.startsWith("generation-"));
    assert.equal(kept.length, 5, tags.join(" "));
  });

  test("prune gives up what is older, and nothing that serves or can come back", async () => {
    const repository = `${yard.name}-api`;
    const folder = join(yard.root, ".gantry/deploy", `${yard.name}-production`, "generations");
    const tags = async (): Promise<readonly string[]> =>
      (await yard.docker("images", "--format", "{{.Tag}}", repository)).split("\n").sort();
    const before = { tags: await tags(), files: readdirSync(folder).sort(), running: await yard.running() };
    // What a deploy leaves that was killed before it could clear up.
    await yard.docker("tag", `${repository}:latest`, `${repository}:generation-2`);
    const newest = before.files.findLast((name) => name.endsWith(".compose.yaml")) ?? "";
    for (const ending of ["compose.yaml", "blueprint.json"])
      copyFileSync(join(folder, newest.replace("compose.yaml", ending)), join(folder, `000002.${ending}`));
    const prune = ["prune", "generations", "--env", "production"];
    await yard.sure(...prune);
    assert.ok((await tags()).includes("generation-2"), "it only looked");
    const told = JSON.parse(
      (await yard.sure(...prune, "--yes", "--format", "json")).trim().split("\n").at(-1) ?? "",
    ) as {
      result: { generations: readonly number[] };
    };
    assert.deepEqual(told.result.generations, [2]);
    assert.deepEqual(
      { tags: await tags(), files: readdirSync(folder).sort(), running: await yard.running() },
      before,
    );
    await yard.sure("rollback", ...quick);
    assert.equal(await yard.ask(), "v6");
  });

  test("other environments are refused", async () => {
    for (const command of ["deploy", "rollback", "history"]) {
      const { code, out } = await yard.gantry(command, "--env", "dev");
      assert.equal(code, 2);
      assert.match(out, /GTY6009/);
    }
  });
});
