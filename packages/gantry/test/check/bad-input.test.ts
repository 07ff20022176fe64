import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, describe, it } from "node:test";
import { type CheckReport, check } from "../../src/operations/check/index.ts";

const folders: string[] = [];
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function project(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "gantry-bad-input-"));
  folders.push(folder);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

function checked(cwd: string): Promise<CheckReport> {
  return check({ cwd, paths: [], images: [], signal: new AbortController().signal });
}

function lines({ findings }: CheckReport, ...codes: readonly string[]): readonly string[] {
  return findings
    .filter(({ code }) => codes.length === 0 || codes.includes(code))
    .map(({ code, file, line, message }) => `${code} ${file}:${line} ${message}`);
}

describe("bad input", () => {
  it("an `extends` and an `include` in a circle cost themselves", async () => {
    const report = await checked(
      project({
        "extends/compose.yaml":
          "services:\n  a:\n    extends: b\n  b:\n    extends: a\n  c:\n    image: postgres:17\n    depends_on: [gone]\n",
        "include/compose.yaml": "include: [other.yaml]\nservices:\n  a:\n    image: alpine:3.22\n",
        "include/other.yaml": "include: [compose.yaml]\nservices:\n  b:\n    image: alpine:3.22\n",
      }),
    );
    const broken = lines(report, "GX013");
    assert.ok(
      broken.some((one) => /extends\/compose\.yaml:\d+ .* extends itself/.test(one)),
      broken.join("\n"),
    );
    assert.ok(
      broken.some((one) => /include\/.* includes itself/.test(one)),
      broken.join("\n"),
    );
    assert.deepEqual(report.failures, []);
  });

  it("an include that is not there is named", async () => {
    const report = await checked(
      project({ "compose.yaml": "include: [gone.yaml]\nservices:\n  a:\n    image: alpine:3.22\n" }),
    );
    assert.deepEqual(lines(report, "GX013"), [
      "GX013 compose.yaml:1 This cannot be read: there is no file gone.yaml to include.",
    ]);
  });

  it("line ends of Windows and a byte-order mark change no finding", async () => {
    const dockerfile = "FROM debian:13\nRUN apt-get update && apt-get install curl\nUSER 1000\n";
    const compose = "services:\n  db:\n    image: postgres:latest\n    ports: ['5432:5432']\n";
    const plain = lines(await checked(project({ Dockerfile: dockerfile, "compose.yaml": compose })));
    const windows = lines(
      await checked(
        project({
          Dockerfile: `\uFEFF${dockerfile.replaceAll("\n", "\r\n")}`,
          "compose.yaml": `\uFEFF${compose.replaceAll("\n", "\r\n")}`,
        }),
      ),
    );
    assert.ok(plain.length > 3);
    assert.deepEqual(windows, plain);
  });

  it("a version of Compose files that there never was is one finding", async () => {
    const report = await checked(
      project({ "compose.yaml": 'version: "47.11"\nservices:\n  a:\n    image: alpine:3.22\n' }),
    );
    assert.deepEqual(
      report.findings.map(({ code }) => code),
      ["GC032"],
    );
  });

  it("files of 100 MB and links out of the folder are passed over, with a note", async () => {
    const folder = project({
      Dockerfile: "FROM scratch\nUSER 1\n",
      "big/compose.yaml": "",
      "secret/compose.yaml": "",
    });
    truncateSync(join(folder, "big/compose.yaml"), 100_000_000);
    rmSync(join(folder, "secret/compose.yaml"));
    symlinkSync("/etc/passwd", join(folder, "secret/compose.yaml"));
    const report = await checked(folder);
    assert.deepEqual(lines(report), []);
    assert.ok(
      report.notes.some((note) => note.startsWith("big/compose.yaml has ")),
      report.notes.join(),
    );
    assert.ok(report.notes.includes("secret/compose.yaml is a link that leads out of the folder"));
  });

  it("an empty folder has nothing to check", async () => {
    const report = await checked(project({}));
    assert.deepEqual([report.files, report.findings.length], [0, 0]);
  });
});
