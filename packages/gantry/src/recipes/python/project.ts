import type { Problem } from "../../base/errors.ts";
import { listing } from "../../base/names.ts";
import { type FileTree, joinPath } from "../../blueprint/files.ts";
import { readToml, recipeProblem } from "../common.ts";
import { type LockFile, lockFile, type PyProject, pyProject } from "./manifest.ts";
import type { PythonOptions } from "./options.ts";
import { type Requirements, readRequirements } from "./requirements.ts";
import { acceptsPython, pythonFor } from "./versions.ts";

/** What installs a project's packages. */
export type Manager = "pip" | "uv" | "poetry";

/** What the files say about a Python project. */
export interface PythonProject {
  readonly manager: Manager;
  /** Files that installing reads, below the context; those of development apart. */
  readonly installFiles: readonly string[];
  readonly devFiles: readonly string[];
  /** Version of uv or Poetry. */
  readonly toolVersion: string;
  /** pip may choose packages that no file names. */
  readonly open: boolean;
  readonly pythonVersion: string;
  readonly isPackage: boolean;
  /** A program of the project's own takes part in installing it. */
  readonly installer: boolean;
  readonly scripts: readonly string[];
  /** Groups of packages for development and tests. */
  readonly groups: readonly string[];
  /** Names of all locked packages, normalised. */
  readonly locked: ReadonlySet<string>;
  readonly django: { readonly manage: boolean; readonly staticRoot: boolean };
}

/** Versions of the tools when neither project nor lock file names one. */
const usualTool: Readonly<Record<Manager, string>> = { pip: "", uv: "0.13.8", poetry: "2.2.1" };

const lockNames = { uv: "uv.lock", poetry: "poetry.lock" } as const;

/** Reads a project; all that stands in the way of building it comes back as problems. */
export function readProject(
  files: FileTree,
  options: PythonOptions,
  where: { readonly path: string; readonly context: string },
): { readonly project?: PythonProject; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const named = (file: string): string => joinPath(where.context, file);
  const problem = (code: string, what: string, why: string, fix: string, at = ""): void => {
    problems.push(recipeProblem(code, `${where.path}${at}`, what, why, fix));
  };

  const pyproject = readToml(files, "pyproject.toml");
  if (pyproject.broken !== undefined)
    problem("GTY2120", `${named("pyproject.toml")} is not valid TOML`, pyproject.broken, "Correct the file.");
  if (problems.length > 0) return { problems };
  const manifest = pyproject.value === undefined ? undefined : pyProject(pyproject.value);
  const manager = chooseManager(files, options, manifest, named, problem);
  if (manager === undefined) return { problems };

  const found =
    manager === "pip"
      ? pipFiles(files, options, named, problem)
      : toolFiles(files, manager, manifest, named, problem);
  const pythonVersion = choosePython(
    files,
    options,
    found?.requiresPython ?? manifest?.requiresPython,
    problem,
  );
  const django = djangoOf(files, options.importFrom);
  if (options.collectstatic === true && !django.manage)
    problem(
      "GTY2127",
      `there is no ${named("manage.py")}`,
      "collectstatic is a command of Django's manage.py, which stands beside the sources.",
      "Set `context` to the folder of manage.py, or remove `collectstatic`.",
      ".collectstatic",
    );
  if (found === undefined || problems.length > 0) return { problems };
  return {
    problems,
    project: {
      manager,
      installFiles: found.installFiles,
      devFiles: found.devFiles,
      toolVersion:
        manager === "pip" ? "" : (manifest?.toolVersion[manager] ?? found.writtenBy ?? usualTool[manager]),
      open: found.open === true,
      pythonVersion,
      isPackage: manifest?.isPackage ?? false,
      installer: ["setup.py", "hatch_build.py", "build.py"].some((name) => files.read(name) !== undefined),
      scripts: manifest?.scripts ?? [],
      groups: manifest?.groups ?? [],
      locked: found.locked,
      django,
    },
  };
}

type Report = (code: string, what: string, why: string, fix: string, at?: string) => void;

interface Found {
  readonly installFiles: readonly string[];
  readonly devFiles: readonly string[];
  readonly locked: ReadonlySet<string>;
  readonly requiresPython: string | undefined;
  readonly writtenBy?: string | undefined;
  readonly open?: boolean;
}

/** pip's locked file: the one named, or the first of the usual ones. */
export function requirementsFile(files: FileTree, options: PythonOptions): string | undefined {
  if (options.requirements !== undefined) return options.requirements;
  return [
    "requirements.txt",
    "requirements/production.txt",
    "requirements/prod.txt",
    "requirements/base.txt",
  ].find((name) => files.read(name) !== undefined);
}

/** pip's locked file for development and tests. */
export function developmentFile(files: FileTree, options: PythonOptions): string | undefined {
  if (options.devRequirements !== undefined) return options.devRequirements;
  return [
    "requirements-dev.txt",
    "requirements/dev.txt",
    "requirements/development.txt",
    "requirements/test.txt",
  ].find((name) => files.read(name) !== undefined);
}

function chooseManager(
  files: FileTree,
  options: PythonOptions,
  manifest: PyProject | undefined,
  named: (file: string) => string,
  problem: Report,
): Manager | undefined {
  if (options.manager !== undefined) return options.manager;
  const requirements = requirementsFile(files, options);
  const locks: readonly (readonly [Manager, string])[] = [
    ...(files.read("uv.lock") === undefined ? [] : [["uv", "uv.lock"] as const]),
    ...(files.read("poetry.lock") === undefined ? [] : [["poetry", "poetry.lock"] as const]),
    ...(requirements === undefined ? [] : [["pip", requirements] as const]),
  ];
  if (locks.length > 1) {
    problem(
      "GTY2123",
      `${listing(locks.map(([, file]) => named(file)))} both say what to install`.replace(
        "both",
        locks.length > 2 ? "all" : "both",
      ),
      "They are kept by different tools; sooner or later they differ, and the image is not what was tested.",
      `Remove all but one, or say which counts: manager: "${locks[0]?.[0]}".`,
    );
    return undefined;
  }
  if (locks[0] !== undefined) return locks[0][0];
  if (manifest === undefined) {
    problem(
      "GTY2121",
      `there is neither ${named("pyproject.toml")} nor ${named("requirements.txt")}`,
      "The python recipe installs what one of them names, and finds everything else out from there.",
      "Set `context` to the folder that holds it, or use `dockerfile({ … })`.",
    );
    return undefined;
  }
  const tool: Manager = manifest.tools.includes("poetry") ? "poetry" : "uv";
  problem(
    "GTY2122",
    `${named(lockNames[tool])} is missing`,
    "Without a lock file, two builds of the same source install different packages.",
    `Run \`${tool} lock\` in ${named("") || "."} and commit ${lockNames[tool]}, or pin everything in requirements.txt.`,
  );
  return undefined;
}

function toolFiles(
  files: FileTree,
  manager: "uv" | "poetry",
  manifest: PyProject | undefined,
  named: (file: string) => string,
  problem: Report,
): Found | undefined {
  const name = lockNames[manager];
  const source = files.read(name);
  if (manifest === undefined || source === undefined) {
    problem(
      "GTY2122",
      `${named(manifest === undefined ? "pyproject.toml" : name)} is missing`,
      `${manager} installs what ${name} locks for pyproject.toml; without both, two builds differ.`,
      `Run \`${manager} lock\` in ${named("") || "."} and commit ${name}.`,
    );
    return undefined;
  }
  const { value, broken } = readToml(files, name);
  if (value === undefined) {
    problem("GTY2120", `${named(name)} is not valid TOML`, broken ?? "", `Run \`${manager} lock\` again.`);
    return undefined;
  }
  const lock: LockFile = lockFile(value, source);
  const missing = [...new Set([...manifest.dependencies, ...manifest.groupDependencies])].filter(
    (dependency) => !lock.names.has(dependency),
  );
  if (missing.length > 0)
    problem(
      "GTY2124",
      `${named(name)} does not know ${listing(missing)}, which pyproject.toml asks for`,
      "The lock file is older than the project; an install from it would lack packages, so the build refuses it.",
      `Run \`${manager} lock\` in ${named("") || "."} and commit ${name}.`,
    );
  return {
    installFiles: ["pyproject.toml", name],
    devFiles: [],
    locked: lock.names,
    requiresPython: manifest.requiresPython ?? lock.requiresPython,
    writtenBy: lock.writtenBy,
  };
}

function pipFiles(
  files: FileTree,
  options: PythonOptions,
  named: (file: string) => string,
  problem: Report,
): Found | undefined {
  const start = requirementsFile(files, options);
  if (start === undefined) {
    problem(
      "GTY2122",
      `${named("requirements.txt")} is missing`,
      "pip has no lock file of its own: a requirements file with exact versions is one.",
      "Write one with `pip freeze`, or name yours with `requirements`.",
    );
    return undefined;
  }
  const main = readRequirements(files, start);
  const devStart = developmentFile(files, options);
  const dev = devStart === undefined ? undefined : readRequirements(files, devStart);
  reportRequirements([main, ...(dev === undefined ? [] : [dev])], options.locked !== false, named, problem);
  const devFiles = (dev?.files ?? []).filter((file) => !main.files.includes(file));
  return {
    installFiles: main.files,
    // Its first file is the one that pip is given, even when another stage has copied it already.
    devFiles:
      dev === undefined ? [] : [dev.files[0] ?? "", ...devFiles.filter((file) => file !== dev.files[0])],
    locked: new Set([...main.names, ...(dev?.names ?? [])]),
    requiresPython: undefined,
    open: options.locked === false || main.constrained,
  };
}

function reportRequirements(
  all: readonly Requirements[],
  locked: boolean,
  named: (file: string) => string,
  problem: Report,
): void {
  const once = <T extends { file: string; line: number }>(entries: readonly T[]): readonly T[] => [
    ...new Map(entries.map((entry) => [`${entry.file}:${entry.line}`, entry])).values(),
  ];
  for (const { file, from } of all.flatMap((requirements) => requirements.missing))
    problem(
      "GTY2131",
      `there is no ${named(file)}`,
      file === from ? "It is what pip installs from." : `${named(from)} includes it.`,
      "Correct the name; paths are relative to the file that includes it.",
    );
  const unpinned = once(all.flatMap((requirements) => requirements.unpinned));
  const first = unpinned[0];
  if (locked && first !== undefined)
    problem(
      "GTY2125",
      `${named(first.file)}:${first.line} says no exact version: ${first.text}${unpinned.length > 1 ? ` (and ${unpinned.length - 1} more)` : ""}`,
      "A requirements file is a lock file only when every line has one version; otherwise two builds install different packages.",
      `${writeWhole(first.file)}, or say \`locked: false\`: pip chooses then, anew with each build.`,
    );
  for (const { files, lacking } of locked && first === undefined ? all : []) {
    const [one] = lacking;
    const file = files[0] ?? "";
    if (one !== undefined)
      problem(
        "GTY2133",
        `${named(file)} names ${one.neededBy}, and not ${one.name}, which it needs${lacking.length > 1 ? ` (and ${lacking.length - 1} more)` : ""}`,
        "It pins what somebody asked for, and not what comes with it: two builds install different packages.",
        `${writeWhole(file)}, or say \`locked: false\`: pip chooses the rest then, anew with each build.`,
      );
  }
  const bare = once(all.flatMap((requirements) => requirements.unhashed))[0];
  if (bare !== undefined)
    problem(
      "GTY2132",
      `${named(bare.file)}:${bare.line} has no hash, and others do: ${bare.text}`,
      "As soon as one line has a hash, pip wants one for each.",
      "Write the file anew with `--generate-hashes`, or without any.",
    );
}

/** How to get a file that names everything. */
function writeWhole(file: string): string {
  const lock = `${file.replace(/\.\w+$/, "")}.lock`;
  const option = /dev|test/.test(file) ? "devRequirements" : "requirements";
  return `Write the whole set with \`uv pip compile ${file} --output-file ${lock}\` and name it: ${option}: "${lock}"`;
}

function choosePython(
  files: FileTree,
  options: PythonOptions,
  requires: string | undefined,
  problem: Report,
): string {
  const pinned = /^\s*(?:python-?)?(3\.\d+(?:\.\d+)?)\s*$/m.exec(files.read(".python-version") ?? "")?.[1];
  const version = options.version ?? pinned ?? pythonFor(requires);
  if (requires !== undefined && !acceptsPython(requires, version))
    problem(
      "GTY2126",
      `the image would have Python ${version}, and the project requires ${requires}`,
      options.version === undefined
        ? "The version comes from .python-version; builder and image share one base, so that no package is built for another version."
        : "Builder and image share one base, so that no package is built for another version than the one that runs it.",
      options.version === undefined
        ? "Correct .python-version or requires-python."
        : "Correct `version`, or requires-python.",
      options.version === undefined ? "" : ".version",
    );
  return version;
}

/** Whether this is a Django project, and whether its settings say where static files are collected. */
function djangoOf(files: FileTree, importFrom = ""): PythonProject["django"] {
  const candidates = [""].concat(files.list(importFrom).filter((name) => name.endsWith("/")));
  const settings = candidates.flatMap((folder) => {
    const at = joinPath(importFrom, folder);
    return [
      joinPath(at, "settings.py"),
      ...files
        .list(joinPath(at, "settings"))
        .filter((name) => name.endsWith(".py"))
        .map((name) => joinPath(at, "settings", name)),
    ];
  });
  return {
    manage: files.read("manage.py") !== undefined,
    staticRoot: settings.some((file) => /^\s*STATIC_ROOT\s*=/m.test(files.read(file) ?? "")),
  };
}
