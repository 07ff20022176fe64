import { parse } from "smol-toml";
import { isPlain } from "../../base/shape.ts";
import type { FileTree } from "../../blueprint/files.ts";
import { normalName, requirementName } from "./requirements.ts";

/** The parts of pyproject.toml that a build depends on. */
export interface PyProject {
  /** Names that the project asks for at run time, normalised. */
  readonly dependencies: readonly string[];
  /** Groups for development and tests that are not optional. */
  readonly groups: readonly string[];
  /** Names that its groups for development and tests ask for. */
  readonly groupDependencies: readonly string[];
  readonly requiresPython: string | undefined;
  /** It is a package of its own, with a build system: its scripts and metadata are installed too. */
  readonly isPackage: boolean;
  /** Programs that it declares. */
  readonly scripts: readonly string[];
  /** `required-version` of uv, `requires-poetry`: the tool's version as the project names it. */
  readonly toolVersion: { readonly uv?: string; readonly poetry?: string };
  /** Names of `[tool.*]` tables, which tell who manages it. */
  readonly tools: readonly string[];
}

/** A lock file as far as it can be compared with the project. */
export interface LockFile {
  readonly names: ReadonlySet<string>;
  readonly requiresPython: string | undefined;
  /** Version of the tool that wrote it, where it says so. */
  readonly writtenBy: string | undefined;
}

type Table = Readonly<Record<string, unknown>>;

/** A TOML file; `undefined` when there is none, `broken` with the reason when it cannot be read. */
export function readToml(
  files: FileTree,
  path: string,
): { readonly value?: Table; readonly broken?: string } {
  const text = files.read(path);
  if (text === undefined) return {};
  try {
    return { value: parse(text) as Table };
  } catch (error) {
    return { broken: (error instanceof Error ? error.message : String(error)).split("\n")[0] as string };
  }
}

const table = (value: unknown): Table => (isPlain(value) ? value : {});
const at = (value: unknown, ...keys: readonly string[]): Table =>
  keys.reduce<Table>((found, key) => table(found[key]), table(value));
const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((entry) => typeof entry === "string") : [];
const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
const names = (requirements: readonly string[]): readonly string[] =>
  requirements.map(requirementName).filter((name) => name !== undefined);

/** pyproject.toml, whoever manages it: the standard's tables and Poetry's own. */
export function pyProject(value: Table): PyProject {
  const project = table(value["project"]);
  const poetry = at(value, "tool", "poetry");
  const poetryDependencies = table(poetry["dependencies"]);
  const groups = [
    ...Object.values(table(value["dependency-groups"])).flatMap(texts),
    ...Object.values(table(poetry["group"])).flatMap((group) => Object.keys(at(group, "dependencies"))),
    ...Object.keys(table(poetry["dev-dependencies"])),
    ...texts(at(value, "tool", "uv")["dev-dependencies"]),
  ];
  const hasName = text(project["name"]) !== undefined || text(poetry["name"]) !== undefined;
  const isPackage =
    poetry["package-mode"] !== false &&
    at(value, "tool", "uv")["package"] !== false &&
    hasName &&
    isPlain(value["build-system"]);
  return {
    dependencies: [
      ...names(texts(project["dependencies"])),
      ...Object.entries(poetryDependencies)
        .filter(([name, wanted]) => name !== "python" && table(wanted)["optional"] !== true)
        .map(([name]) => normalName(name)),
    ],
    groups: [
      ...new Set([
        ...Object.keys(table(value["dependency-groups"])),
        ...Object.entries(table(poetry["group"]))
          .filter(([name, group]) => name !== "main" && table(group)["optional"] !== true)
          .map(([name]) => name),
        ...(poetry["dev-dependencies"] === undefined ? [] : ["dev"]),
      ]),
    ].sort(),
    groupDependencies: names(groups),
    requiresPython: text(project["requires-python"]) ?? text(poetryDependencies["python"]),
    isPackage,
    scripts: isPackage
      ? [...Object.keys(table(project["scripts"])), ...Object.keys(table(poetry["scripts"]))]
      : [],
    toolVersion: {
      ...versionOf("uv", text(at(value, "tool", "uv")["required-version"])),
      ...versionOf("poetry", text(poetry["requires-poetry"])),
    },
    tools: Object.keys(table(value["tool"])),
  };
}

/** Only an exact version can be installed as it is named. */
function versionOf(tool: "uv" | "poetry", specifier: string | undefined): Record<string, string> {
  const exact = /^\s*={0,3}\s*(\d+(?:\.\d+){1,2})\s*$/.exec(specifier ?? "");
  return exact === null ? {} : { [tool]: exact[1] as string };
}

/** uv.lock or poetry.lock, whose packages both stand in `[[package]]`. */
export function lockFile(value: Table, source: string): LockFile {
  const packages = Array.isArray(value["package"]) ? value["package"].map(table) : [];
  return {
    names: new Set(packages.map((entry) => normalName(text(entry["name"]) ?? ""))),
    requiresPython: text(value["requires-python"]) ?? text(table(value["metadata"])["python-versions"]),
    writtenBy: /^#.*generated by Poetry (\d+\.\d+\.\d+)/m.exec(source)?.[1],
  };
}
