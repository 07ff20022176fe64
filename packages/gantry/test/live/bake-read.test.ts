import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import type { BakeTarget } from "../../src/read/bake/model.ts";
import { memoryFiles } from "../../src/read/memory-files.ts";
import { readProject } from "../../src/read/project.ts";

const buildx = spawnSync("docker", ["buildx", "version"], { encoding: "utf8" });
const available = buildx.status === 0;
assert.ok(available || process.env["CI"] === undefined, "CI needs docker buildx");

const folder = mkdtempSync(join(tmpdir(), "gantry-bake-read-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const files: Readonly<Record<string, string>> = {
  "functions, inheritance, a matrix": `
variable "TAG" { default = "dev" }
variable "REG" { default = "ghcr.io/x" }
variable "PUSH" { default = false }
function "tag" {
  params = [name]
  result = ["\${REG}/\${name}:\${TAG}", equal(TAG, "x") ? "" : "\${name}:latest"]
}
group "default" { targets = ["web", "m", "z"] }
target "_common" {
  platforms = ["linux/amd64"]
  args = { A = "1", "B": upper("b") }
}
target "web" {
  inherits = ["_common"]
  context = "./web"
  target = PUSH ? "prod" : "dev"
  tags = tag("web")
  args = {
    B = "\${TAG}-2"
    C = 1 + 2 * 3
    D = "$\${TAG}"
  }
  labels = { "a.b" = join("-", ["x", TAG]) }
  cache-from = ["type=registry,ref=\${REG}/cache"]
}
target "m" {
  name = "m-\${v}"
  matrix = { v = ["a", "b"] }
  dockerfile = "\${v}.Dockerfile"
  tags = [for t in ["1", "2"] : "x:\${t}" if t != "2"]
}
target "z" {
  inherits = ["web", "_common"]
  tags = concat([replace("a/b", "/", "-")], split(",", "c,d"), [for k, v in { b = 2, a = 1 } : "\${k}\${v}"])
  dockerfile-inline = <<EOT
FROM scratch
EOT
}
`,
  "texts and numbers": `
variable "V" { default = "1.2.3" }
variable "N" { default = 4 }
target "default" {
  args = {
    MAJOR = split(".", V)[0]
    ALL = format("%s-%d", V, N)
    TRIM = trimspace("  x ")
    PRE = trimprefix("v1", "v")
    SUF = trimsuffix("a.git", ".git")
    LEN = length([1, 2, 3])
    LOW = lower("ABC")
    SUB = substr("hello", 1, 3)
    COND = V == "1.2.3" && !(N > 5) ? "yes" : "no"
    NEG = -N + 1
    REST = N % 3
    MERGED = merge({ a = "x" }, { b = "y" }).b
    LAST = element(["a", "b", "c"], 4)
    FLAT = join(",", flatten([["a"], ["b", "c"]]))
    COAL = coalesce("", "z")
    UNI = "\\u00e9\\t|"
    BIG = max(1, 5, 3)
    HAS = contains(["a"], "a")
    KEYS = join(",", keys({ z = 1, y = 2 }))
    UNIQ = join(",", distinct(["a", "b", "a"]))
    SORTED = join(",", sort(["b", "a"]))
    RX = regex_replace("a1b22", "[0-9]", "-")
  }
}
`,
};

interface Printed {
  readonly context?: string;
  readonly dockerfile?: string;
  readonly "dockerfile-inline"?: string;
  readonly target?: string;
  readonly args?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly tags?: readonly string[];
  readonly platforms?: readonly string[];
  readonly "cache-from"?: readonly string[];
}

function toldByBake(printed: Printed): object {
  return {
    context: printed.context?.replace(/^\.\//, ""),
    dockerfile: printed.dockerfile,
    inline: printed["dockerfile-inline"],
    target: printed.target,
    args: printed.args ?? {},
    labels: printed.labels ?? {},
    tags: (printed.tags ?? []).filter((tag) => tag !== ""),
    platforms: printed.platforms ?? [],
    cacheFrom: printed["cache-from"] ?? [],
  };
}

function toldByUs(target: BakeTarget): object {
  const pairs = (entries: BakeTarget["args"]) =>
    Object.fromEntries(entries.map(({ name, value }) => [name, value]));
  return {
    context: (target.context?.value ?? ".").replace(/^\.\//, ""),
    dockerfile: target.dockerfile?.value ?? "Dockerfile",
    inline: target.inline?.value,
    target: target.target?.value,
    args: pairs(target.args),
    labels: pairs(target.labels),
    tags: target.tags.map(({ value }) => value).filter((tag) => tag !== ""),
    platforms: target.platforms.map(({ value }) => value),
    cacheFrom: target.cacheFrom.map(({ value }) => value),
  };
}

describe("the targets of a Bake file", { skip: available ? false : "docker buildx is not here" }, () => {
  for (const [name, text] of Object.entries(files)) {
    it(`are those that docker buildx bake --print shows for ${name}`, () => {
      const path = join(folder, `${name.replaceAll(/\W+/g, "-")}.hcl`);
      writeFileSync(path, text);
      const env = { PATH: process.env["PATH"], HOME: process.env["HOME"] };
      const output = execFileSync("docker", ["buildx", "bake", "-f", path, "--print"], {
        cwd: folder,
        env,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "pipe"],
      });
      const { target } = JSON.parse(output) as { target: Readonly<Record<string, Printed>> };
      const [file] = readProject(memoryFiles({ "docker-bake.hcl": text })).bakeFiles;
      assert.deepEqual(file?.problems, []);
      for (const [key, printed] of Object.entries(target)) {
        const ours: BakeTarget | undefined = file.targets.find((one) => one.name === key);
        assert.ok(ours !== undefined, key);
        assert.deepEqual(toldByUs(ours), toldByBake(printed), key);
      }
    });
  }
});
