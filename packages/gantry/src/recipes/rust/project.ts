import type { Problem } from "../../base/errors.ts";
import { closest, listing } from "../../base/names.ts";
import { type FileTree, joinPath } from "../../blueprint/files.ts";
import { readToml, recipeProblem } from "../common.ts";
import { type CargoPackage, cargoPackage, memberFolders, table } from "./manifest.ts";
import type { RustOptions } from "./options.ts";

/** What the files say about a Rust project. */
export interface RustProject {
  /** Several packages under one Cargo.toml. */
  readonly workspace: boolean;
  readonly packages: readonly CargoPackage[];
  /** Binaries that the image is for, with their packages; the first is what runs. */
  readonly chosen: readonly { readonly bin: string; readonly package: string }[];
  /** Tag of the official image: `1.96`, `1`. */
  readonly version: string;
  /** Settings that the project makes itself, by profile. */
  readonly profiles: { readonly dev: Settings; readonly release: Settings };
  /** Cargo's configuration beside Cargo.toml says how programs are linked on Linux. */
  readonly ownLinker: boolean;
  /** Names of all locked packages. */
  readonly locked: ReadonlySet<string>;
}

type Settings = Readonly<Record<string, unknown>>;

type Report = (code: string, what: string, why: string, fix: string, at?: string) => void;

/** Reads a project; all that stands in the way of building it comes back as problems. */
export function readProject(
  files: FileTree,
  options: RustOptions,
  where: { readonly path: string; readonly context: string },
): { readonly project?: RustProject; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const named = (file: string): string => joinPath(where.context, file);
  const problem: Report = (code, what, why, fix, at = "") => {
    problems.push(recipeProblem(code, `${where.path}${at}`, what, why, fix));
  };
  const read = (file: string): Readonly<Record<string, unknown>> | undefined => {
    const { value, broken } = readToml(files, file);
    if (broken !== undefined)
      problem("GTY2221", `${named(file)} is not valid TOML`, broken, "Correct the file.");
    return value;
  };

  const manifest = read("Cargo.toml");
  if (manifest === undefined) {
    if (problems.length === 0)
      problem(
        "GTY2220",
        `there is no ${named("Cargo.toml")}`,
        "The rust recipe builds the package or workspace that it describes.",
        "Set `context` to the folder that holds it, or use `dockerfile({ … })`.",
      );
    return { problems };
  }
  const workspace = table(manifest["workspace"]);
  const packages = [
    cargoPackage(files, "", manifest, workspace),
    ...memberFolders(files, workspace).map((folder) => {
      const member = read(joinPath(folder, "Cargo.toml"));
      return member === undefined ? undefined : cargoPackage(files, folder, member, workspace);
    }),
  ].filter((found) => found !== undefined);
  const lock = read("Cargo.lock");
  if (problems.length > 0) return { problems };

  const locked = lockedNames(lock, packages, named, problem);
  pathProblems(packages, where.context, problem);
  const chosen = chooseBinaries(packages, options.bin, named("Cargo.toml"), problem);
  const version = chooseVersion(files, options, manifest, named, problem);
  const settings = (profile: string): Settings => table(table(manifest["profile"])[profile]);
  if (problems.length > 0) return { problems };
  return {
    problems,
    project: {
      workspace: manifest["workspace"] !== undefined,
      packages,
      chosen,
      version,
      profiles: { dev: settings("dev"), release: settings("release") },
      ownLinker: choosesLinker(files),
      locked,
    },
  };
}

/** Packages of the programs, each once. */
export function packagesOf({ chosen }: Pick<RustProject, "chosen">): readonly string[] {
  return [...new Set(chosen.map((entry) => entry.package))];
}

/** Whether `.cargo/config.toml` names a linker for Linux, by itself or in rustflags. */
function choosesLinker(files: FileTree): boolean {
  // Cargo reads the name without an ending first.
  const file = [".cargo/config", ".cargo/config.toml"].find((name) => files.read(name) !== undefined);
  const config = file === undefined ? {} : table(readToml(files, file).value);
  const targets = Object.entries(table(config["target"])).filter(
    ([name]) => !/windows|darwin|apple|macos|wasm|none/.test(name),
  );
  return /linker|fuse-ld/.test(JSON.stringify([config["build"], targets]));
}

/** Names in the lock file; a package or dependency that it lacks means that it is older than the manifests. */
function lockedNames(
  lock: Readonly<Record<string, unknown>> | undefined,
  packages: readonly CargoPackage[],
  named: (file: string) => string,
  problem: Report,
): ReadonlySet<string> {
  if (lock === undefined) {
    problem(
      "GTY2222",
      `there is no ${named("Cargo.lock")}`,
      "Without it each build takes the newest versions of that minute, and none is what was tested.",
      "Run `cargo generate-lockfile`, and keep the file in version control.",
    );
    return new Set();
  }
  const names = new Set(
    (Array.isArray(lock["package"]) ? lock["package"] : []).map((entry) => String(table(entry)["name"])),
  );
  const missing = new Set(
    packages
      .flatMap((own) => [own.name, ...own.dependencies.map(({ name }) => name)])
      .filter((name) => !names.has(name)),
  );
  if (missing.size > 0)
    problem(
      "GTY2223",
      `${named("Cargo.lock")} lacks ${listing([...missing].sort())}`,
      "The manifests were changed after it was written; the build accepts only what is locked.",
      "Run `cargo update --workspace`, and commit the lock file with the change.",
    );
  return names;
}

/** Packages by path must lie in what the builder gets. */
function pathProblems(packages: readonly CargoPackage[], context: string, problem: Report): void {
  for (const own of packages) {
    for (const { name, folder } of own.dependencies) {
      if (folder === undefined || !folder.startsWith("..")) continue;
      problem(
        "GTY2224",
        `${own.name} depends on ${name} in ${joinPath(context, folder)}, outside of what is sent to the builder`,
        `The builder sees the folder ${context === "" ? "of stack.ts" : context} and nothing beside it.`,
        "Set `context` to a folder that holds both, with a workspace in it.",
        ".context",
      );
    }
  }
}

function chooseBinaries(
  packages: readonly CargoPackage[],
  wanted: RustOptions["bin"],
  manifest: string,
  problem: Report,
): RustProject["chosen"] {
  const all = packages.flatMap((own) => own.bins.map((bin) => ({ bin, package: own.name })));
  const names = [...new Set(all.map(({ bin }) => bin))].sort();
  if (names.length === 0) {
    problem(
      "GTY2225",
      `${manifest} describes no program`,
      "There is neither a `src/main.rs`, nor a file in `src/bin`, nor a `[[bin]]`: a library alone does not run.",
      "Add one, or set `context` to the package that has one.",
    );
    return [];
  }
  if (wanted === undefined) {
    if (all.length === 1) return all;
    problem(
      "GTY2226",
      `${manifest} describes several programs: ${listing(names)}`,
      "An image is for what it runs; which of them is not ours to guess.",
      `Choose: bin: ${JSON.stringify(names[0])}. Several in one image are a list, of which the first runs.`,
      ".bin",
    );
    return [];
  }
  const list = typeof wanted === "string" ? [wanted] : wanted;
  return [...new Set(list)].flatMap((name, index) => {
    const fitting = all.filter(({ bin }) => bin === name);
    if (fitting.length === 1) return fitting;
    const at = typeof wanted === "string" ? ".bin" : `.bin[${index}]`;
    if (fitting.length > 1) {
      problem(
        "GTY2228",
        `${listing(fitting.map((entry) => entry.package))} both have a program ${JSON.stringify(name)}`,
        "They would be one file in the image.",
        "Rename one of them.",
        at,
      );
      return [];
    }
    const meant = closest(name, names);
    problem(
      "GTY2227",
      `there is no program ${JSON.stringify(name)}`,
      `${manifest} describes ${listing(names)}.`,
      meant === undefined
        ? `Give one of them, such as bin: ${JSON.stringify(names[0])}.`
        : `Did you mean ${JSON.stringify(meant)}?`,
      at,
    );
    return [];
  });
}

/** Version of the compiler: named once, for building, testing and development. */
function chooseVersion(
  files: FileTree,
  options: RustOptions,
  manifest: Readonly<Record<string, unknown>>,
  named: (file: string) => string,
  problem: Report,
): string {
  const file = ["rust-toolchain.toml", "rust-toolchain"].find((name) => files.read(name) !== undefined);
  const channel = file === undefined ? undefined : channelOf(files, file);
  if (channel !== undefined && /^(nightly|beta)/.test(channel))
    problem(
      "GTY2229",
      `${named(file as string)} asks for ${channel}`,
      "The official images hold released versions only; the build would not be what is developed.",
      'Name a release there, such as channel = "1.96", or bring a Dockerfile: dockerfile({ … }).',
    );
  const pinned = /^1(\.\d+){1,2}$/.test(channel ?? "") ? channel : undefined;
  if (options.version !== undefined && pinned !== undefined && !sameVersion(options.version, pinned))
    problem(
      "GTY2230",
      `the stack asks for Rust ${options.version}, and ${named(file as string)} for ${pinned}`,
      "What is developed with one compiler would be built with another.",
      "Remove `version` here: the file says it for everybody.",
      ".version",
    );
  const version = options.version ?? pinned ?? "1";
  const least =
    table(manifest["package"])["rust-version"] ??
    table(table(manifest["workspace"])["package"])["rust-version"];
  if (typeof least === "string" && older(version, least))
    problem(
      "GTY2231",
      `${named("Cargo.toml")} needs Rust ${least} or later, and ${version} would build it`,
      "Cargo refuses to compile it.",
      `Set version: ${JSON.stringify(least)}, or leave it away for the newest.`,
      ".version",
    );
  return version;
}

function channelOf(files: FileTree, file: string): string | undefined {
  const text = files.read(file) ?? "";
  const { value } = readToml(files, file);
  const channel = table(value?.["toolchain"])["channel"];
  // The old form of the file is the channel and nothing else.
  return typeof channel === "string" ? channel : /^[\w.-]+$/.test(text.trim()) ? text.trim() : undefined;
}

const numbers = (version: string): readonly number[] => version.split(".").map(Number);

function sameVersion(a: string, b: string): boolean {
  const [x, y] = [numbers(a), numbers(b)];
  return x.every((part, index) => y[index] === undefined || y[index] === part);
}

/** Whether every release of `version` comes before `least`; `1` alone is the newest. */
function older(version: string, least: string): boolean {
  const [, minor, patch] = numbers(version);
  const [, leastMinor = 0, leastPatch = 0] = numbers(least);
  if (minor === undefined) return false;
  return minor < leastMinor || (minor === leastMinor && patch !== undefined && patch < leastPatch);
}
