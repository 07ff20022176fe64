import type { Problem } from "../../base/errors.ts";
import type { FileTree } from "../../blueprint/files.ts";
import type { Mount, Step } from "../../blueprint/plan.ts";

/** The parts of package.json that a build depends on. */
export interface Manifest {
  readonly name: string | undefined;
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly files: readonly string[] | undefined;
  readonly main: string | undefined;
  readonly engines: string | undefined;
  readonly packageManager: string | undefined;
  readonly workspaces: readonly string[];
}

/** What the files say about a package: manifest, lock, workspace, version. */
export interface NodeProject {
  readonly manager: PackageManager;
  readonly lockFile: string;
  /** Manifest of the package that is built. */
  readonly manifest: Manifest;
  /** Manifest of the workspace's root; the same as `manifest` outside workspaces. */
  readonly root: Manifest;
  /** Every workspace package, path below the context to manifest; empty outside workspaces. */
  readonly members: Readonly<Record<string, Manifest>>;
  /** Paths of the members that the built package needs, itself included, dependencies first. */
  readonly closure: readonly string[];
  /** What installing needs beside manifest and lock: `.npmrc`, `vendor/x.tgz`; folders end in a slash: `patches/`. */
  readonly installFiles: readonly string[];
  /** The packages' own scripts that installing would run, by folder; only those that have such. */
  readonly hooks: Readonly<Record<string, Hooks>>;
  readonly nodeVersion: string;
  /** Members of the closure that may have packages of their own beside the shared ones. */
  readonly nested: readonly string[];
  /** Prisma's client is made into node_modules, where only an install with its program does it. */
  readonly generated: boolean;
}

/** Scripts of a package's own that installing may run. */
export type HookName = "preinstall" | "install" | "postinstall" | "prepare";

/** What becomes of them, because an install in an image sees manifests and no sources. */
export interface Hooks {
  /** Taken out of the manifest before an install with all dependencies, and run once the sources are there. */
  readonly later: readonly string[];
  /** Taken out before an install for production: they call what is not there. */
  readonly notInProduction: readonly string[];
  /** What the rest reads; folders end in a slash. */
  readonly files: readonly string[];
}

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
