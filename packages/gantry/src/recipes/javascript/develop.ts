import { type FileTree, joinPath } from "../../blueprint/files.ts";
import type { DevelopPlan } from "../../blueprint/plan.ts";
import type { NodeProject } from "./manifest.ts";
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
  start: readonly string[],
  outputs: readonly string[],
  sources: Readonly<Record<string, string>>,
  built: boolean,
): DevelopPlan {
  const script = asCommand(project.manifest.scripts["dev"]);
  const command = work.dev ?? script ?? fromSource(start, sources);
  const path = context === "" ? "." : context;
  const ignore = ["node_modules/", ...outputs.map((output) => `${output.replace(/\/$/, "")}/`)];
  // Without sources that run as they are, each change is built anew.
  const rebuilt = built && command === undefined;
  return {
    command: command ?? (built ? undefined : watching(start)),
    sources,
    debug: { port: 9229, command: ["node", "--inspect=0.0.0.0:9229", ...(command ?? start).slice(1)] },
    watch: rebuilt
      ? [{ action: "rebuild", path, ignore }]
      : [
          { action: "sync", path, target: workdir, ignore },
          { action: "rebuild", path: joinPath(context, "package.json") },
          { action: "rebuild", path: joinPath(context, project.lockFile) },
        ],
  };
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
