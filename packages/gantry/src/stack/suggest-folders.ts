import { type FileTree, joinPath, subtree } from "../blueprint/files.ts";
import type { Suggestion } from "../blueprint/suggestion.ts";
import { hasManifest, isPassedOver } from "../recipes/clues/sources.ts";
import { asMember } from "../recipes/javascript/suggest.ts";
import { suggestions } from "../recipes/suggestions.ts";

/** A folder in which a recipe knows something that runs. */
export interface FoundFolder {
  /** Relative to the project's folder; empty for that itself. */
  readonly folder: string;
  readonly recipe: string;
  /** Folder that is built: the workspace's root for one of its packages. */
  readonly context: string;
  readonly suggestion: Suggestion;
}

const deepest = 3;

/** All folders that become images: the root and up to three levels below it. */
export function findFolders(files: FileTree): readonly FoundFolder[] {
  const found: FoundFolder[] = [];
  const claimed: string[] = [];
  const visit = (folder: string, depth: number): void => {
    const all = look(subtree(files, folder));
    const surest = all.find(({ recipe, suggestion }) => isSomething(recipe, suggestion)) ?? all[0];
    const names = files.list(folder);
    // A workspace of pages may lie around a service of another language.
    const members = all.flatMap(({ suggestion }) => suggestion.members ?? []);
    if (
      surest !== undefined &&
      isSomething(surest.recipe, surest.suggestion) &&
      !isAside(surest.recipe, folder)
    )
      found.push({ folder, recipe: surest.recipe, context: folder, suggestion: surest.suggestion });
    if (members.length > 0) found.push(...membersOf(files, folder, members));
    claimed.push(...members.map((member) => joinPath(folder, member)));
    // A page or a second service often lies inside a project at the root; deeper packages are whole.
    const stays = surest !== undefined && surest.recipe !== "dockerfile" && folder !== "";
    if (stays || depth === deepest) return;
    for (const name of names) {
      const path = joinPath(folder, name);
      if (!name.endsWith("/") || isPassedOver(name) || claimed.some((member) => isBelow(path, member)))
        continue;
      if (
        surest === undefined ||
        surest.recipe === "dockerfile" ||
        surest.suggestion.service === undefined ||
        hasManifest(files, path)
      )
        visit(path, depth + 1);
    }
  };
  visit("", 0);
  return found.filter(
    ({ folder, recipe }) =>
      recipe !== "dockerfile" ||
      !found.some((other) => other.recipe !== "dockerfile" && isBelow(other.folder, folder)),
  );
}

const isBelow = (path: string, folder: string): boolean =>
  folder === "" ? path !== "" : path === folder || path.startsWith(`${folder}/`);

const isSomething = (recipe: string, suggestion: Suggestion): boolean =>
  recipe === "site" || suggestion.service !== undefined;

/** What recipes make of a folder, the surest first. */
function look(files: FileTree): readonly { readonly recipe: string; readonly suggestion: Suggestion }[] {
  return Object.entries(suggestions)
    .flatMap(([recipe, suggest]) => {
      const suggestion = suggest(files);
      return suggestion === undefined ? [] : [{ recipe, suggestion }];
    })
    .sort((a, b) => b.suggestion.sure - a.suggestion.sure);
}

/** A Dockerfile in a folder for such files belongs to sources that lie elsewhere. */
const isAside = (recipe: string, folder: string): boolean =>
  recipe === "dockerfile" &&
  /(^|\/)(docker|dockerfiles?|deployments?|infra|infrastructure|ci|compose|containers?|devops|packaging|playwright|scripts|tools)(\/|$)/i.test(
    folder,
  );

/** The packages of a workspace that run, built from its root. */
function membersOf(files: FileTree, root: string, members: readonly string[]): readonly FoundFolder[] {
  const whole = subtree(files, root);
  const all = Object.fromEntries(members.map((member) => [member, subtree(files, joinPath(root, member))]));
  return members.flatMap((member): readonly FoundFolder[] => {
    const folder = joinPath(root, member);
    const [own] = look(all[member] as FileTree);
    if (own === undefined || !isSomething(own.recipe, own.suggestion)) return [];
    if (own.recipe !== "node" && own.recipe !== "site")
      return [{ folder, recipe: own.recipe, context: folder, suggestion: own.suggestion }];
    return [
      { folder, recipe: own.recipe, context: root, suggestion: asMember(own.suggestion, member, whole, all) },
    ];
  });
}
