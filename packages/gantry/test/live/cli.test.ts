import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { linkGantry } from "../../../../testbed/copy.ts";
import { exitCodes } from "../../src/base/errors.ts";

const packageFolder = fileURLToPath(new URL("../..", import.meta.url));
const server = `
  const http = require("node:http");
  if (process.env.FAIL) { console.error("no luck: " + process.env.FAIL); process.exit(9); }
  http.createServer((_, response) => response.end("ok")).listen(3000, () => {
    console.log(JSON.stringify({ level: 30, msg: "listening", port: 3000 }));
    console.log(JSON.stringify({ level: 50, msg: "odd weather", sky: "green" }));
  });
  process.on("SIGTERM", () => process.exit(0));
`;
const probe = `fetch("http://127.0.0.1:3000/").then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))`;

// Not an expectation: a run that hangs must not hold up all others.
const within = { timeout: 600_000 };

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A folder with a stack of two services, on the real engine; down and gone at the end. */
interface Place extends AsyncDisposable {
  readonly name: string;
  gantry(...args: readonly string[]): Promise<Ended>;
  begin(...args: readonly string[]): { readonly child: ChildProcess; readonly ended: Promise<Ended> };
  write(settings: { readonly fail?: string; readonly slow?: boolean }): void;
}

function makePlace(): Place {
  const name = `cli-${randomBytes(4)
    .toString("hex")
    .replaceAll(/[^a-z]/g, "x")}`;
  const folder = mkdtempSync(join(tmpdir(), "gantry-cli-live-"));
  linkGantry(folder);
  const begin: Place["begin"] = (...args) => {
    const child = spawn(process.execPath, [join(packageFolder, "bin", "gantry.mjs"), ...args], {
      cwd: folder,
      env: { ...process.env, NO_COLOR: "1", GANTRY_ENV: "dev" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [out, err] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      err += text;
    });
    const ended = new Promise<Ended>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) => resolve({ code, out, err }));
    });
    return { child, ended };
  };
  const place: Place = {
    name,
    begin,
    gantry: (...args) => begin(...args).ended,
    write: ({ fail, slow }) => {
      const health = {
        command: ["node", "-e", slow === true ? "process.exit(1)" : probe],
        startInterval: "200ms",
      };
      const service = {
        image: "node:24-trixie-slim",
        command: ["node", "-e", server],
        port: 3000,
        publish: false,
        health,
      };
      const services = {
        api: { ...service, ...(fail === undefined ? {} : { env: { FAIL: fail } }) },
        edge: { ...service, uses: ["api"] },
      };
      writeFileSync(
        join(folder, "stack.ts"),
        `import { defineStack } from "gantry";\nexport default defineStack(${JSON.stringify({ name, services }, undefined, 2)});\n`,
      );
    },
    async [Symbol.asyncDispose]() {
      place.write({});
      await place.gantry("down", "--volumes");
      rmSync(folder, { recursive: true, force: true });
    },
  };
  place.write({});
  return place;
}

const lines = (text: string): readonly Record<string, unknown>[] =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

/** The result in the last line of `--format json`. */
function resultOf<T>({ out }: Ended): T {
  const last = lines(out).at(-1);
  assert.equal(last?.["kind"], "result");
  return last["result"] as T;
}

test("a stack from up to down, by the command line alone", within, async () => {
  await using place = makePlace();
  const up = await place.gantry("up");
  assert.equal(up.code, 0, up.err);
  assert.match(up.out, new RegExp(`^✓ ${place.name}-dev is up after `));
  assert.match(up.err, /service {2}api {2}healthy {2}[\d.]+ s\n/);
  assert.match(up.err, /service {2}edge {2}waiting for api\n/);

  const again = await place.gantry("up", "--quiet");
  assert.deepEqual([again.code, again.err], [0, ""]);
  assert.match(again.out, /ran already, nothing was touched/);

  const result = resultOf<{ services: { service: string; health: string; well: boolean }[] }>(
    await place.gantry("ps", "--format", "json"),
  );
  assert.deepEqual(
    result.services.map(({ service, health, well }) => [service, health, well]),
    [
      ["api", "healthy", true],
      ["edge", "healthy", true],
    ],
  );

  const logs = await place.gantry("logs", "api", "--level", "error");
  assert.match(logs.out, /^api-1 +\| \d\d:\d\d:\d\d\.\d{3} ERROR odd weather sky=green\n$/);
  const records = lines((await place.gantry("logs", "--format", "json")).out);
  assert.deepEqual(
    records
      .filter((record) => record["message"] === "listening")
      .map((record) => record["service"])
      .sort(),
    ["api", "edge"],
  );

  const exec = await place.gantry(
    "exec",
    "api",
    "node",
    "-e",
    "console.log(process.argv.slice(1).join('|')); process.exit(7)",
    "--",
    "-x",
    "a b",
  );
  assert.deepEqual(exec, { code: 7, out: "-x|a b\n", err: "" });
  const once = await place.gantry(
    "run",
    "--no-deps",
    "--set",
    "COLOUR=blue",
    "api",
    "node",
    "-p",
    "process.env.COLOUR",
  );
  assert.deepEqual([once.code, once.out], [0, "blue\n"]);

  const down = await place.gantry("down");
  assert.equal(down.code, 0, down.err);
  assert.match(down.out, /is down after [\d.]+ s: 2 containers and \d networks? removed\n$/);
});

test("a service that dies ends up with its code and its last lines", within, async () => {
  await using place = makePlace();
  place.write({ fail: "rain" });
  const up = await place.gantry("up");
  assert.deepEqual([up.code, up.out], [exitCodes.unhealthy, ""]);
  assert.match(up.err, /error GTY\d{4} {2}api [^\n]*9/);
  assert.match(up.err, /│ no luck: rain\n/);
});

test(
  "a service that the stack does not have is a problem, as JSON too, and starts nothing",
  within,
  async () => {
    await using place = makePlace();
    for (const args of [
      ["up", "nobody"],
      ["exec", "nobody", "true"],
      ["logs", "nobody"],
    ]) {
      const { code, out, err } = await place.gantry("--format", "json", ...args);
      const last = lines(out).at(-1);
      const problems = last?.["problems"] as { what: string }[] | undefined;
      assert.deepEqual([code, err, problems?.length], [last?.["code"], "", 1], args[0]);
      assert.notEqual(code, 0);
      assert.match(problems?.[0]?.what ?? "", /nobody/);
    }
  },
);

test("the first Ctrl-C takes back what was begun, and ends with 130", within, async () => {
  await using place = makePlace();
  place.write({ slow: true });
  const { child, ended } = place.begin("up");
  await new Promise<void>((resolve) => {
    let seen = "";
    child.stderr?.on("data", (text: string) => {
      seen += text;
      if (/service {2}api {2}running/.test(seen)) resolve();
    });
    child.on("close", () => resolve());
  });
  child.kill("SIGINT");
  const { code, err } = await ended;
  assert.equal(code, exitCodes.interrupted, err);
  assert.match(err, /Stopping what this run started; what ran before stays\. Ctrl-C again leaves at once\./);
  assert.doesNotMatch(err, /error GTY/);
  const { services } = resultOf<{ services: { state: string }[] }>(
    await place.gantry("ps", "--no-stats", "--format", "json"),
  );
  assert.deepEqual([...new Set(services.map(({ state }) => state))], ["missing"]);
});

test("a reader that goes away ends logs without an error", within, async () => {
  await using place = makePlace();
  assert.equal((await place.gantry("up", "--quiet")).code, 0);
  const { child, ended } = place.begin("logs", "--follow");
  child.stdout?.once("data", () => child.stdout?.destroy());
  await new Promise((resolve) => child.stdout?.once("close", resolve));
  // The next line finds nobody to read it.
  await place.gantry("exec", "api", "sh", "-c", "echo one more > /proc/1/fd/1");
  const { code, err } = await ended;
  assert.deepEqual([code, err], [0, ""]);
});
