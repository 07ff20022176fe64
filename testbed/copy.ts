import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** The package under test. */
export const gantryFolder: string = fileURLToPath(new URL("../packages/gantry", import.meta.url));

/** The command line's own file. */
export const gantryCommand: string = join(gantryFolder, "bin", "gantry.mjs");

/** What `npm install gantry` would do in a folder. */
export function linkGantry(folder: string): void {
  mkdirSync(join(folder, "node_modules"), { recursive: true });
  symlinkSync(gantryFolder, join(folder, "node_modules", "gantry"));
}

/** A sample's own files in a new folder, without what is made from them, with Gantry beside them; the folder's path. */
export function copySample(
  sample: string,
  options: { readonly label: string; readonly stack?: (text: string) => string },
): string {
  const folder = mkdtempSync(join(tmpdir(), `gantry-${options.label}-`));
  cpSync(sample, folder, {
    recursive: true,
    filter: (path) => !/\/(node_modules|dist|target|live|deploy|\.gantry|__pycache__|\.venv)$/.test(path),
  });
  linkGantry(folder);
  const stack = join(folder, "stack.ts");
  if (options.stack !== undefined) writeFileSync(stack, options.stack(readFileSync(stack, "utf8")));
  return folder;
}

/** How a command ended, and all that it printed. */
export interface Ended {
  /** Exit code, or 128 and the signal's number as shells say it. */
  readonly code: number;
  readonly out: string;
}

/** Runs a program to its end, however that is; whole lines are told as they come. */
export function runToEnd(
  program: string,
  args: readonly string[],
  place: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
  onLine?: (line: string) => void,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...place, stdio: ["ignore", "pipe", "pipe"] });
    let out = "";
    for (const stream of [child.stdout, child.stderr]) {
      if (onLine !== undefined) createInterface(stream).on("line", onLine);
      stream.setEncoding("utf8").on("data", (text: string) => {
        out += text;
      });
    }
    child.on("error", reject);
    child.on("close", (code, signal) =>
      resolve({ code: code ?? 128 + (signal === null ? 0 : constants.signals[signal]), out }),
    );
  });
}
