/** Folder of a path; empty for a file at the top. */
export function folderOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash === -1 ? "" : path.slice(0, slash);
}

/** Where in sorted paths the first one stands that is not before `path`. */
export function firstFrom(paths: readonly string[], path: string): number {
  let low = 0;
  let high = paths.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((paths[middle] as string) < path) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Whether a path is one of some sorted ones, or a folder that one of them lies in. */
export function isThere(paths: readonly string[], path: string): boolean {
  if (path === "") return false;
  if (paths[firstFrom(paths, path)] === path) return true;
  // What else begins like this stands between a folder's own name and what is in it.
  const inside = `${path}/`;
  return paths[firstFrom(paths, inside)]?.startsWith(inside) === true;
}

/** Whether what is named leads somewhere from the top of a project, and nowhere from one of its folders. */
export function leadsFromTopOnly(named: string, folder: string, paths: readonly string[]): boolean {
  const path = resolvePath("", named);
  return path !== undefined && isThere(paths, path) && !isThere(paths, `${folder}/${path}`);
}

/** Last part of a path. */
export function fileNameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** The parts of a name or path between points, slashes and hyphens. */
export function nameWords(name: string): readonly string[] {
  return name.split(/[-_./]/);
}

/** Whether one of a path's words is among some: `deploy/compose.test.yaml` says `test`. Compared in small letters. */
export function saysOneOf(path: string, words: ReadonlySet<string>): boolean {
  return nameWords(path.toLowerCase()).some((word) => words.has(word));
}

/** `path` as seen from `folder`, relative to the project; `undefined` when it leaves the project or is absolute. */
export function resolvePath(folder: string, path: string): string | undefined {
  if (path.startsWith("/") || path.startsWith("~") || hasDrive(path)) return undefined;
  const parts = folder === "" ? [] : folder.split("/");
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join("/");
}

/** Whether a path begins with a drive letter, as those of Windows do: `C:\data`. */
export function hasDrive(path: string): boolean {
  return path[1] === ":" && /^[A-Za-z]:[\\/]/.test(path);
}

/** A path without the slashes that it ends with. */
export function withoutEndSlash(path: string): string {
  let end = path.length;
  while (path[end - 1] === "/") end--;
  return path.slice(0, end);
}

/** Kind of a file, told by its name alone; `yaml` may be Kubernetes. */
export type FileKind = "dockerfile" | "compose" | "bake" | "ignore" | "env" | "yaml";

/** `Dockerfile.go` is a Dockerfile for Go; `dockerfile.go` is Go. */
const codeEnding =
  /\.(?:[cm]?[jt]sx?|py|go|rs|rb|java|kt|scala|c|h|cc|cpp|cs|php|swift|hs|exs?|lua|vim|sh|json|ya?ml|toml|txt|html?|css|s[ac]ss|xml|snap|lock|svg|png|d)$/i;

/** Templates, texts about files, and copies of them. */
const otherEndings = new Set([
  ...["j2", "jinja", "jinja2", "tmpl", "tpl", "template", "erb", "mustache", "hbs"],
  ...["md", "bak", "orig", "swp"],
]);

/** What a file is, by its name; `undefined` for those that no reader is for. */
export function fileKindOf(path: string): FileKind | undefined {
  const name = fileNameOf(path);
  const small = name.toLowerCase();
  const point = name.lastIndexOf(".");
  const stem = point === -1 ? small : small.slice(0, point);
  const ending = point === -1 ? "" : small.slice(point + 1);
  if (otherEndings.has(ending)) return undefined;
  if (name.endsWith(".dockerignore")) return "ignore";
  if (isVariantOf(["Dockerfile", "Containerfile"], name)) return "dockerfile";
  if (isVariantOf(dockerfileNames, small) && !codeEnding.test(name)) return "dockerfile";
  if (dockerfileNames.includes(ending)) return "dockerfile";
  const isYaml = ending === "yaml" || ending === "yml";
  if (isYaml && isVariantOf(["compose", "docker-compose"], stem)) return "compose";
  if (
    (ending === "hcl" || ending === "json") &&
    (isVariantOf(["docker-bake"], stem) || stem.endsWith(".bake"))
  )
    return "bake";
  if (name === ".env" || name.startsWith(".env.")) return "env";
  if (name.endsWith(".env") && /^[\w.-]+$/.test(name)) return "env";
  return isYaml ? "yaml" : undefined;
}

const dockerfileNames = ["dockerfile", "containerfile"];

/** Whether a name is one of some, or says more behind it: `compose.test`, `Dockerfile-dev`. */
function isVariantOf(names: readonly string[], name: string): boolean {
  return names.some(
    (one) =>
      name === one ||
      (name.startsWith(one) && name.length > one.length + 1 && "._-".includes(name[one.length] as string)),
  );
}
