import type { Problem } from "../../../base/errors.ts";
import { joinPath } from "../../../blueprint/files.ts";
import { readJson, recipeProblem } from "../../common.ts";
import type { ManagedFiles, NodeProject, PackageManager } from "../model.ts";
import { installGlobally } from "./global.ts";
import { needsNothing, npm } from "./npm.ts";

/** Images from this version of Node on bring no Yarn. */
const withoutYarn = 26;

/** Takes the Yarn of the image away; npm overwrites no program that it did not install. */
export const removeYarn = "rm -f /usr/local/bin/yarn /usr/local/bin/yarnpkg";

/** Yarn 1, the last of which images of older Nodes bring; it also starts the Yarn that `yarnPath` names. */
export const imagesYarn: PackageManager["setup"] = ({ nodeVersion, root }) => {
  if (Number.parseInt(nodeVersion, 10) < withoutYarn) return [];
  const version = /^yarn@(1[\d.]*)/.exec(root.packageManager ?? "")?.[1] ?? "1.22.22";
  return [installGlobally(`yarn@${version}`, "Newer Node images bring no Yarn.", [removeYarn])];
};

/** Whether a lock file was written by Yarn 2 or later. */
const isLaterLock = (lock: string | undefined): boolean => /^__metadata:/m.test(lock ?? "");

/** Whether Yarn 1 wrote it; an empty one is anybody's. */
export const isFirstLock = (lock: string | undefined): boolean => /^# yarn lockfile v1/m.test(lock ?? "");

/** Yarn 1, whose lock file begins with `# yarn lockfile v1`. */
export const yarnClassic: PackageManager = {
  name: "yarn",
  lockFiles: ["yarn.lock"],
  lockCommand: "yarn install",
  addCommand: (name, shared) => `yarn add --dev ${shared ? "--ignore-workspace-root-check " : ""}${name}`,
  moveCommand: (name) => `yarn remove ${name} && yarn add ${name}`,
  fits: (files, named) => {
    const major = /^yarn@(\d+)/.exec(named ?? "")?.[1];
    if (major !== undefined) return major === "1";
    const lock = files.read("yarn.lock");
    return lock === undefined ? !files.list("").includes(".yarnrc.yml") : !isLaterLock(lock);
  },
  problems: (project) =>
    isLaterLock(project.files.read("yarn.lock"))
      ? [
          otherLock(
            project,
            "Yarn 2 or later wrote it, and package.json names Yarn 1.",
            "Name the Yarn that you use with `yarn set version stable`, or go back to the lock file of Yarn 1.",
          ),
        ]
      : notLocked(project),
  workspaces: npm.workspaces,
  settings: (files) => [".npmrc", ".yarnrc", ".yarn/releases/", ...offlineMirror(files.read(".yarnrc"))],
  leavings: [],
  hooks: npm.hooks,
  programsAtRoot: false,
  hoists: true,
  // Its lock file does not say where packages come to lie.
  nested: (_lock, closure) => closure,
  setup: imagesYarn,
  // Two installs that write at once spoil it.
  cache: { kind: "cache", target: "/usr/local/share/.cache/yarn", id: "yarn-1-cache", sharing: "locked" },
  install: () => ["yarn install --frozen-lockfile"],
  production: (project, folder) => {
    const others = Object.keys(project.members).filter((member) => !project.closure.includes(member));
    return {
      from: "base",
      script: [
        // It installs no part of a workspace: the packages that are there are the workspace.
        ...(folder === "" || others.length === 0 ? [] : [`rm -r ${others.join(" ")}`]),
        "yarn install --frozen-lockfile --production",
        ...(folder === "" && !needsNothing(project) ? [] : [makeFolders(project)]),
      ],
    };
  },
  run: (script, folder, project) =>
    `yarn${folder === "" ? "" : ` workspace ${nameOf(project, folder)}`} run ${script}`,
};

/** A lock file that another Yarn wrote than the one that package.json names. */
export const otherLock = ({ root, path, fileName }: ManagedFiles, why: string, fix: string): Problem =>
  recipeProblem("GTY2108", path, `${fileName("yarn.lock")} is not of ${root.packageManager}`, why, fix);

/**
 * What a workspace's packages ask for and the lock file does not have. Yarn looks at this itself only for the root: the
 * rest it installs in whichever version there is, whatever it was told.
 */
function notLocked({ files, members, path, fileName }: ManagedFiles): readonly Problem[] {
  const lock = files.read("yarn.lock");
  if (lock === undefined) return [];
  const locked = new Set(
    [...lock.matchAll(/^([^\s#].*):\s*$/gm)].flatMap(([, names = ""]) =>
      names.split(", ").map((name) => name.replaceAll('"', "")),
    ),
  );
  const own = new Set(Object.values(members).map(({ name }) => name));
  const resolutions = Object.keys(readJson(files, "package.json").value?.["resolutions"] ?? {});
  const isResolved = (name: string): boolean =>
    resolutions.some((pattern) => pattern === name || pattern.endsWith(`/${name}`));
  return Object.entries(members).flatMap(([folder, manifest]) => {
    const missing = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })
      // Links, archives and repositories have keys of their own.
      .filter(([name, range]) => /^[^:/]+$/.test(range) && !own.has(name) && !isResolved(name))
      .map(([name, range]) => `${name}@${range}`)
      .filter((wanted) => !locked.has(wanted));
    return missing.length === 0
      ? []
      : [
          recipeProblem(
            "GTY2110",
            path,
            `${fileName("yarn.lock")} does not have ${missing.join(", ")}`,
            `${fileName(joinPath(folder, "package.json"))} asks for it, and a build installs only what is locked.`,
            "Bring the lock file up to date with `yarn install`, and commit it.",
          ),
        ];
  });
}

/** A package of the workspace, as every Yarn knows it: not all of them find folders. */
export const nameOf = ({ members }: NodeProject, folder: string): string => members[folder]?.name ?? folder;

/** Folders that are copied, whether anything is in them or not. */
export const makeFolders = ({ closure }: NodeProject): string =>
  `mkdir -p ${["", ...closure].map((member) => joinPath(member, "node_modules")).join(" ")}`;

/** Folder in the project with packages to install from. */
function offlineMirror(settings: string | undefined): readonly string[] {
  const folder = /^\s*yarn-offline-mirror\s+["']?(?:\.\/)?([\w@][\w@./-]*?)\/?["']?\s*$/m.exec(
    settings ?? "",
  )?.[1];
  return folder === undefined ? [] : [`${folder}/`];
}
