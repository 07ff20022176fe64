import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { GantryError } from "../../src/base/errors.ts";
import { Secret } from "../../src/base/secret.ts";
import { createOnce, prepareState, writeAtomic, writeIfChanged } from "../../src/engine/files.ts";
import { isHeld, type LockOwner, newOwner, processStarted, takeLock } from "../../src/engine/lock.ts";
import { isFree, listeningInodes, portOwner } from "../../src/engine/ports.ts";
import {
  completeSecrets,
  deliverSecrets,
  endExchange,
  exchangeSecrets,
  outdatedFiles,
} from "../../src/engine/secret-delivery.ts";
import { findSecrets } from "../../src/engine/secrets.ts";

let root = "";
before(() => {
  root = mkdtempSync(join(tmpdir(), "gantry-files-"));
});
beforeEach(() => {
  rmSync(root, { recursive: true, force: true });
  root = mkdtempSync(join(tmpdir(), "gantry-files-"));
});
after(() => rmSync(root, { recursive: true, force: true }));

const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);

test("a file is replaced whole, with the rights asked for, and no other is left beside it", async () => {
  const path = join(root, "deep/er/file");
  await writeAtomic(path, "one", 0o644);
  await writeAtomic(path, "two", 0o600);
  assert.equal(readFileSync(path, "utf8"), "two");
  assert.equal(mode(path), "600");
  assert.deepEqual(readdirSync(join(root, "deep/er")), ["file"]);
});

test("a file that is right is not touched", async () => {
  const path = join(root, "file");
  assert.equal(await writeIfChanged(path, "one"), true);
  const before = statSync(path).ino;
  assert.equal(await writeIfChanged(path, "one"), false);
  assert.equal(statSync(path).ino, before);
});

test("of many that create a file one wins, and all see its whole content", async () => {
  const path = join(root, "file");
  const won = await Promise.all(Array.from({ length: 20 }, (_, i) => createOnce(path, `content ${i}`)));
  const winner = won.indexOf(true);
  assert.equal(won.filter(Boolean).length, 1);
  assert.equal(readFileSync(path, "utf8"), `content ${winner}`);
  assert.deepEqual(readdirSync(root), ["file"]);
});

test("the state folder keeps itself out of Git", async () => {
  const folder = await prepareState(root);
  assert.equal(readFileSync(join(folder, ".gitignore"), "utf8"), "*\n");
});

test("a lock is held by one, says by whom, and is free afterwards", async () => {
  const file = join(root, "lock");
  {
    await using lock = await takeLock(file, "parcel-dev", "gantry up");
    assert.equal(lock.owner.pid, process.pid);
    const error = await takeLock(file, "parcel-dev", "gantry down").then(
      () => undefined,
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof GantryError);
    assert.equal(error.problems[0]?.what, "Another run is busy with parcel-dev");
    assert.match(error.problems[0]?.why ?? "", /gantry up of \S+ \(process \d+ on /);
  }
  await using _again = await takeLock(file, "parcel-dev", "gantry down");
});

test("a lock whose process is gone is taken over, and so is one that nobody can read", async () => {
  const file = join(root, "lock");
  writeFileSync(file, JSON.stringify({ ...newOwner("gantry up"), pid: 2 ** 22 + 1 }));
  {
    await using _lock = await takeLock(file, "parcel-dev", "gantry up");
  }
  writeFileSync(file, "{ half a");
  await using _lock = await takeLock(file, "parcel-dev", "gantry up");
});

test("a number that belongs to another process by now does not hold a lock", () => {
  const owner = newOwner("gantry up");
  assert.equal(isHeld(owner), true);
  assert.equal(isHeld({ ...owner, started: "1" }), false);
  assert.equal(processStarted(2 ** 22 + 1), undefined);
});

test("a lock of another host is refused while it gives signs of life, and taken over when it gives none", async () => {
  const file = join(root, "lock");
  const stranger = { ...newOwner("gantry deploy"), host: "elsewhere", since: Date.now() + 86_400_000 };
  const rhythm = { beatMs: 20, patienceMs: 10_000 };
  writeFileSync(file, JSON.stringify({ ...stranger, beat: 0 }));
  let beat = 0;
  const alive = setInterval(() => writeFileSync(file, JSON.stringify({ ...stranger, beat: ++beat })), 20);
  const error = await takeLock(file, "parcel-dev", "gantry down", { rhythm }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  clearInterval(alive);
  assert.ok(error instanceof GantryError);
  assert.match(error.problems[0]?.why ?? "", /gantry deploy of \S+ \(process \d+ on elsewhere\)/);
  await using lock = await takeLock(file, "parcel-dev", "gantry down", {
    rhythm: { beatMs: 20, patienceMs: 100 },
  });
  assert.equal(lock.owner.purpose, "gantry down");
  assert.match(readFileSync(file, "utf8"), /gantry down/);
});

test("waiting for a lock of another host ends with the signal", async () => {
  const file = join(root, "lock");
  writeFileSync(file, JSON.stringify({ ...newOwner("gantry up"), host: "elsewhere", beat: 0 }));
  const signal = AbortSignal.abort(new Error("enough"));
  await assert.rejects(takeLock(file, "parcel-dev", "gantry down", { signal }), { name: "AbortError" });
});

test("who holds a lock shows it", async () => {
  const file = join(root, "lock");
  await using _lock = await takeLock(file, "parcel-dev", "gantry up", {
    rhythm: { beatMs: 5, patienceMs: 1000 },
  });
  const first = readFileSync(file, "utf8");
  while (readFileSync(file, "utf8") === first) await new Promise((done) => setTimeout(done, 5));
  assert.equal((JSON.parse(readFileSync(file, "utf8")) as LockOwner).purpose, "gantry up");
});

test("what a run of another host left is not touched for a day", () => {
  const owner = { ...newOwner("gantry test"), host: "elsewhere" };
  assert.equal(isHeld(owner, hostname(), owner.since + 86_399_000), true);
  assert.equal(isHeld(owner, hostname(), owner.since + 86_401_000), false);
});

const request = { name: "KEY", generate: true, bytes: 32, usedBy: ["api"] };
const from = (variables: Record<string, string>, create = true): Parameters<typeof findSecrets>[1] => ({
  root,
  environment: "dev",
  variables,
  create,
});

test("a secret comes from its variable, then from its file, then from what Gantry keeps", async () => {
  const value = async (variables: Record<string, string>): Promise<string | undefined> =>
    (await findSecrets([request], from(variables)))[0]?.reveal();
  writeFileSync(join(root, "key"), "from file\n");
  const made = await value({});
  assert.match(made ?? "", /^[\w-]{43}$/);
  assert.equal(await value({}), made);
  assert.equal(await value({ KEY_FILE: join(root, "key") }), "from file");
  assert.equal(await value({ KEY: "direct", KEY_FILE: join(root, "key") }), "direct");
  assert.equal(mode(join(root, ".gantry/secrets/dev")), "700");
});

test("runs that make up a secret at the same time end with the same one", async () => {
  const values = await Promise.all(
    Array.from({ length: 10 }, async () => (await findSecrets([request], from({})))[0]?.reveal()),
  );
  assert.equal(new Set(values).size, 1);
});

test("all secrets that are missing are named at once; a look alone makes none up", async () => {
  const needed = [
    { ...request, name: "A", generate: false },
    { ...request, name: "B", generate: false },
  ];
  const error = await findSecrets(needed, { ...from({}), environment: "production" }).catch(
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof GantryError);
  assert.deepEqual(
    error.problems.map(({ code, path }) => [code, path]),
    [
      ["GTY5006", "secrets.A"],
      ["GTY5006", "secrets.B"],
    ],
  );
  assert.deepEqual(await findSecrets([request, ...needed], from({}, false)), []);
  assert.deepEqual(readdirSync(root), []);
});

test("delivered secrets are readable by a container's user, in a folder that only we enter", async () => {
  const project = `unit-${process.pid}`;
  const first = await deliverSecrets([new Secret("KEY", "one")], project, root);
  try {
    assert.deepEqual(first.changed, []);
    assert.equal(mode(join(first.folder, "KEY")), "444");
    assert.equal(mode(first.folder), "700");
    const second = await deliverSecrets([new Secret("KEY", "two")], project, root);
    assert.deepEqual(second.changed, ["KEY"]);
    assert.equal(readFileSync(join(second.folder, "KEY"), "utf8"), "two");
  } finally {
    rmSync(first.folder, { recursive: true });
  }
});

test("what a file said before is kept until its exchange ends, and comes back when that is undone", async () => {
  const project = `unit-exchange-${process.pid}`;
  const { folder } = await deliverSecrets([new Secret("KEY", "one"), new Secret("SAME", "s")], project, root);
  const said = (): string => readFileSync(join(folder, "KEY"), "utf8");
  try {
    const wanted = [new Secret("KEY", "two"), new Secret("SAME", "s"), new Secret("NEW", "n")];
    assert.deepEqual(await outdatedFiles(wanted, project, root), ["KEY"]);
    await exchangeSecrets(wanted, project, root);
    assert.equal(said(), "two");
    // Cut off, and begun again with yet another value: what the containers have is the oldest.
    await exchangeSecrets([new Secret("KEY", "three")], project, root);
    assert.equal(said(), "three");
    assert.equal(await endExchange(project, root, "undo"), true);
    assert.equal(said(), "one");
    assert.equal(await endExchange(project, root, "undo"), false);
    await exchangeSecrets(wanted, project, root);
    assert.equal(await endExchange(project, root, "keep"), false);
    assert.deepEqual(readdirSync(folder).sort(), ["KEY", "NEW", "SAME"]);
    assert.equal(said(), "two");
    await completeSecrets([new Secret("KEY", "four"), new Secret("MORE", "m")], project, root);
    assert.equal(said(), "two");
    assert.equal(readFileSync(join(folder, "MORE"), "utf8"), "m");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("sockets that listen on a port are found in the kernel's table", () => {
  const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 111 1 0 100 0 0 10 0
   1: 0100007F:1F90 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 222 1 0 100 0 0 10 0
   2: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 333 1 0 100 0 0 10 0`;
  assert.deepEqual(listeningInodes(table, 8080), ["111"]);
  assert.deepEqual(listeningInodes(table, 80), ["333"]);
  assert.deepEqual(listeningInodes(table, 443), []);
});

test("a port that someone listens on is not free, and is again afterwards", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  assert.equal(await isFree(port, "127.0.0.1"), false);
  assert.equal(await isFree(port, "0.0.0.0"), false);
  assert.equal(portOwner(port)?.pid, process.pid);
  server.close();
  await once(server, "close");
  assert.equal(await isFree(port, "127.0.0.1"), true);
  assert.equal(await isFree(port, "192.0.2.1"), true, "an address of nobody's is the engine's to refuse");
});
