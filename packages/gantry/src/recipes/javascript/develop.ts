import { type FileTree, joinPath } from "../../blueprint/files.ts";
import type { DevelopPlan, WatchRule } from "../../blueprint/plan.ts";
import { neverSynced } from "../common.ts";
import type { NodeProject } from "./model.ts";
import { asCommand, type PackageWork, workdir } from "./work.ts";

/**
 * Built files by the sources that Node can run in their place: where the compiler is told to allow only types that can be
 * erased, and imports name `.ts` files.
 */
export function runnableSources(
  files: FileTree,
  outputs: readonly string[],
): Readonly<Record<string, string>> {
  const settings = files.read("tsconfig.json") ?? "";
  const erasable = /"(erasableSyntaxOnly|rewriteRelativeImportExtensions)"\s*:\s*true/.test(settings);
  const output = outputs[0];
  if (!erasable || output === undefined) return {};
  const found: Record<string, string> = {};
  const walk = (folder: string): void => {
    for (const name of files.list(folder)) {
      if (name.endsWith("/")) walk(joinPath(folder, name));
      else if (/(?<!\.d)\.ts$/.test(name)) {
        const source = joinPath(folder, name);
        found[`${joinPath(output)}/${source.slice("src/".length).replace(/\.ts$/, ".js")}`] = source;
      }
    }
  };
  walk("src");
  return found;
}

/** How a package is developed: what runs, and what is synced into the container. */
export function developPlan(
  work: PackageWork,
  project: NodeProject,
  context: string,
  {
    start,
    outputs,
    sources,
    built,
    imported,
  }: {
    readonly start: readonly string[];
    readonly outputs: readonly string[];
    readonly sources: Readonly<Record<string, string>>;
    readonly built: boolean;
    /** Packages of the workspace that it imports built. */
    readonly imported: readonly string[];
  },
): DevelopPlan {
  const { scripts } = project.manifest;
  const script = devScript(scripts, project);
  const command = work.dev ?? script ?? fromSource(start, sources);
  const path = context === "" ? "." : context;
  // A workspace is synced as a whole.
  const anywhere = project.closure.length > 0 ? "**/" : "";
  const ignore = [
    ...outputs.map((output) => `${anywhere}${output.replace(/\/$/, "")}/`),
    ...project.manager.leavings,
    ...neverSynced,
  ];
  // Without sources that run as they are, each change is built anew.
  const rebuilt = built && command === undefined;
  return {
    command: command ?? (built ? undefined : watching(start)),
    sources,
    ...debugged(command ?? start),
    watch: rebuilt
      ? [{ action: "rebuild", path, ignore }]
      : [
          ...imported.map(
            (member): WatchRule => ({
              action: "rebuild",
              path: joinPath(context, member),
              ignore: ["node_modules/", "dist/"],
            }),
          ),
          { action: "sync", path, target: workdir, ignore },
          { action: "rebuild", path: joinPath(context, "package.json") },
          { action: "rebuild", path: joinPath(context, project.lockFile) },
        ],
  };
}

/** The script for development. In a workspace programs lie at its root, where only the package manager looks. */
function devScript(
  scripts: NodeProject["manifest"]["scripts"],
  { manager, closure }: NodeProject,
): readonly string[] | undefined {
  const name = ["dev", "start:dev"].find((one) => asCommand(scripts[one]) !== undefined);
  if (name === undefined) return undefined;
  const command = asCommand(scripts[name]) as readonly string[];
  return closure.length > 0 && isPackaged(command) ? [manager.name, "run", name] : command;
}

const isPackaged = ([program = ""]: readonly string[]): boolean => program.startsWith("node_modules/.bin/");

/** The same with a debugger; a package manager would open it for itself. */
function debugged(command: readonly string[]): Pick<DevelopPlan, "debug"> {
  const port = 9229;
  const words = command[0] === "node" ? command.slice(1) : isPackaged(command) ? command : undefined;
  return words === undefined
    ? {}
    : { debug: { port, command: ["node", `--inspect=0.0.0.0:${port}`, ...words] } };
}

function fromSource(
  start: readonly string[],
  sources: Readonly<Record<string, string>>,
): readonly string[] | undefined {
  if (start[0] !== "node" || !start.some((word) => sources[word] !== undefined)) return undefined;
  return watching(start.map((word) => sources[word] ?? word));
}

/** Node's own watcher, which restarts when a file that was imported changes. */
const watching = (command: readonly string[]): readonly string[] => ["node", "--watch", ...command.slice(1)];
