import { isPlain } from "../../base/shape.ts";
import { type FileTree, joinPath } from "../../blueprint/files.ts";

/** A package of the project. */
export interface CargoPackage {
  readonly name: string;
  /** Folder below the context; empty for the root. */
  readonly folder: string;
  readonly bins: readonly string[];
  readonly dependencies: readonly CargoDependency[];
}

/** A dependency as a manifest names it. */
export interface CargoDependency {
  /** Name of the package, whatever it is called in the sources. */
  readonly name: string;
  /** Folder below the context, for a package that is not from a registry. */
  readonly folder: string | undefined;
}

type Table = Readonly<Record<string, unknown>>;

/** The same value as a table; empty when it is none. */
export const table = (value: unknown): Table => (isPlain(value) ? value : {});

/** The texts of a list; empty when it is none. */
export const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((entry) => typeof entry === "string") : [];

/** A package as its manifest and files describe it; `undefined` for a manifest that is only a workspace. */
export function cargoPackage(
  files: FileTree,
  folder: string,
  manifest: Table,
  workspace: Table,
): CargoPackage | undefined {
  const own = table(manifest["package"]);
  const name = own["name"];
  if (typeof name !== "string") return undefined;
  return {
    name,
    folder,
    bins: binaries(files, folder, name, manifest),
    dependencies: dependencyTables(manifest).flatMap((entries) =>
      Object.entries(entries).map(([key, value]) => dependency(key, value, folder, workspace)),
    ),
  };
}

/** Binaries that are declared, and those that Cargo finds by where they lie. */
function binaries(files: FileTree, folder: string, name: string, manifest: Table): readonly string[] {
  const declared = (Array.isArray(manifest["bin"]) ? manifest["bin"] : []).map(table);
  const found = new Set(declared.map((bin) => (typeof bin["name"] === "string" ? bin["name"] : name)));
  if (table(manifest["package"])["autobins"] !== false) {
    const sources = joinPath(folder, "src");
    // A declared binary may stand for `src/main.rs` under another name.
    if (
      files.list(sources).includes("main.rs") &&
      !declared.some((bin) => bin["path"] === "src/main.rs" || bin["name"] === name)
    )
      found.add(name);
    for (const entry of files.list(joinPath(sources, "bin"))) {
      const declaredHere = declared.some((bin) => String(bin["path"]).startsWith(`src/bin/${entry}`));
      if (declaredHere) continue;
      if (entry.endsWith(".rs")) found.add(entry.slice(0, -3));
      else if (entry.endsWith("/") && files.list(joinPath(sources, "bin", entry)).includes("main.rs"))
        found.add(entry.slice(0, -1));
    }
  }
  return [...found].sort();
}

const kinds = ["dependencies", "dev-dependencies", "build-dependencies"] as const;

function dependencyTables(manifest: Table): readonly Table[] {
  const targets = Object.values(table(manifest["target"])).map(table);
  return [manifest, ...targets].flatMap((owner) => kinds.map((kind) => table(owner[kind])));
}

function dependency(key: string, value: unknown, folder: string, workspace: Table): CargoDependency {
  const own = table(value);
  const inherited = own["workspace"] === true;
  const entry = inherited ? table(table(workspace["dependencies"])[key]) : own;
  const path = entry["path"];
  return {
    name: typeof entry["package"] === "string" ? entry["package"] : key,
    folder: typeof path === "string" ? joinPath(inherited ? "" : folder, path) : undefined,
  };
}

/** Folders of a workspace's members, without those it excludes; `*` stands for every folder at its place. */
export function memberFolders(files: FileTree, workspace: Table): readonly string[] {
  const excluded = new Set(texts(workspace["exclude"]).map((entry) => joinPath(entry)));
  const found = texts(workspace["members"]).flatMap((pattern) => expand(files, pattern.split("/"), ""));
  return [...new Set(found)].filter((folder) => folder !== "" && !excluded.has(folder)).sort();
}

function expand(files: FileTree, parts: readonly string[], folder: string): readonly string[] {
  const [part, ...rest] = parts;
  if (part === undefined) return files.read(joinPath(folder, "Cargo.toml")) === undefined ? [] : [folder];
  if (!part.includes("*")) return expand(files, rest, joinPath(folder, part));
  const pattern = new RegExp(
    `^${part
      .split("*")
      .map((text) => text.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&"))
      .join(".*")}/$`,
  );
  return files
    .list(folder)
    .filter((name) => pattern.test(name))
    .flatMap((name) => expand(files, rest, joinPath(folder, name)));
}
