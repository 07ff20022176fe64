import { hasAny } from "../../base/text.ts";
import type { Dockerfile } from "../../read/dockerfile/model.ts";
import { copySources, flag } from "../../read/dockerfile/questions.ts";
import type { ProjectFacts } from "../../read/facts.ts";
import type { IgnoreFile } from "../../read/ignore/model.ts";
import { fileNameOf, folderOf, leadsFromTopOnly } from "../../read/paths.ts";
import { ignoreFileAt } from "../../read/walk.ts";
import { buildersOf } from "./builders.ts";

/** A folder that a Dockerfile is built from. */
export interface BuildContext {
  /** `""` is the project's folder. */
  readonly folder: string;
  readonly ignore: IgnoreFile | undefined;
  /** Who says so: `service "api"`; `undefined` when it is only what `docker build` in that folder would do. */
  readonly owner: string | undefined;
  /** Whether the image has a name of its own, under which it may be there already. */
  readonly isNamed: boolean;
}

/**
 * The folders that a Dockerfile is built from: what Compose and Bake files say, or else its own folder, when it has the
 * name that `docker build` looks for there; the project's, when only there is what it copies.
 */
export function contextsOf(facts: ProjectFacts, dockerfile: Dockerfile): readonly BuildContext[] {
  const builders = buildersOf(facts, dockerfile);
  if (builders.length > 0) {
    const known = new Map<string, BuildContext>();
    for (const { link, owner, isNamed } of builders) {
      if (link.context === undefined) continue;
      const folder = link.context;
      if (!known.has(folder)) known.set(folder, { folder, ignore: link.ignore, owner, isNamed });
    }
    return [...known.values()];
  }
  const own = folderOf(dockerfile.path);
  const fromAbove = own !== "" && copiesFromAbove(facts, dockerfile, own);
  if (!fromAbove && fileNameOf(dockerfile.path) !== "Dockerfile") return [];
  const folder = fromAbove ? "" : own;
  const named = (path: string): IgnoreFile | undefined => ignoreFileAt(facts, path);
  const ignore = named(`${dockerfile.path}.dockerignore`) ?? named(pathIn(folder, ".dockerignore"));
  return [{ folder, ignore, owner: undefined, isNamed: false }];
}

function copiesFromAbove(facts: ProjectFacts, dockerfile: Dockerfile, own: string): boolean {
  return dockerfile.instructions.some((instruction) => {
    if (instruction.keyword !== "COPY" && instruction.keyword !== "ADD") return false;
    if (flag(instruction, "from") !== undefined) return false;
    return copySources(instruction).some(
      ({ value }) => isPlainPath(value) && leadsFromTopOnly(value, own, facts.paths),
    );
  });
}

/** Path in the project of a path in a context; `undefined` when it leaves the context. */
export function pathInContext(context: BuildContext, source: string): string | undefined {
  const parts: string[] = [];
  for (const part of source.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === "..") {
      // Docker stops at the context's root, as chroot does.
      parts.pop();
    } else parts.push(part);
  }
  return pathIn(context.folder, parts.join("/"));
}

function pathIn(folder: string, path: string): string {
  return folder === "" ? path : path === "" ? folder : `${folder}/${path}`;
}

/** A source of COPY or ADD that is a plain path in the context: no address, pattern, variable or here-document. */
export function isPlainPath(source: string): boolean {
  if (hasAny(source, ["*", "?", "[", "]", "$", "\\"]) || source.startsWith("<<")) return false;
  return !hasAny(source, ["://", "@"]) || !/^[a-z][a-z0-9+.-]*:\/\/|^git@/i.test(source);
}
