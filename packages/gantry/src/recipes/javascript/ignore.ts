import { joinPath } from "../../blueprint/files.ts";
import type { IgnoreLine } from "../../blueprint/plan.ts";
import { commonIgnore } from "../common.ts";
import type { NodeProject } from "./model.ts";
import type { PackageOptions } from "./options.ts";
import type { PackagePaths } from "./work.ts";

/** Folders that builds write, in this package and in those it is built with; sources beside outputs are not touched. */
export function builtFolders(project: NodeProject, paths: PackagePaths): readonly string[] {
  const generated = (output: string): boolean => /^(dist|build|out|lib|\.next|\.output)$/.test(output);
  const clean = (output: string): string => output.replace(/^\.?\//, "").replace(/\/.*$/, "");
  const own = paths.outputs
    .map(clean)
    .filter(generated)
    .map((output) => joinPath(paths.folder, output));
  const others = project.closure
    .filter((member) => member !== paths.folder)
    .flatMap((member) =>
      (project.members[member]?.files ?? ["dist"])
        .map(clean)
        .filter(generated)
        .map((output) => joinPath(member, output)),
    );
  return [...new Set([...own, ...others])].sort();
}

/** The image's ignore file. */
export function ignoreLines(
  options: PackageOptions,
  { manager }: NodeProject,
  outputs: readonly string[],
): readonly IgnoreLine[] {
  return [
    ...commonIgnore,
    { comment: "Made by the build or by tools" },
    { pattern: "**/node_modules" },
    ...manager.leavings.map((pattern) => ({ pattern })),
    ...outputs.map((pattern) => ({ pattern })),
    { pattern: "**/coverage" },
    { pattern: "**/*.tsbuildinfo" },
    ...((options.ignore ?? []).length === 0
      ? []
      : [{ comment: "From the stack" }, ...(options.ignore ?? []).map((pattern) => ({ pattern }))]),
  ];
}
