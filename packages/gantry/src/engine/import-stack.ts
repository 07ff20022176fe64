import { existsSync, statSync } from "node:fs";
import { registerHooks } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { GantryError, type Problem } from "../base/errors.ts";

/** The stack's file: the one that was named, or the nearest `stack.ts` from `cwd` upwards. Absolute. */
export function findStackFile(cwd: string, named?: string): string {
  if (named !== undefined) {
    const path = resolve(cwd, named);
    const file =
      statSync(path, { throwIfNoEntry: false })?.isDirectory() === true ? join(path, "stack.ts") : path;
    if (existsSync(file)) return file;
    throw new GantryError(
      { code: "GTY1901", what: `there is no file ${named}`, fix: "Correct the path after --file." },
      { exit: "usage" },
    );
  }
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const file = join(folder, "stack.ts");
    if (existsSync(file)) return file;
    if (folder === dirname(folder)) break;
  }
  throw new GantryError(
    {
      code: "GTY1901",
      what: "there is no stack.ts here, nor in any folder above",
      why: "Gantry works from one file that describes the stack.",
      fix: "Change to the stack's folder, name the file with --file, or write a first one with gantry init.",
    },
    { exit: "usage" },
  );
}

/** What a stack's file exports as default; runs the file. A file that cannot be read or run is a problem with its place. */
export async function importStack(file: string): Promise<unknown> {
  let exported: Record<string, unknown>;
  const { href } = pathToFileURL(file);
  // A stack is a module, also where package.json says that the project's own files are CommonJS, as `npm init` writes it.
  const hooks = registerHooks({
    load: (url, context, next) =>
      next(url, url === href && file.endsWith(".ts") ? { ...context, format: "module-typescript" } : context),
  });
  try {
    exported = (await import(href)) as Record<string, unknown>;
  } catch (error) {
    throw new GantryError(importProblem(error, file), { exit: "invalidStack", cause: error });
  } finally {
    hooks.deregister();
  }
  const stack = exported["default"] as { kind?: unknown; input?: unknown } | undefined;
  if (stack?.kind === "gantry.stack") return stack.input;
  throw new GantryError(
    {
      code: "GTY1902",
      file: relative(dirname(file), file),
      what: stack === undefined ? "the file has no default export" : "the default export is no stack",
      why: "Gantry reads the stack that the file exports.",
      fix: "Write `export default defineStack({ … })`.",
    },
    { exit: "invalidStack" },
  );
}

function importProblem(error: unknown, file: string): Problem {
  const caught = error as Error & { code?: string };
  const message = (caught.message ?? String(error)).trim();
  const name = relative(dirname(file), file);
  if (caught.code === "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX") {
    return {
      code: "GTY1903",
      file: name,
      ...placeOf(caught, file),
      what: "the file uses TypeScript that cannot simply be erased",
      why: lastLine(message),
      fix: "Use types, interfaces and plain objects; no enums, namespaces or parameter properties.",
    };
  }
  if (caught.code === "ERR_MODULE_NOT_FOUND" || caught.code === "ERR_PACKAGE_PATH_NOT_EXPORTED") {
    const missing = /'([^']+)'/.exec(message)?.[1] ?? "a module";
    return {
      code: "GTY1904",
      file: name,
      what: `the file imports ${missing}, which cannot be found`,
      why: "Imports are looked up from the stack's folder.",
      fix:
        missing.startsWith("/") || missing.startsWith(".")
          ? "Correct the path; TypeScript files are named with their ending, .ts."
          : `Run \`npm install ${missing}\` in the stack's folder.`,
    };
  }
  if (caught instanceof SyntaxError || caught.code === "ERR_INVALID_TYPESCRIPT_SYNTAX") {
    return {
      code: "GTY1903",
      file: name,
      ...placeOf(caught, file),
      what: `the file cannot be read: ${lastLine(message)}`,
      fix: "Correct the syntax at that place; an editor marks it.",
    };
  }
  return {
    code: "GTY1905",
    file: name,
    ...placeOf(caught, file),
    what: `the file stopped with an error: ${lastLine(message)}`,
    why: "A stack's file is run to read what it describes.",
    fix: "Correct the error; nothing was built or started.",
  };
}

/** Line and column from an error's stack or from the code frame that Node prints above it. */
function placeOf(error: Error, file: string): { line?: number; column?: number } {
  for (const match of (error.stack ?? "").matchAll(/((?:file:\/\/)?\/[^\s():]+):(\d+)(?::(\d+))?/g)) {
    const path = match[1]?.startsWith("file:") === true ? safePath(match[1]) : match[1];
    if (path === file)
      return { line: Number(match[2]), ...(match[3] === undefined ? {} : { column: Number(match[3]) }) };
  }
  return {};
}

function safePath(url: string): string | undefined {
  try {
    return fileURLToPath(url);
  } catch {
    return undefined;
  }
}

/** Node's TypeScript errors hold a code frame; the words come last or first. */
function lastLine(message: string): string {
  const lines = message.split("\n").map((line) => line.replace(/^[\s×xX|·╭╰─,-]+/, "").trim());
  return lines.find((line) => /[a-z]{3}/i.test(line)) ?? message;
}
