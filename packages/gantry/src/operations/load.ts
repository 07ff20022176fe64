import { basename, dirname } from "node:path";
import { GantryError, type Problem } from "../base/errors.ts";
import type { Blueprint } from "../blueprint/model.ts";
import { type EnvironmentName, environmentNames } from "../blueprint/plan.ts";
import { findStackFile, importStack } from "../engine/import-stack.ts";
import { diskFiles } from "../engine/project-files.ts";
import { typeErrors } from "../engine/type-check.ts";
import { render } from "../render/index.ts";
import { resolve } from "../stack/resolve.ts";
import type { Project } from "./context.ts";

/** Where to look for the stack. */
export interface LoadOptions {
  /** Folder to start from. */
  readonly cwd: string;
  /** File or folder; the nearest `stack.ts` upwards when absent. */
  readonly file?: string;
  /** Ask the compiler too, where the project has one; true when absent. */
  readonly typeCheck?: boolean;
}

/**
 * The stack of a folder, ready for all environments.
 * Throws one {@link GantryError} (exit `invalidStack`) with every problem of the stack, in all environments at once.
 */
export async function loadProject(options: LoadOptions): Promise<Project> {
  const file = findStackFile(options.cwd, options.file);
  const root = dirname(file);
  const source = basename(file);
  const checked = options.typeCheck === false ? Promise.resolve([]) : typeErrors(file);
  const input = await importStack(file).catch(async (error: unknown) => {
    // What the compiler says of a file that cannot even be read adds nothing.
    await checked.catch(() => []);
    throw error;
  });
  const files = diskFiles(root);
  const resolved = environmentNames.map(
    (environment) => [environment, resolve(input, environment, files, source)] as const,
  );
  const problems = distinct(resolved.flatMap(([, result]) => result.problems)).map((problem) => ({
    file: source,
    ...problem,
  }));
  const all = problems.length > 0 ? problems : await checked;
  if (all.length > 0) throw new GantryError(all, { exit: "invalidStack" });

  const blueprints = new Map(
    resolved.map(([environment, result]) => [environment, result.blueprint as Blueprint]),
  );
  let rendered: ReadonlyMap<string, string> | undefined;
  return {
    root,
    source,
    name: blueprints.get("dev")?.name ?? "",
    blueprint: (environment: EnvironmentName) => blueprints.get(environment) as Blueprint,
    files: () => {
      rendered ??= render([...blueprints.values()]);
      return rendered;
    },
  };
}

/** The same problem stands in every environment; it is said once. */
function distinct(problems: readonly Problem[]): readonly Problem[] {
  return [
    ...new Map(
      problems.map((problem) => [`${problem.code} ${problem.path} ${problem.what}`, problem]),
    ).values(),
  ];
}
