// `npm run demo`: everything from a bare machine to samples/parcel in a browser. `npm run demo -- down` removes it.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { loadProject } from "../packages/gantry/src/operations/load.ts";
import { baseImages } from "../testbed/base-images.ts";
import { ensureEngine, removeEngine, runningEngine } from "../testbed/engine.ts";
import { ensureImages } from "../testbed/images.ts";

const sample = fileURLToPath(new URL("../samples/parcel/", import.meta.url));
const command = fileURLToPath(new URL("../packages/gantry/bin/gantry.mjs", import.meta.url));
const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** Runs gantry in the sample's folder, in this terminal; its exit code. */
function gantry(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const child = spawn(process.execPath, [command, ...args], {
    cwd: sample,
    env: { ...process.env, ...env },
    stdio: "inherit",
  });
  // Ctrl-C reaches the child by the terminal; it cleans up, and its end is ours.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  return new Promise((done) =>
    child.on("close", (code, signal) => done(code ?? (signal === null ? 1 : 130))),
  );
}

async function up(): Promise<number> {
  const engine = await ensureEngine({ progress: say });
  const project = await loadProject({ cwd: sample });
  await ensureImages(engine, baseImages(project), { progress: say });
  const code = await gantry(["up"], engine.env);
  if (code !== 0) return code;
  const { EDGE_PORT = "8080" } = process.env;
  say("");
  say(`Open http://127.0.0.1:${EDGE_PORT} and create a parcel: its events arrive while you watch.`);
  say(
    "Look around in samples/parcel: npx gantry ps | logs | up --watch | test. Remove it all: npm run demo -- down",
  );
  return 0;
}

async function down(): Promise<number> {
  const engine = await runningEngine();
  const code = await gantry(["down", "--volumes"], engine?.env ?? {});
  if (engine !== undefined) {
    await removeEngine({ progress: say });
    say(
      "Its images are kept for the next time: node scripts/setup.mjs scripts/engine.ts down --purge removes them too.",
    );
  }
  return code;
}

const [action = "up", ...rest] = process.argv.slice(2);
if (rest.length > 0 || !["up", "down"].includes(action)) {
  say("usage: npm run demo [-- down]");
  process.exitCode = 2;
} else {
  process.exitCode = await (action === "up" ? up() : down()).catch((error: unknown) => {
    say(error instanceof Error ? error.message : String(error));
    return 1;
  });
}
