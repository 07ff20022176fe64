#!/usr/bin/env node
// Plain JavaScript that any Node since 14 reads: it must be able to say which Node is needed.
import * as nodeModule from "node:module";

// An import of a module of Node's loads all that it can give, promises and streams too; a require does not.
const require = nodeModule.createRequire(import.meta.url);
const fs = require("node:fs");
const path = require("node:path");
const { fileURLToPath, pathToFileURL } = require("node:url");

const needed = 24;
// Runs at whose end the code cache is made again: projects differ in which functions they need.
const mostRounds = 4;
const packageFolder = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const cacheFolder = path.join(
  process.env.XDG_CACHE_HOME || path.join(process.env.HOME || process.env.USERPROFILE || ".", ".cache"),
  "gantry",
);

if (Number(process.versions.node.split(".")[0]) >= needed) run();
else runWithOwnNode();

function run() {
  delete process.env.GANTRY_OWN_NODE;
  begin().catch(fail);
}

/** Starts a joined file, or the sources (or what was published of them) where there is none. */
function begin() {
  const direct = onlyLooks();
  const name = direct ? "look" : "gantry";
  const source = path.join(packageFolder, "src", "cli", "start.ts");
  const inCheckout = fs.existsSync(source);
  const stale = inCheckout && !isNewer(path.join(packageFolder, "dist", `${name}.json`));
  const ready = stale ? import("../tools/join.mjs").then((tool) => tool.join(name)) : Promise.resolve();
  return ready
    .then(() => loadJoined(path.join(packageFolder, "dist", `${name}.cjs`)))
    .catch(() => {
      // No esbuild, or a folder that may not be written: the sources do as well, they only load more slowly.
      keepCompiled();
      return import(
        pathToFileURL(inCheckout ? source : path.join(packageFolder, "dist", "cli", "start.js")).href
      );
    })
    .then((cli) => cli.start({ direct: direct }));
}

/** Kept between runs: TypeScript that is stripped and code that is compiled once starts at once the next time. */
function keepCompiled() {
  nodeModule.enableCompileCache(path.join(cacheFolder, "compile"));
}

/** Whether a run only looks at files, or helps: it needs no stack, and waits for nothing. */
function onlyLooks() {
  const words = process.argv.slice(2);
  const asksForHelp = (word) => word === "--help" || word === "-h";
  if (words.length === 0 || asksForHelp(words[0]) || (words.length === 1 && words[0] === "--version"))
    return true;
  if (words[0] === "help" || (words.length === 2 && asksForHelp(words[1]))) return true;
  const loadsStack = (word) => word.startsWith("--file") || word === "--images";
  return (words[0] === "check" || words[0] === "explain") && !words.some(loadsStack);
}

/** Whether a list of sources was made after all of them were last written. */
function isNewer(list) {
  try {
    const made = fs.statSync(list).mtimeMs;
    const sources = JSON.parse(fs.readFileSync(list, "utf8"));
    return sources.every((name) => fs.statSync(`${packageFolder}/${name}`).mtimeMs < made);
  } catch {
    return false;
  }
}

/**
 * Runs a joined file with V8's code cache. Node's own compile cache holds only what was compiled when the file was
 * loaded; this one is made at the end of a run, with every function that it needed, which halves the time.
 */
function loadJoined(file) {
  const vm = require("node:vm");
  // The bundler writes ASCII only, which V8 reads without decoding.
  const text = fs.readFileSync(file, "latin1");
  const folder = path.join(cacheFolder, "compile");
  const version = `${process.version}-${process.arch}-${text.slice(2, 18)}`;
  const caches = filesOf(folder).filter((name) => name.endsWith(".bin"));
  const roundOf = (name) => Number(name.slice(name.lastIndexOf("-") + 1, -".bin".length));
  // Options may stand before the command: only the joined file knows which word it is.
  const words = process.argv.slice(2).filter((word) => !word.startsWith("-"));
  const startOf = (task) => `${path.basename(file, ".cjs")}-${task}-`;
  const latestOf = (task) =>
    caches
      .filter((name) => name.startsWith(startOf(task) + version))
      .sort((a, b) => roundOf(b) - roundOf(a))[0];
  const known = words.concat("help").find((word) => latestOf(word) !== undefined);
  const latest = known && latestOf(known);
  const cachedData = latest === undefined ? undefined : readIfThere(path.join(folder, latest));
  const script = new vm.Script(text, { filename: file, cachedData: cachedData });
  const url = pathToFileURL(file).href;
  const cli = script.runInThisContext()(nodeModule.createRequire(file), url, (stack) => {
    keepCompiled();
    return import("./stack-import.mjs").then((loader) =>
      loader.importStack(stack, cli.publicEntry, packageFolder),
    );
  });
  const round = cachedData === undefined || script.cachedDataRejected === true ? 0 : roundOf(latest);
  const task = words.find((word) => cli.isCommand(word)) ?? (words.length === 0 ? "help" : undefined);
  if (round < mostRounds && task !== undefined) {
    process.on("exit", () => {
      try {
        const made = `${startOf(task)}${version}-${round + 1}.bin`;
        const cache = path.join(folder, made);
        fs.mkdirSync(folder, { recursive: true });
        fs.writeFileSync(`${cache}.${process.pid}`, script.createCachedData());
        fs.renameSync(`${cache}.${process.pid}`, cache);
        const old = caches.filter((name) => name.startsWith(startOf(task)) && name !== made);
        for (const name of old) fs.rmSync(path.join(folder, name), { force: true });
      } catch {
        // A cache that cannot be written costs only time.
      }
    });
  }
  return cli;
}

function filesOf(folder) {
  try {
    return fs.readdirSync(folder);
  } catch {
    return [];
  }
}

function readIfThere(file) {
  try {
    return fs.readFileSync(file);
  } catch {
    return undefined;
  }
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
