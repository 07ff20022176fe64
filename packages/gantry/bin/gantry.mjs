#!/usr/bin/env node
// Plain JavaScript that any Node since 14 reads: it must be able to say which Node is needed.
import * as fs from "node:fs";
import * as nodeModule from "node:module";
import * as path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const needed = 24;
const packageFolder = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const cacheFolder = path.join(
  process.env.XDG_CACHE_HOME || path.join(process.env.HOME || process.env.USERPROFILE || ".", ".cache"),
  "gantry",
);

if (Number(process.versions.node.split(".")[0]) >= needed) run();
else runWithOwnNode();

function run() {
  delete process.env.GANTRY_OWN_NODE;
  // Kept between runs: code that is compiled (and TypeScript that is stripped) once starts at once the next time.
  nodeModule.enableCompileCache(path.join(cacheFolder, "compile"));
  const source = path.join(packageFolder, "src", "cli", "start.ts");
  const entry = fs.existsSync(source) ? source : path.join(packageFolder, "dist", "cli", "start.js");
  import(pathToFileURL(entry).href).then((cli) => cli.start(), fail);
}

function fail(error) {
  process.stderr.write(`gantry: cannot start: ${error?.stack || error}\n`);
  process.exit(1);
}

/** The set-up of the project (or `npm install` of the `node` package there) keeps a Node of its own in the cache. */
function ownNode() {
  const modules = path.join(cacheFolder, "node", "node_modules");
  const folders = fs.existsSync(modules) ? fs.readdirSync(modules) : [];
  return folders
    .filter((name) => name.startsWith("node-"))
    .map((name) => path.join(modules, name, "bin", process.platform === "win32" ? "node.exe" : "node"))
    .find((file) => fs.existsSync(file));
}

function runWithOwnNode() {
  const node = ownNode();
  // The variable ends a chain of Nodes that are all too old.
  if (node === undefined || process.env.GANTRY_OWN_NODE === node) {
    process.stderr.write(
      "error GTY2000  gantry needs Node " +
        needed +
        " or newer, and this is Node " +
        process.versions.node +
        "\n" +
        "  at   " +
        process.execPath +
        "\n" +
        "  fix  Install it from https://nodejs.org, or in a checkout of gantry: npm run demo gets one by itself.\n",
    );
    process.exit(2);
  }
  import("node:child_process").then((childProcess) => {
    const env = Object.assign({}, process.env, { GANTRY_OWN_NODE: node });
    const script = fileURLToPath(import.meta.url);
    const child = childProcess.spawn(node, [script].concat(process.argv.slice(2)), {
      stdio: "inherit",
      env: env,
    });
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
    // Without handlers this process would end before the other one has cleaned up.
    signals.forEach((signal) => {
      process.on(signal, () => {
        child.kill(signal);
      });
    });
    child.on("error", fail);
    child.on("exit", (code, signal) => {
      if (signal === null) process.exit(code);
      signals.forEach((name) => {
        process.removeAllListeners(name);
      });
      process.kill(process.pid, signal);
    });
  }, fail);
}
