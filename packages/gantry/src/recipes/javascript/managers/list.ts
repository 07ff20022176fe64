import type { FileTree } from "../../../blueprint/files.ts";
import type { ManagerName, Manifest, PackageManager } from "../model.ts";
import { npm } from "./npm.ts";
import { pnpm } from "./pnpm.ts";
import { yarn } from "./yarn.ts";
import { yarnClassic } from "./yarn-classic.ts";

/** All of them. Where a project has lock files of several and names none, the first counts. */
export const managers: readonly PackageManager[] = [npm, pnpm, yarnClassic, yarn];

/** The manager of a project: the one that is wanted, or that package.json names, or whose lock file is there. */
export function managerOf(
  files: FileTree,
  root: Pick<Manifest, "packageManager"> | undefined,
  wanted?: ManagerName,
): PackageManager {
  const names = files.list("");
  const named = wanted ?? /^(npm|pnpm|yarn)@/.exec(root?.packageManager ?? "")?.[1];
  const fitting = managers.filter(({ fits }) => fits?.(files, root?.packageManager) !== false);
  return (
    fitting.find(({ name, lockFiles }) =>
      named === undefined ? lockFiles.some((lock) => names.includes(lock)) : name === named,
    ) ?? (names.includes("pnpm-workspace.yaml") ? pnpm : npm)
  );
}
