import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import type { Problem } from "../base/errors.ts";
import { prepareState, readText, stateFolder, writeAtomic } from "./files.ts";

/** Settings that fit a stack's file wherever it stands; the project's own tsconfig is not asked, it may be stricter. */
const flags: readonly string[] = [
  "--noEmit",
  "--strict",
  "--skipLibCheck",
  "--target",
  "es2024",
  "--module",
  "nodenext",
  "--allowImportingTsExtensions",
  "--erasableSyntaxOnly",
  "--pretty",
  "false",
];

/**
 * What the TypeScript compiler says about a stack's file; empty where the project has no compiler. A file that was
 * found right once is not checked again until it changes.
 */
export async function typeErrors(file: string): Promise<readonly Problem[]> {
  const root = dirname(file);
  const compiler = compilerOf(file);
  if (compiler === undefined) return [];
  const hash = createHash("sha256").update(readFileSync(file)).update(compiler.version).digest("hex");
  const memory = join(root, stateFolder, "type-checked");
  if ((await readText(memory)) === hash) return [];
  const output = await new Promise<string>((done) => {
    execFile(
      process.execPath,
      [compiler.path, ...flags, file],
      { cwd: root, maxBuffer: 16 * 1024 ** 2 },
      (_error, stdout) => done(stdout),
    );
  });
  const problems = parseErrors(output, basename(file));
  if (problems.length === 0) {
    await prepareState(root);
    await writeAtomic(memory, hash);
  }
  return problems;
}

function compilerOf(file: string): { path: string; version: string } | undefined {
  try {
    const manifest = createRequire(file).resolve("typescript/package.json");
    const { version, bin } = JSON.parse(readFileSync(manifest, "utf8")) as {
      version: string;
      bin: { tsc: string };
    };
    return { path: join(dirname(manifest), bin.tsc), version };
  } catch {
    return undefined;
  }
}

/** Errors of the stack's own file in the compiler's output, `stack.ts(3,5): error TS2322: …`, each with its continuation lines. */
export function parseErrors(output: string, name: string): readonly Problem[] {
  const problems: Problem[] = [];
  let last: { message: string[]; line: number; column: number; code: string } | undefined;
  const flush = (): void => {
    if (last === undefined) return;
    const [first = "", ...rest] = last.message;
    problems.push({
      code: "GTY1906",
      file: name,
      line: last.line,
      column: last.column,
      what: first.replace(/\.$/, ""),
      why: [...rest, `TypeScript ${last.code}.`].join(" "),
      fix: "Correct the type there; hover the setting in an editor to see what it takes.",
    });
    last = undefined;
  };
  for (const line of output.split("\n")) {
    const match = /^(.*?)\((\d+),(\d+)\): error (TS\d+): (.*)$/.exec(line);
    if (match !== null) {
      flush();
      if (basename(match[1] as string) === name && !(match[1] as string).includes("/")) {
        last = {
          message: [match[5] as string],
          line: Number(match[2]),
          column: Number(match[3]),
          code: match[4] as string,
        };
      }
    } else if (/^\s+\S/.test(line) && last !== undefined) last.message.push(line.trim());
  }
  flush();
  return problems;
}
