import { existsSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join, relative, resolve as resolvePath } from "node:path";
import { GantryError, type Problem } from "../base/errors.ts";
import type { FileTree } from "../blueprint/files.ts";
import { environmentNames } from "../blueprint/plan.ts";
import { createOnce } from "../engine/files.ts";
import { diskFiles } from "../engine/project-files.ts";
import { diskFiles as projectFiles } from "../read/disk-files.ts";
import { resolve } from "../stack/resolve.ts";
import { type FoundService, type SuggestedStack, suggestStack } from "../stack/suggest.ts";
import { composeFacts, notTaken } from "./init-compose.ts";
import { loadProject } from "./load.ts";

/** What to describe, and whether to write it down. */
export interface InitOptions {
  readonly cwd: string;
  /** Folder of the project; `cwd` when absent. */
  readonly folder?: string;
  /** Only show the text. */
  readonly print: boolean;
}

/** A first stack, what it stands on, and what is left to do. */
export interface InitResult {
  /** The stack's file, relative to where the command runs. */
  readonly file: string;
  readonly written: boolean;
  readonly text: string;
  readonly found: readonly FoundService[];
  readonly parts: SuggestedStack["parts"];
  readonly guesses: SuggestedStack["guesses"];
  /** Compose files that were read, and what of them is not in the stack. */
  readonly compose: { readonly files: readonly string[]; readonly notTaken: readonly string[] };
  /** What keeps the stack from being built. */
  readonly problems: readonly Problem[];
  /** Commands, in their order. */
  readonly next: readonly string[];
}

/**
 * Describes a project that has no stack, and writes stack.ts; an existing one is never touched.
 * Throws {@link GantryError} (exit `usage`) where there is one, no folder, or nothing that is known.
 */
export async function initStack(options: InitOptions): Promise<InitResult> {
  const root = resolvePath(options.cwd, options.folder ?? ".");
  const shown = relative(options.cwd, root) || ".";
  if (statSync(root, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new GantryError(
      {
        code: "GTY1907",
        what: `there is no folder ${shown}`,
        fix: "Name the project's folder, or none for this one.",
      },
      { exit: "usage" },
    );
  const path = join(root, "stack.ts");
  if (!options.print && existsSync(path)) throw stackExists(relative(options.cwd, path));
  const files = diskFiles(root);
  const facts = composeFacts(files, projectFiles(root));
  const stack = suggestStack(files, basename(root), facts);
  if (stack === undefined)
    throw new GantryError(
      {
        code: "GTY1908",
        what: `nothing was found in ${shown} that Gantry knows how to build`,
        why: "It looks for services and pages of Node, Python and Rust, and for Dockerfiles, in the folder and three levels below it.",
        fix: "Change to the project's folder, or write stack.ts by hand: docs/stack.md has every option.",
      },
      { exit: "usage" },
    );
  if (!options.print && !(await createOnce(path, stack.text))) throw stackExists(relative(options.cwd, path));
  const installed = canImport(path);
  const problems = options.print || !installed ? inAllEnvironments(stack, files) : await problemsOf(root);
  const services = new Set([
    ...stack.parts.map(({ name }) => name),
    ...stack.found.flatMap((found) => found.services),
  ]);
  return {
    file: relative(options.cwd, path),
    written: !options.print,
    text: stack.text,
    found: stack.found,
    parts: stack.parts,
    guesses: stack.guesses,
    compose: {
      files: facts.files,
      notTaken: [
        ...facts.differs,
        ...notTaken(
          facts,
          services,
          new Set(stack.found.map(({ folder }) => folder)),
          new Set(stack.variables),
        ),
      ],
    },
    problems,
    next: [
      ...(shown === "." ? [] : [`cd ${shown}`]),
      ...(installed ? [] : [stack.install]),
      "npx gantry up",
      ...(installed ? ["npx gantry check"] : []),
    ],
  };
}

function stackExists(file: string): GantryError {
  return new GantryError(
    {
      code: "GTY1909",
      file,
      what: "there is a stack already",
      why: "gantry init writes a first one, and never over what somebody wrote.",
      fix: "See what it would write now with --print, or move the file away.",
    },
    { exit: "usage" },
  );
}

/** Whether the stack's import is found from where it stands. */
function canImport(file: string): boolean {
  try {
    createRequire(file).resolve("gantry");
    return true;
  } catch {
    return false;
  }
}

async function problemsOf(root: string): Promise<readonly Problem[]> {
  try {
    await loadProject({ cwd: root, file: "stack.ts" });
    return [];
  } catch (error) {
    if (error instanceof GantryError) return error.problems;
    throw error;
  }
}

/** The same that loading says, for a stack that cannot be imported yet. */
function inAllEnvironments(stack: SuggestedStack, files: FileTree): readonly Problem[] {
  const problems = environmentNames.flatMap(
    (environment) => resolve(stack.input, environment, files).problems,
  );
  return [
    ...new Map(
      problems.map((problem) => [
        `${problem.code} ${problem.path} ${problem.what}`,
        { file: "stack.ts", ...problem },
      ]),
    ).values(),
  ];
}
