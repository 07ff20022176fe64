import assert from "node:assert/strict";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { main } from "../../src/cli/main.ts";
import { FakePipe } from "./support/screen.ts";

function project(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(join(tmpdir(), "gantry-check-"));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

async function gantry(cwd: string, ...line: string[]): Promise<{ code: number; out: string; err: string }> {
  const [out, err] = [new FakePipe(), new FakePipe()];
  const host = { stdout: out, stderr: err, env: {}, cwd, onSignal: () => {}, exit: () => {} };
  const code = await main(line, host);
  return { code, out: out.text, err: err.text };
}

/** One that will fail and can be cured safely, one that is only untidy. */
const dockerfile =
  "FROM debian:13\r\nRUN apt-get update && apt-get install curl && rm -rf /var/lib/apt/lists/*\r\nUSER 1000\r\n";

test("findings come with the code and the marked line, and a summary", async () => {
  const { code, out, err } = await gantry(project({ Dockerfile: dockerfile }), "check");
  assert.deepEqual([code, err], [14, ""]);
  assert.match(out, /^Will fail ─+ 1\n\nGD010 install-asks\n {2}Dockerfile:2:23\n/);
  assert.match(out, /\n {4}2 │ RUN apt-get update && apt-get install curl .*\n {6}│ {23}\^{20}\n/);
  assert.match(
    out,
    /\n2 findings in 1 file: 1 will fail, 1 tidy\n\nFix first\n {2}1\. Dockerfile:2 {2}apt-get install asks/,
  );
  assert.match(out, /gantry check --fix cures 1 of them; gantry explain GD010 says more\n$/);
});

test("the exit code is that of the worst rank, from --fail-on on", async () => {
  const cured = project({ Dockerfile: dockerfile.replace("install curl", "install -y curl") });
  assert.equal((await gantry(cured, "check")).code, 0);
  assert.equal((await gantry(cured, "check", "--fail-on", "tidy")).code, 10);
  writeFileSync(join(cured, ".gantry-check.json"), '{ "failOn": "tidy" }');
  assert.equal((await gantry(cured, "check")).code, 10);
  assert.equal((await gantry(cured, "check", "--fail-on", "leaks")).code, 0);
});

test("a folder with nothing to check says so, with an exit code of its own", async () => {
  const { code, out } = await gantry(project({ "README.md": "# x\n", ".env": "A=1\n" }), "check");
  assert.equal(code, 15);
  assert.match(out, /^Nothing to check: /);
});

test("a stack.ts is never run unless it is named", async () => {
  const folder = project({
    "stack.ts": 'import { writeFileSync } from "node:fs";\nwriteFileSync("ran", "");\nexport default {};\n',
  });
  const { code, out } = await gantry(folder, "check");
  assert.equal(code, 15);
  assert.match(out, /gantry check --file\s+stack\.ts/);
  assert.deepEqual(readdirSync(folder), ["stack.ts"]);
});

test("json is one document of findings, and nothing else", async () => {
  const { out, err } = await gantry(project({ "sub/Dockerfile": dockerfile }), "check", "--format", "json");
  assert.equal(err, "");
  const { findings } = JSON.parse(out) as { findings: Record<string, unknown>[] };
  assert.deepEqual(Object.keys(findings[0] ?? {}), [
    "code",
    "name",
    "rank",
    "file",
    "line",
    "column",
    "message",
    "why",
    "fix",
    "related",
  ]);
  assert.deepEqual(
    [findings[0]?.["code"], findings[0]?.["file"], findings[0]?.["line"]],
    ["GD010", "sub/Dockerfile", 2],
  );
});

test("paths are relative to where it ran, also for a project elsewhere", async () => {
  const parent = project({ "a/Dockerfile": dockerfile, "b/readme": "" });
  const { out } = await gantry(join(parent, "b"), "check", "--format", "plain", "../a");
  assert.match(out, /^\.\.\/a\/Dockerfile:2:23 will-fail GD010 /);
});

test("a path inside a repository is judged as a part of it", async () => {
  const files = {
    "compose.yaml": "services:\n  api:\n    build:\n      context: api\n      target: prod\n",
    "api/Dockerfile": "FROM debian:13 AS dev\nUSER 1000\n",
    ".git/HEAD": "",
  };
  const root = project(files);
  assert.match(
    (await gantry(root, "check", "--format", "plain", "compose.yaml")).out,
    /^compose\.yaml:5:\d+ will-fail GX004 /,
  );
  assert.doesNotMatch((await gantry(root, "check", "--format", "plain", "api")).out, /compose\.yaml/);
});

test("--fix shows the difference, writes it, and keeps every other byte and the rights of the file", async () => {
  const folder = project({ "real/Dockerfile": dockerfile });
  const file = join(folder, "real/Dockerfile");
  chmodSync(file, 0o640);
  const dry = await gantry(folder, "check", "--fix", "--dry-run");
  assert.match(dry.out, /^--- real\/Dockerfile\n/);
  assert.equal(readFileSync(file, "utf8"), dockerfile);
  const { code, out } = await gantry(folder, "check", "--fix");
  assert.match(
    out,
    /\n-RUN apt-get update && apt-get install curl .*\n\+RUN apt-get update && apt-get install -y curl /,
  );
  assert.equal(readFileSync(file, "utf8"), dockerfile.replace("install curl", "install -y curl"));
  assert.equal(statSync(file).mode & 0o777, 0o640);
  assert.equal(code, 0);
});

test("--fix leaves a file alone that is no UTF-8", async () => {
  const bytes = Buffer.concat([Buffer.from("# caf\u00e9\n", "latin1"), Buffer.from(dockerfile)]);
  const folder = project({ Dockerfile: bytes });
  const { code, err } = await gantry(folder, "check", "--fix");
  assert.equal(code, 1);
  assert.match(err, /GTY2505/);
  assert.deepEqual(readFileSync(join(folder, "Dockerfile")), bytes);
});

test("a baseline accepts what is there, and nothing new", async () => {
  const folder = project({ Dockerfile: dockerfile });
  assert.equal((await gantry(folder, "check", "--update-baseline")).code, 0);
  const use = ["check", "--baseline", ".gantry-baseline.json"];
  assert.match((await gantry(folder, ...use)).out, /^✓ Nothing found in 1 file \(2 in the baseline\)/);
  writeFileSync(join(folder, "Dockerfile"), `${dockerfile}RUN apt-get install git\n`);
  const { code, out } = await gantry(folder, ...use, "--format", "plain");
  assert.equal(code, 14);
  assert.match(out, /^Dockerfile:4:5 /);
});

test("the settings switch rules off and on, change ranks and skip files", async () => {
  const settings = { rules: { "install-asks": "leaks", GD058: "off" }, skip: ["old"] };
  const folder = project({
    Dockerfile: dockerfile,
    "old/Dockerfile": dockerfile,
    ".gantry-check.json": JSON.stringify(settings),
  });
  const { code, out } = await gantry(folder, "check", "--format", "plain");
  assert.equal(code, 12);
  assert.match(out, /^Dockerfile:2:23 leaks GD010 .*\n\n1 finding /);
});

test("everything wrong with the settings is said at once", async () => {
  const folder = project({
    Dockerfile: dockerfile,
    ".gantry-check.json": '{ "rules": { "GD9999": "off", "GD010": "loud" }, "fialOn": 1 }',
  });
  const { code, err } = await gantry(folder, "check");
  assert.equal(code, 2);
  for (const said of ['no setting "fialOn"', 'no rule "GD9999"', 'GD010 cannot be "loud"'])
    assert.ok(err.includes(said), said);
});

test("comments silence with a reason; those without one and those for nothing are noted", async () => {
  const text = `FROM debian:13\n# gantry ignore=GD010: an image of our own answers for it\nRUN apt-get install git\n# gantry ignore=GD058\nUSER 1000\n`;
  const { out } = await gantry(project({ Dockerfile: text }), "check", "--format", "plain");
  assert.doesNotMatch(out, /GD010/);
  assert.match(out, /note {2}Dockerfile:4 {2}this comment gives no reason/);
  assert.match(out, /1 silenced by comments/);
});

test("files that cannot be read cost only themselves, and are noted", async () => {
  const bomb = [
    "a: &a [x,x,x,x,x,x,x,x,x]",
    ..."bcdefghi"
      .split("")
      .map((name, index) => `${name}: &${name} [${Array(9).fill(`*${"abcdefghi"[index]}`)}]`),
  ].join("\n");
  const folder = project({
    Dockerfile: dockerfile,
    "big/Dockerfile": "FROM debian:13\n".repeat(400_000),
    "binary/Dockerfile": Buffer.from([0x46, 0x52, 0, 1, 2]),
    "bomb/compose.yaml": `${bomb}\nservices:\n  api:\n    image: x\n    labels: *i\n`,
  });
  symlinkSync("/etc/hostname", join(folder, "Containerfile"));
  const { code, out } = await gantry(folder, "check", "--format", "plain");
  assert.equal(code, 14);
  assert.match(out, /^Dockerfile:2:23 will-fail GD010/);
  for (const said of [
    /big\/Dockerfile has .* and was passed over/,
    /binary\/Dockerfile is a binary file/,
    /Containerfile is a link that leads out/,
  ])
    assert.match(out, said);
});

test("explain knows codes, names and the numbers of other tools; json is for machines", async () => {
  const folder = project({});
  assert.match((await gantry(folder, "explain", "install-asks")).out, /^GD010 install-asks\nwill-fail: /);
  assert.match((await gantry(folder, "explain", "DL3014")).out, /^GD010 /);
  const [rule] = JSON.parse((await gantry(folder, "explain", "gd010", "--format", "json")).out) as {
    examples: { bad: object[] };
  }[];
  assert.notEqual(rule?.examples.bad.length, 0);
  const unknown = await gantry(folder, "explain", "GD9");
  assert.equal(unknown.code, 2);
});
