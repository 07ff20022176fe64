import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { must } from "../engine/command.ts";
import { eventually } from "./support.ts";

const SETUP = path.join(import.meta.dirname, "..", "..", "scripts", "setup.mjs");

interface Run {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
}

/** A small project of its own, an old Node, and a cache of its own: what a fresh machine has. */
interface Machine {
  readonly cache: string;
  readonly modules: string;
  run(script: string, ...args: readonly string[]): Run;
}

async function freshMachine(root: string): Promise<Machine> {
  // Beside the project and not above it: npm puts the programs of all folders above first.
  const oldNode = path.join(root, "old");
  await mkdir(oldNode);
  await must(
    [
      "npm",
      "install",
      "--silent",
      "--no-save",
      "--no-package-lock",
      "--ignore-scripts",
      "--prefix",
      oldNode,
      `node-linux-${process.arch}@18`,
    ],
    { cwd: root },
  );
  const project = path.join(root, "project");
  await mkdir(path.join(project, "scripts"), { recursive: true });
  await mkdir(path.join(project, "tool"));
  await copyFile(SETUP, path.join(project, "scripts", "setup.mjs"));
  const tool = { name: "tool", version: "1.0.0", bin: { tool: "tool.mjs" } };
  await writeFile(path.join(project, "tool", "package.json"), JSON.stringify(tool));
  await writeFile(
    path.join(project, "tool", "tool.mjs"),
    '#!/usr/bin/env node\nconsole.log("tool", process.version);\n',
  );
  await writeFile(
    path.join(project, "package.json"),
    JSON.stringify({
      name: "project",
      private: true,
      workspaces: ["tool"],
      dependencies: { "is-number": "7.0.0" },
    }),
  );
  await must(["npm", "install", "--silent", "--package-lock-only"], { cwd: project });
  const cache = path.join(root, "cache");
  const old = path.join(oldNode, "node_modules", `node-linux-${process.arch}`, "bin", "node");
  return {
    cache: path.join(cache, "gantry"),
    modules: path.join(project, "node_modules"),
    run(script, ...args) {
      const child = spawn(
        old,
        [path.join(project, "scripts", "setup.mjs"), path.join(root, script), ...args],
        {
          cwd: project,
          env: { ...process.env, XDG_CACHE_HOME: cache, npm_execpath: "" },
          stdio: ["ignore", "pipe", "pipe"],
          detached: true,
        },
      );
      let output = "";
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding("utf8").on("data", (text: string) => {
          output += text;
        });
      }
      const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
        child.on("close", (code, signal) => resolve({ code, signal }));
      });
      return { child, output: () => output, ended };
    },
  };
}

const linuxOnly = {
  skip: process.platform === "linux" ? false : "needs the Linux packages of Node",
  timeout: 300_000,
};

test("setup: an old Node fetches a new one, installs once, and hands over", linuxOnly, async () => {
  const root = await mkdtemp(path.join(tmpdir(), "gantry-setup-"));
  try {
    const machine = await freshMachine(root);
    await writeFile(
      path.join(root, "hello.ts"),
      'const words: readonly string[] = process.argv.slice(2);\nconsole.log("ran", Number.parseInt(process.versions.node) >= 24, words.join("+"));\n',
    );
    const both = [machine.run("hello.ts", "a", "b c"), machine.run("hello.ts", "a", "b c")];
    for (const one of both) {
      assert.deepEqual(await one.ended, { code: 0, signal: null }, one.output());
      assert.match(one.output(), /^ran true a\+b c$/m);
    }
    assert.equal(both.filter((one) => one.output().includes("installing dependencies")).length, 1);
    assert.deepEqual(await readdir(machine.cache), ["node"], "no half-made folders and no locks stay");
    assert.ok((await readdir(path.join(machine.modules, ".bin"))).includes("tool"), "links of workspaces");

    const quiet = machine.run("hello.ts", "again");
    assert.deepEqual(await quiet.ended, { code: 0, signal: null });
    assert.equal(quiet.output(), "ran true again\n", "nothing to do, nothing to say");

    await writeFile(
      path.join(root, "tool.ts"),
      'import { execFileSync } from "node:child_process";\nconsole.log(String(execFileSync("npx", ["--no", "tool"])));\n',
    );
    const tool = machine.run("tool.ts");
    assert.deepEqual(await tool.ended, { code: 0, signal: null }, tool.output());
    assert.match(
      tool.output(),
      /tool v(2[4-9]|[3-9]\d)\./,
      "what the script starts finds the new Node as well",
    );

    await writeFile(path.join(root, "exit.ts"), "process.exit(7);\n");
    assert.deepEqual(await machine.run("exit.ts").ended, { code: 7, signal: null });

    await writeFile(
      path.join(root, "wait.ts"),
      'process.on("SIGTERM", () => process.exit(9));\nsetInterval(() => {}, 1000);\nconsole.log("ready");\n',
    );
    const waiting = machine.run("wait.ts");
    await eventually(async () => waiting.output().includes("ready"));
    waiting.child.kill("SIGTERM");
    assert.deepEqual(await waiting.ended, { code: 9, signal: null });

    // A run that is killed while it installs must not stop the next one.
    await rm(machine.modules, { recursive: true });
    const killed = machine.run("hello.ts");
    await eventually(async () => killed.output().includes("installing dependencies"));
    if (killed.child.pid !== undefined) process.kill(-killed.child.pid, "SIGKILL");
    await killed.ended;
    const after = machine.run("hello.ts", "recovered");
    assert.deepEqual(await after.ended, { code: 0, signal: null }, after.output());
    assert.match(after.output(), /ran true recovered/);
    assert.deepEqual(await readdir(machine.cache), ["node"]);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
});
