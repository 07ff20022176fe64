import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { diskFiles } from "../../src/read/disk-files.ts";
import { readProject } from "../../src/read/project.ts";

const folder = mkdtempSync(join(tmpdir(), "gantry-disk-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const root = join(folder, "project");

before(() => {
  for (const path of ["app", ".git/objects", "node_modules/x", "deep/er"]) {
    mkdirSync(join(root, path), { recursive: true });
  }
  writeFileSync(join(folder, "secret.yaml"), "services: {}\n");
  writeFileSync(join(root, "app/Dockerfile"), "FROM x\n");
  writeFileSync(join(root, ".git/objects/Dockerfile"), "FROM git\n");
  writeFileSync(join(root, "node_modules/x/compose.yaml"), "services: {}\n");
  writeFileSync(join(root, "Dockerfile.bin"), Buffer.from([70, 0, 1, 2]));
  writeFileSync(join(root, "Dockerfile.notes"), "Dear diary\n");
  writeFileSync(join(root, "compose.huge.yaml"), "");
  truncateSync(join(root, "compose.huge.yaml"), 100 * 1024 * 1024);
  symlinkSync("../secret.yaml", join(root, "compose.yaml"));
  symlinkSync("app/Dockerfile", join(root, "Dockerfile"));
  symlinkSync("loop", join(root, "loop"));
  symlinkSync("..", join(root, "deep/up"));
});

describe("a folder on disk", () => {
  it("is listed without what no build reads, links not followed", () => {
    assert.deepEqual(diskFiles(root).list(), [
      ".git/",
      "Dockerfile",
      "Dockerfile.bin",
      "Dockerfile.notes",
      "app/Dockerfile",
      "compose.huge.yaml",
      "compose.yaml",
      "deep/up",
      "loop",
      "node_modules/",
    ]);
  });

  it("gives what can be read, and says what was passed over", () => {
    const facts = readProject(diskFiles(root));
    assert.deepEqual(
      facts.dockerfiles.map(({ path }) => path),
      ["Dockerfile", "app/Dockerfile"],
    );
    assert.deepEqual(facts.composeProjects, []);
    assert.deepEqual(facts.notes, [
      "Dockerfile.bin is a binary file and was passed over",
      "compose.huge.yaml has 100 MB and was passed over",
      "compose.yaml is a link that leads out of the folder",
      "Dockerfile.notes has the name of a Dockerfile, but holds none",
    ]);
  });

  it("gives each text whole and nothing of the one before, short and long", () => {
    const place = join(folder, "texts");
    mkdirSync(place);
    const texts = {
      a: `${"é".repeat(30_000)}\n`,
      b: "short\n",
      c: "x".repeat(200_000),
      d: "",
      e: "short too",
    };
    for (const [name, text] of Object.entries(texts)) writeFileSync(join(place, name), text);
    const files = diskFiles(place);
    for (const [name, text] of Object.entries(texts)) assert.equal(files.read(name), text);
  });

  it("tells once that it holds many files, and not of few", () => {
    const place = join(folder, "many");
    let told = 0;
    const tell = (): void => void told++;
    for (let at = 0; at < 1001; at++) {
      mkdirSync(join(place, String(at)), { recursive: true });
      writeFileSync(join(place, String(at), "x"), "");
      if (at === 999) diskFiles(place, { whenMany: tell }).list();
    }
    assert.equal(told, 0);
    const files = diskFiles(place, { whenMany: tell });
    files.list();
    files.list();
    assert.equal(told, 1);
  });

  it("is walked within limits", () => {
    const files = diskFiles(root, { mostFiles: 3, deepest: 0 });
    assert.doesNotThrow(() => files.list());
    assert.match(files.notes().join("\n"), /more than 3 files/);
  });

  it("never gives files outside of it", () => {
    const files = diskFiles(root);
    for (const path of ["../secret.yaml", "compose.yaml", "deep/up/../../secret.yaml", "loop", "app"]) {
      assert.equal(files.read(path), undefined, path);
    }
  });
});
