import { type FileTree, joinPath } from "../../blueprint/files.ts";
import type { HookName, Hooks, Manifest } from "./model.ts";

/** Programs that no package brings. */
const always: ReadonlySet<string> = new Set(["node", "echo", "true", "exit", "test", "cp", "mkdir", "rm"]);

/** Sorts a package's own hooks by what they need. `files` is the package's folder, `names` what its manager runs. */
export function hooksOf(files: FileTree, manifest: Manifest, names: readonly HookName[]): Hooks {
  const later: string[] = [];
  const notInProduction: string[] = [];
  const needed = new Set<string>();
  for (const name of names) {
    const script = manifest.scripts[name];
    if (script === undefined) continue;
    const commands = script.split(/&&|\|\||;/).map((command) => words(command));
    const read = commands.flatMap((command) => filesOf(command, files));
    const waits = commands.some(
      ([program = "", ...rest]) =>
        /^(npm|npx|pnpm|yarn|bun|turbo|nx|tsc|tsup|lerna|make)$/.test(program) ||
        // A script's own imports cannot be told: what lies at the top or in a folder for scripts stands alone.
        (program === "node" && !rest.some((word) => read.includes(joinPath(word)))),
    );
    if (waits) later.push(name);
    else for (const file of read) needed.add(file);
    const forgiving = script.includes("||");
    const missing = commands.some(
      ([program = ""]) => !always.has(program) && !isProvided(program, manifest.dependencies),
    );
    if (waits || (missing && !forgiving)) notInProduction.push(name);
  }
  return { later, notInProduction, files: [...needed].sort() };
}

function words(command: string): readonly string[] {
  const all = command.trim().split(/\s+/);
  const first = all.findIndex((word) => !/^[A-Z_][A-Z0-9_]*=/.test(word));
  return all.slice(first === -1 ? 0 : first);
}

/** Whether a package of this list may bring the program: most carry its name. */
function isProvided(program: string, dependencies: Manifest["dependencies"]): boolean {
  return Object.keys(dependencies).some((name) => name === program || name.split("/").includes(program));
}

/** Files and folders of the project that a command names, or that its program is known to read. */
function filesOf([program, ...rest]: readonly string[], files: FileTree): readonly string[] {
  const named = rest
    .filter((word) => /^[\w@./-]+\.\w+$/.test(word) && files.read(joinPath(word)) !== undefined)
    .map((word) => joinPath(word));
  return [...named, ...(program === "prisma" ? prismaFiles(files) : [])];
}

/** Schema, migrations and configuration of Prisma, where they usually lie. */
export function prismaFiles(files: FileTree): readonly string[] {
  return [
    ...(files.list("prisma").length > 0 ? ["prisma/"] : []),
    ...files.list("").filter((name) => /^prisma\.config\.[cm]?[jt]s$/.test(name)),
  ];
}

/** Whether Prisma makes its client into node_modules: the older generator, which has no `output`. */
export function prismaInModules(files: FileTree, manifest: Manifest): boolean {
  const generator =
    /^generator\s+\w+\s*\{([^}]*)\}/m.exec(files.read("prisma/schema.prisma") ?? "")?.[1] ?? "";
  return (
    manifest.dependencies["@prisma/client"] !== undefined &&
    /provider\s*=\s*"prisma-client-js"/.test(generator) &&
    !/^\s*output\s*=/m.test(generator)
  );
}
