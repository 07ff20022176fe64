import type { Step } from "../../blueprint/plan.ts";
import type { NodeProject } from "./model.ts";
import { homeOf } from "./work.ts";

/** Packages of the workspace that this one imports and that must be built before it, in their order. */
export function builtBefore(project: NodeProject, folder: string, script: string): readonly string[] {
  return project.closure.filter(
    (member) => member !== folder && project.members[member]?.scripts[script] !== undefined,
  );
}

/** In the order of their dependencies: a package is built before the ones that import it. */
export function runInMembers(project: NodeProject, script: string, members: readonly string[]): string {
  return members.map((member) => project.manager.run(script, member, project)).join(" && ");
}

/** Commands of a workspace's package are relative to it, as its scripts are. */
export const inMember = (folder: string): readonly Step[] =>
  folder === "" ? [] : [{ kind: "workdir", path: homeOf(folder) }];
