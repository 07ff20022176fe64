import type { Problem } from "../../../base/errors.ts";
import type { FileTree } from "../../../blueprint/files.ts";
import type { Mount, Step } from "../../../blueprint/plan.ts";
import type { HookName } from "../hooks.ts";
import type { Manifest, NodeProject } from "../manifest.ts";

/** Package managers that a stack may name. */
export type ManagerName = "npm" | "pnpm" | "yarn";

/** All that a manager's files and commands decide about a build; one value for each, and nobody asks for its name. */
export interface PackageManager {
  /** Its program, and the word before the version in `packageManager`. */
  readonly name: ManagerName;
  /** Names of its lock file; where several are there, the first counts. */
  readonly lockFiles: readonly [string, ...string[]];
  /** Command with which people write the lock file. */
  readonly lockCommand: string;
  /** Command with which people add a package of development; `shared` at the root of a workspace. */
  addCommand(name: string, shared: boolean): string;
  /** Command with which people move a package from development to production. */
  moveCommand(name: string): string;
  /** Among managers of one name, whether it is this one; without it, it is. `named` is what package.json names. */
  fits?(files: FileTree, named: string | undefined): boolean;
  /** What of a project it cannot install in an image. */
  problems?(project: ManagedFiles): readonly Problem[];
  /** Patterns of the workspace's packages. */
  workspaces(files: FileTree, root: Manifest): readonly string[];
  /** Files and folders of its own that installing reads, where they are there; folders end in a slash. */
  settings(files: FileTree): readonly string[];
  /** What it leaves beside node_modules on a developer's machine: neither images nor running containers want it. */
  readonly leavings: readonly string[];
  /** Scripts of the project's own packages that installing runs. */
  readonly hooks: readonly HookName[];
  /** Programs of a workspace's packages lie at its root, where only the manager finds them from inside a package. */
  readonly programsAtRoot: boolean;
  /** Packages lie as files below node_modules, those that two packages share at the root. */
  readonly hoists: boolean;
  /** Packages of the workspace that have packages of their own beside the shared ones. `lock` is the lock file's text. */
  nested(lock: string | undefined, closure: readonly string[]): readonly string[];
  /** Brings the manager itself into a stage, where the image has none that fits. */
  setup(project: NodeProject): readonly Step[];
  /** Where it keeps what it downloaded. */
  readonly cache: Mount;
  /** Installs everything, exactly as the lock file says. */
  install(project: NodeProject): readonly string[];
  /** Installs what runs, exactly as the lock file says. `folder` is the package in a workspace. */
  production(project: NodeProject, folder: string): ProductionInstall;
  /** Lays one package of a workspace out flat in /out, where `production` cannot; it replaces that. */
  deploy?(folder: string): string;
  /** Runs a script of the package in a folder, from the workspace's root. */
  run(script: string, folder: string, project: NodeProject): string;
}

/** How production's packages are installed. */
export interface ProductionInstall {
  /** The stage that it goes on from. */
  readonly from: "base" | "dependencies";
  /** Why it stands there, when that is not `base`. */
  readonly comment?: string;
  readonly script: readonly string[];
}

/** A project's files as a manager judges them. */
export interface ManagedFiles {
  readonly files: FileTree;
  readonly root: Manifest;
  /** Every workspace package, by its folder. */
  readonly members: Readonly<Record<string, Manifest>>;
  /** Place in the stack. */
  readonly path: string;
  /** A file's name as people see it, from the stack's folder. */
  readonly fileName: (name: string) => string;
}

/** Neither the workspace's root nor the package needs anything in production: some managers make no folder then. */
export const needsNothing = ({ root, manifest }: NodeProject): boolean =>
  [root, manifest].every(({ dependencies }) => Object.keys(dependencies).length === 0);
