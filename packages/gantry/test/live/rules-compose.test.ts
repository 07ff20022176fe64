import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { rules } from "../../src/check/rules/index.ts";
import type { RuleExample } from "../../src/check/types.ts";

const available = spawnSync("docker", ["compose", "version"]).status === 0;
assert.ok(available || process.env["CI"] === undefined, "CI needs docker compose");

/** Rules that say "Compose refuses", with the words it does that in; examples by their place, all when none are named. */
const refusals: Readonly<Record<string, { readonly words: RegExp; readonly examples?: readonly number[] }>> =
  {
    GC001: { words: /undefined network backend/ },
    GC002: { words: /undefined volume data/ },
    GC003: { words: /undefined secret session_key/ },
    GC004: { words: /depends on undefined service "?database/ },
    GC005: { words: /dependency cycle/ },
    GC006: { words: /undefined service|no such service/ },
    GC011: { words: /mutually exclusive/, examples: [0] },
    GC012: { words: /must start either by/, examples: [2] },
    GC038: { words: /container_name/ },
    GC040: { words: /Additional property (?:depends|resources) is not allowed/ },
    GX044: { words: /web\.env not found|web\.env: no such file/ },
  };

/** Examples leave these out on purpose: that Compose misses them says nothing about their form. */
const leftOut = /is missing a value|\.env[\w.]* not found|mapping key ".*" already defined|no such file/;

describe("what rules say about Compose files, asked of Compose itself", { skip: !available }, () => {
  for (const rule of rules) {
    for (const [kind, examples] of Object.entries(rule.examples)) {
      for (const [index, example] of examples.entries()) {
        const files = composeFilesOf(example);
        if (files.length === 0) continue;
        const refusal = kind === "bad" ? refusals[rule.code] : undefined;
        const expected = refusal?.examples?.includes(index) === false ? undefined : refusal;
        it(`${rule.code} ${kind} ${index + 1} is ${expected === undefined ? "accepted" : "refused"}`, () => {
          const said = configOf(example, files);
          if (expected !== undefined) assert.match(said ?? "", expected.words);
          else if (said !== undefined) assert.match(said, leftOut);
        });
      }
    }
  }
});

/** Compose files at the top of an example, in the order in which they are merged. */
function composeFilesOf({ files }: RuleExample): readonly string[] {
  return Object.keys(files).filter((name) => /^(?:docker-)?(?:compose|stack)[\w.-]*\.ya?ml$/.test(name));
}

/** What Compose says against the files of an example; `undefined` when it takes them. */
function configOf(example: RuleExample, files: readonly string[]): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), "gantry-rules-"));
  try {
    for (const [name, text] of Object.entries(example.files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    const options = files.flatMap((name) => ["-f", name]);
    const { status, stderr, error } = spawnSync("docker", ["compose", ...options, "config", "--quiet"], {
      cwd: folder,
      encoding: "utf8",
      // Variables of this machine must not fill in what an example leaves open.
      env: { PATH: process.env["PATH"] ?? "", HOME: folder },
    });
    assert.equal(error, undefined);
    return status === 0 ? undefined : stderr;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
