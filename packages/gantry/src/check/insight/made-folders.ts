import { hasAny } from "../../base/text.ts";
import type { Instruction, Stage } from "../../read/dockerfile/model.ts";
import { copyDestination, copySources, flag, lineage } from "../../read/dockerfile/questions.ts";
import { once } from "../../read/once.ts";
import { fileNameOf, withoutEndSlash } from "../../read/paths.ts";
import { scriptCommands, wordValues } from "../../read/shell/questions.ts";
import type { Span } from "../../read/source.ts";

/** A folder that an image has because its build installed packages or made results. */
export interface MadeFolder {
  /** Absolute. */
  readonly path: string;
  readonly span: Span;
}

/** Whether a path is a folder that a package manager fills. */
export function isPackageFolder(path: string): boolean {
  return ["/node_modules", "/vendor", "/.venv"].some((ending) => path.endsWith(ending));
}

const managers = new Set(["npm", "yarn", "pnpm", "bun", "composer", "poetry", "uv", "pip", "bundle"]);

const installVerbs = ["ci", "i", "install", "sync", "add"];

/** Whether a command line installs packages before it starts something. */
export function installsAtStart(words: readonly string[]): boolean {
  const all = words.flatMap((word) => word.split(/[^\w.-]+/));
  const first = all.findIndex((word) => managers.has(word));
  return first !== -1 && all.slice(first).some((word) => installVerbs.includes(word));
}

/** Folders of packages (`node_modules`, `.venv`, `vendor`) and of results from other stages, in the image of a stage. */
export const madeFolders: (stage: Stage) => readonly MadeFolder[] = once((stage) => {
  const made: MadeFolder[] = [];
  const env = new Map<string, string>();
  let workdir: string | undefined = "/";
  for (const one of lineage(stage).toReversed()) {
    for (const instruction of one.instructions) {
      if (instruction.keyword === "WORKDIR") workdir = absolute(workdir, instruction.words[0]?.value ?? "");
      if (instruction.keyword === "ENV")
        for (const word of instruction.words)
          env.set(word.value.split("=")[0] ?? "", word.value.split("=")[1] ?? "");
      const names =
        instruction.keyword === "RUN"
          ? installed(instruction, env)
          : instruction.keyword === "COPY"
            ? copied(instruction)
            : [];
      for (const name of names) {
        const path = absolute(workdir, name);
        if (path !== undefined) made.push({ path, span: instruction.span });
      }
    }
  }
  const others = made.filter(({ path }) => !path.endsWith("/node_modules"));
  return others.length < made.length && movesModules(stage) ? others : made;
});

/** Whether packages are moved, linked or looked for elsewhere: they are then not where the tool puts them. */
function movesModules(stage: Stage): boolean {
  const texts = lineage(stage).flatMap((one) => one.instructions.map(({ text }) => text));
  return texts.some(
    (text) =>
      hasAny(text, ["node_modules", "NODE_PATH", "modules-folder"]) &&
      /\b(?:mv|ln|mkdir|cp)\b[^&;|]*node_modules|^NODE_PATH\b|modules-folder/.test(text),
  );
}

/** Whether a path lies in a folder, deeper than itself. */
export function isBelow(path: string, folder: string): boolean {
  return path !== folder && path.startsWith(folder.endsWith("/") ? folder : `${folder}/`);
}

/** A path as seen from a working directory; `undefined` when a variable hides it. */
export function absolute(workdir: string | undefined, path: string): string | undefined {
  if (path.includes("$")) return undefined;
  const whole = path.startsWith("/") ? path : workdir === undefined ? undefined : `${workdir}/${path}`;
  if (whole === undefined) return undefined;
  const parts: string[] = [];
  for (const part of whole.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}

const elsewhereOptions = ["-g", "--global", "--prefix", "-C", "--cwd", "--dir"];

/** Folders that the commands of a RUN install into, as seen from the working directory. */
function installed(instruction: Instruction, env: ReadonlyMap<string, string>): readonly string[] {
  const commands = instruction.form === "exec" ? [] : scriptCommands(instruction);
  // After a change of folder in the script the working directory says nothing.
  if (commands.some(({ name }) => name === "cd")) return [];
  return commands.flatMap((command) => {
    const words = wordValues(command);
    const verb = words[1] ?? "";
    const elsewhere = words.some((word) => elsewhereOptions.some((option) => word.startsWith(option)));
    if (elsewhere || words.includes("--package-lock-only")) return [];
    if (
      ["npm", "pnpm", "bun"].includes(command.name) &&
      ["ci", "i", "install", "clean-install"].includes(verb)
    )
      return words.slice(2).every((word) => word.startsWith("-")) ? ["node_modules"] : [];
    if (command.name === "yarn" && (verb === "" || verb === "install" || verb.startsWith("-")))
      return verb === "--version" ? [] : ["node_modules"];
    if (command.name === "composer" && verb === "install") return ["vendor"];
    if (
      command.name === "uv" &&
      verb === "sync" &&
      !env.has("UV_PROJECT_ENVIRONMENT") &&
      !words.includes("--system")
    )
      return [".venv"];
    if (
      command.name === "poetry" &&
      verb === "install" &&
      ["true", "1"].includes(env.get("POETRY_VIRTUALENVS_IN_PROJECT") ?? "")
    )
      return [".venv"];
    return [];
  });
}

const resultFolders = new Set([
  ...["node_modules", ".venv", "vendor", "dist", "build", "out", "public", "static", "staticfiles"],
  ...[".next", "target", "assets", "bin"],
]);

/** Results of other stages: the destination when it is a folder of its own. */
function copied(instruction: Instruction): readonly string[] {
  if (flag(instruction, "from") === undefined) return [];
  const destination = copyDestination(instruction)?.value ?? "";
  const sources = copySources(instruction).map(({ value }) => withoutEndSlash(value));
  const [only] = sources;
  // The whole project from another stage is source, and source is what people mount over.
  if (sources.length !== 1 || !only?.includes("/") || !resultFolders.has(fileNameOf(only))) return [];
  return ["", ".", "./", "/"].includes(destination) ? [] : [withoutEndSlash(destination)];
}
