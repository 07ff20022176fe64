import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startLoad } from "../../../../testbed/load.ts";
import { until } from "../../../../testbed/sample.ts";
import { type Elsewhere, startElsewhere } from "./ship/elsewhere.ts";
import { layYard, type Yard } from "./ship/yard.ts";

const quick = ["--soak", "500ms", "--watch", "0s"];
const images = ["node:24-trixie-slim", "nginx:1.28-trixie"];
const uses = 'secrets: ["API_KEY"], ';

describe("an engine on another machine, through a Docker context", () => {
  let elsewhere: Elsewhere;
  let yard: Yard;
  before(async () => {
    elsewhere = await startElsewhere(images);
    yard = await layYard(
      { extra: `${uses} ` },
      { environment: elsewhere.environment("ssh"), host: elsewhere.host },
    );
    yard.stack({
      extra: uses,
      mounts: ', "/words": { folder: "words", readOnly: true }',
    });
    yard.write("words/greeting", "good morning");
    yard.env["API_KEY"] = "first-key-7d1f0c55";
  });
  after(async () => {
    await yard?.[Symbol.asyncDispose]();
    await elsewhere?.[Symbol.asyncDispose]();
  });

  /** What all containers that serve read. */
  async function read(file: string): Promise<string> {
    const names = (await yard.running()).filter((name) => name.startsWith("api-"));
    const found = await Promise.all(
      names.map((name) => yard.docker("exec", `${yard.name}-production-${name}`, "cat", file)),
    );
    assert.equal(names.length, 2);
    return [...new Set(found)].join(" and ");
  }

  /** Files on that machine's disk that hold a text. */
  const onDisk = (text: string): Promise<string> =>
    elsewhere.there(
      "sh",
      "-c",
      `grep -rlF --exclude-dir=proc '${text}' /var /etc /tmp /root 2>/dev/null || true`,
    );

  test("a first deploy over SSH: secrets are in its memory and nowhere on its disk, files that are mounted are there", async () => {
    await yard.sure("deploy");
    assert.equal(await yard.ask(), "v1");
    assert.equal(await read("/run/secrets/API_KEY"), "first-key-7d1f0c55");
    assert.equal(await read("/words/greeting"), "good morning");
    const folder = `/run/gantry/${yard.name}-production`;
    assert.equal(await elsewhere.there("stat", "-c", "%a %U", folder), "700 root");
    assert.equal(await elsewhere.there("stat", "-f", "-c", "%T", folder), "tmpfs");
    assert.equal(await onDisk("first-key-7d1f0c55"), "");
    assert.equal(await elsewhere.there("sh", "-c", `ls -d ${yard.root} 2>/dev/null || true`), "");
    assert.equal(await elsewhere.there("docker", "images", "--quiet", "gantry-carrier"), "");
  });

  test("a rotated secret, a new version and the way back under load, over SSH and over TCP", async () => {
    await using load = startLoad({
      url: yard.url,
      clients: { get: 3, "get-new": 2, post: 2, websocket: 1, events: 1 },
      pauseMs: 10,
    });
    yard.version("v2");
    yard.env["API_KEY"] = "second-key-b2a94e13";
    await yard.sure("deploy", ...quick);
    assert.equal(await yard.ask(), "v2");
    assert.equal(await read("/run/secrets/API_KEY"), "second-key-b2a94e13");
    await yard.sure("rollback", ...quick);
    assert.equal(await yard.ask(), "v1");
    assert.equal(await read("/run/secrets/API_KEY"), "second-key-b2a94e13");

    Object.assign(yard.env, elsewhere.environment("tcp"));
    yard.version("broken", "ends at once");
    yard.env["API_KEY"] = "third-key-30c86f7a";
    assert.equal((await yard.gantry("deploy", ...quick)).code, 6);
    const delivered = `/run/gantry/${yard.name}-production/API_KEY`;
    assert.equal(await elsewhere.there("cat", delivered), "second-key-b2a94e13");
    yard.version("v3");
    await yard.sure("deploy", ...quick);
    assert.equal(await read("/run/secrets/API_KEY"), "third-key-30c86f7a");
    const { failures, orders } = await load.stop();
    assert.deepEqual(failures, []);
    const known = new Set((await yard.ledger("orders-*")).split("\n"));
    assert.deepEqual(
      orders.filter((id) => !known.has(id)),
      [],
    );
    for (const key of ["second-key-b2a94e13", "third-key-30c86f7a"]) assert.equal(await onDisk(key), "");
  });

  test("an engine that is killed in the middle: the stack goes on serving, and the next run puts it right", async (t) => {
    await using load = startLoad({ url: yard.url, clients: { get: 2, "get-new": 2, post: 1 }, pauseMs: 20 });
    yard.version("v4");
    let struck: Promise<void> | undefined;
    const { code, out } = await yard.watch(["deploy", ...quick, "--format", "json"], (line) => {
      // The new containers run, and the gateway has not switched.
      if (line.includes('"new containers are ready"')) struck ??= elsewhere.crash();
    });
    await struck;
    assert.notEqual(code, 0, out);
    assert.match(out, /GTY\d{4}/);
    await until(
      () => yard.docker("version", "--format", "{{.Server.Version}}"),
      (version) => version !== "",
      60,
    );
    assert.equal(await yard.ask(), "v3");
    const next = await yard.gantry("deploy", ...quick);
    assert.equal(next.code, 0, next.out);
    assert.match(next.out, /GTY6010/);
    assert.equal(await yard.ask(), "v4");
    assert.deepEqual(
      (await yard.running()).map((name) => name.replace(/-\d+$/, "")),
      ["api", "api", "clock", "edge", "worker"],
    );
    const { failures, good } = await load.stop();
    // Who is connected notices nothing. An engine that starts sets its ports up anew, and nobody gets in for that moment.
    const refused = failures.filter(({ kind, what }) => kind === "get-new" && what === "ECONNREFUSED");
    t.diagnostic(
      `${good.get + good["get-new"] + good.post} answers, ${refused.length} not let in by the engine`,
    );
    assert.deepEqual(
      failures.filter((one) => !refused.includes(one)),
      [],
    );
  });

  test("a machine that takes connections and says nothing is given up, and left alone", async () => {
    const { code, out } = await elsewhere.asleep(() => yard.gantry("deploy"));
    assert.equal(code, 4, out);
    assert.match(out, /GTY3\d{3}[\s\S]*said nothing/);
    assert.equal(await yard.ask(), "v4");
  });

  test("down takes the secrets away too", async () => {
    await yard.sure("down", "--env", "production");
    assert.equal(
      await elsewhere.there(
        "sh",
        "-c",
        `ls -d /run/gantry/${yard.name}-production /var/lib/gantry/${yard.name}-production 2>/dev/null || true`,
      ),
      "",
    );
  });
});
