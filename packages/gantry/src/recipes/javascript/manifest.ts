import type { Problem } from "../../base/errors.ts";
import { type FileTree, joinPath, normalise, subtree } from "../../blueprint/files.ts";
import { readJson, recipeProblem } from "../common.ts";
import { hooksOf, prismaFiles, prismaInModules } from "./hooks.ts";
import { managerOf } from "./managers/list.ts";
import type { Hooks, ManagerName, Manifest, NodeProject, PackageManager } from "./model.ts";

/** Reads a package's manifest and lock file; all that stands in the way comes back as problems. */
export function readProject(
  files: FileTree,
  where: {
    path: string;
    context: string;
    workspace: string | undefined;
    manager: ManagerName | undefined;
    version: string | undefined;
  },
): { project?: NodeProject; problems: readonly Problem[] } {
  const fileName = (name: string): string => joinPath(where.context, name);
  const read = readManifest(files, "package.json");
  if (read.broken !== undefined) {
    return {
      problems: [
        {
          ...recipeProblem(
            "GTY2102",
            where.path,
            `${fileName("package.json")} is not valid JSON`,
            read.broken,
            "Correct the file; `npm pkg get name` tells when it is readable.",
          ),
          file: fileName("package.json"),
        },
      ],
    };
  }
  if (read.manifest === undefined) {
    return {
      problems: [
        recipeProblem(
          "GTY2101",
          where.path,
          `there is no ${fileName("package.json")}`,
          "The node recipe builds a package of npm, pnpm or Yarn, and finds everything else out from its manifest.",
          "Set `context` to the folder that holds package.json, or use `dockerfile({ … })`.",
        ),
      ],
    };
  }
  const root = read.manifest;
  const manager = managerOf(files, root, where.manager);
  const members: Record<string, Manifest> = {};
  for (const folder of workspaceFolders(files, root, manager)) {
    const member = readManifest(files, `${folder}/package.json`).manifest;
    if (member !== undefined) members[folder] = member;
  }
  const managed = { files, root, members, path: where.path, fileName };
  const problems: Problem[] = [...(manager.problems?.(managed) ?? [])];
  const present = files.list("");
  const lockFile =
    manager.lockFiles.find((name) => present.includes(name)) ?? (manager.lockFiles.at(-1) as string);
  if (!present.includes(lockFile)) {
    const other = present.find((name) => otherLocks.test(name));
    problems.push(
      recipeProblem(
        "GTY2103",
        where.path,
        `${fileName(lockFile)} is missing`,
        other === undefined
          ? "Without a lock file, two builds of the same source install different packages."
          : /^bun/.test(other)
            ? `There is ${other}, which this recipe cannot install from: it knows npm, pnpm and Yarn.`
            : `There is ${other}, of another tool than the one that is named.`,
        `Run \`${manager.lockCommand}\` in ${where.context === "" ? "." : where.context} and commit ${lockFile}.`,
      ),
    );
  }
  let manifest = root;
  if (where.workspace !== undefined) {
    const chosen = members[normalise(where.workspace)];
    if (chosen === undefined) {
      problems.push(
        recipeProblem(
          "GTY2104",
          `${where.path}.workspace`,
          `${where.workspace} is not a package of the workspace in ${where.context || "."}`,
          `Its packages are ${Object.keys(members).join(", ") || "none"}.`,
          "Give one of these paths, or add it to the workspace's list.",
        ),
      );
    } else manifest = chosen;
  }
  if (problems.length > 0) return { problems };
  const hooks = Object.fromEntries(
    [["", root] as const, ...Object.entries(members)].map(
      ([folder, one]) => [folder, hooksOf(subtree(files, folder), one, manager.hooks)] as const,
    ),
  );
  const closure = where.workspace === undefined ? [] : closureOf(normalise(where.workspace), members);
  return {
    problems,
    project: {
      hooks,
      nested: manager.nested(files.read(lockFile), closure),
      generated:
        manager.hoists && prismaInModules(subtree(files, normalise(where.workspace ?? "")), manifest),
      manager,
      lockFile,
      manifest,
      root,
      members,
      closure,
      installFiles: installFiles(files, manager, { "": root, ...members }, hooks),
      nodeVersion: where.version ?? nodeVersion(files, root),
    },
  };
}

/** Folders of a workspace's packages; empty outside workspaces. */
export function workspaceFolders(
  files: FileTree,
  root: Manifest,
  manager: PackageManager,
): readonly string[] {
  return expand(files, manager.workspaces(files, root));
}

/** A package.json, as far as builds depend on it. */
export function readManifest(files: FileTree, path: string): { manifest?: Manifest; broken?: string } {
  const { value, broken } = readJson(files, path);
  if (broken !== undefined) return { broken };
  if (value === undefined) return {};
  const texts = (key: string): Record<string, string> =>
    (value[key] as Record<string, string> | undefined) ?? {};
  const workspaces = value["workspaces"];
  return {
    manifest: {
      name: value["name"] as string | undefined,
      scripts: texts("scripts"),
      dependencies: { ...texts("optionalDependencies"), ...texts("dependencies") },
      devDependencies: texts("devDependencies"),
      files: value["files"] as string[] | undefined,
      main: value["main"] as string | undefined,
      engines: texts("engines")["node"],
      packageManager: value["packageManager"] as string | undefined,
      workspaces: Array.isArray(workspaces)
        ? (workspaces as string[])
        : ((workspaces as { packages?: string[] } | undefined)?.packages ?? []),
    },
  };
}

/** Folders that workspace patterns name: `packages/*`, `apps/web`; `**` is read as one level or more, to a depth of 4. */
function expand(files: FileTree, patterns: readonly string[]): readonly string[] {
  const found = new Set<string>();
  const walk = (folder: string, parts: readonly string[], depth: number): void => {
    const [part, ...rest] = parts;
    if (part === undefined) {
      if (files.list(folder).includes("package.json")) found.add(folder);
      return;
    }
    if (!part.includes("*")) {
      walk(joinPath(folder, part), rest, depth + 1);
      return;
    }
    if (part === "**") walk(folder, rest, depth);
    if (depth > 4) return;
    const name = new RegExp(`^${part.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll(/\*+/g, "[^/]*")}$`);
    for (const entry of files.list(folder)) {
      if (!entry.endsWith("/") || entry === "node_modules/" || !name.test(entry.slice(0, -1))) continue;
      walk(joinPath(folder, entry), part === "**" ? parts : rest, depth + 1);
    }
  };
  for (const pattern of patterns) if (!pattern.startsWith("!")) walk("", normalise(pattern).split("/"), 0);
  for (const pattern of patterns) if (pattern.startsWith("!")) found.delete(normalise(pattern.slice(1)));
  return [...found].sort();
}

/** Workspace packages that `start` needs at run time, itself last. */
export function closureOf(start: string, members: Readonly<Record<string, Manifest>>): readonly string[] {
  const byName = new Map(Object.entries(members).map(([folder, manifest]) => [manifest.name, folder]));
  const order: string[] = [];
  const visit = (folder: string): void => {
    if (order.includes(folder) || seen.has(folder)) return;
    seen.add(folder);
    for (const name of Object.keys(members[folder]?.dependencies ?? {}).sort()) {
      const other = byName.get(name);
      if (other !== undefined) visit(other);
    }
    order.push(folder);
  };
  const seen = new Set<string>();
  visit(start);
  return order;
}

function installFiles(
  files: FileTree,
  manager: PackageManager,
  manifests: Readonly<Record<string, Manifest>>,
  hooks: Readonly<Record<string, Hooks>>,
): readonly string[] {
  const needed = new Set<string>();
  for (const path of ["patches/", ...manager.settings(files)]) if (isThere(files, path)) needed.add(path);
  for (const [folder, manifest] of Object.entries(manifests)) {
    for (const target of Object.values({ ...manifest.dependencies, ...manifest.devDependencies })) {
      // A tarball in the project is an input of the install; a linked folder is one of the workspace's packages.
      if (target.startsWith("file:") && /\.t(ar\.)?gz$/.test(target))
        needed.add(joinPath(folder, target.slice(5)));
    }
    const own = subtree(files, folder);
    const read = [
      ...(hooks[folder]?.files ?? []),
      // Its client is made while it is installed, from the schema.
      ...(manifest.dependencies["@prisma/client"] === undefined ? [] : prismaFiles(own)),
    ];
    for (const file of read) needed.add(`${joinPath(folder, file)}${file.endsWith("/") ? "/" : ""}`);
  }
  return [...needed].sort();
}

/** Lock files of all tools that write one. */
const otherLocks = /^(package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|yarn\.lock|bun\.lockb?)$/;

/** Whether a file is there, or a folder, whose path ends in a slash. */
function isThere(files: FileTree, path: string): boolean {
  const [, folder = "", name = ""] = /^(?:(.*)\/)?([^/]+\/?)$/.exec(path) ?? [];
  return files.list(folder).includes(name);
}

/**
 * Version from the files that people keep it in. A range with an end counts from its lower bound; one without (`>=20`)
 * promises every later version too, and old ones get no security fixes any more.
 */
function nodeVersion(files: FileTree, root: Manifest): string {
  for (const name of [".nvmrc", ".node-version"]) {
    const match = /^v?(\d+(?:\.\d+){0,2})\s*$/.exec(files.read(name) ?? "");
    if (match !== null) return match[1] as string;
  }
  const range = root.engines ?? "";
  const bound = /(\d+)(?:\.\d+)*/.exec(range)?.[1];
  const open = /^\s*>=?\s*v?\d+(\.\d+)*\s*$/.test(range) && Number(bound) < Number(usualVersion);
  return open ? usualVersion : (bound ?? usualVersion);
}

/** The version with long-term support. */
const usualVersion = "24";
