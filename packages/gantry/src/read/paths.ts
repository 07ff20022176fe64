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

/**
 * Whether a part of a path, between points, slashes and hyphens, is one of some words: `deploy/compose.test.yaml` says
 * `test`. Compared in small letters.
 */
export function saysOneOf(path: string, words: ReadonlySet<string>): boolean {
  return path
    .toLowerCase()
    .split(/[-_./]/)
    .some((word) => words.has(word));
}

/** `path` as seen from `folder`, relative to the project; `undefined` when it leaves the project or is absolute. */
export function resolvePath(folder: string, path: string): string | undefined {
  if (path.startsWith("/") || path.startsWith("~") || /^[A-Za-z]:[\\/]/.test(path)) return undefined;
  const parts = folder === "" ? [] : folder.split("/");
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join("/");
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
  const point = name.lastIndexOf(".");
  if (point !== -1 && otherEndings.has(name.slice(point + 1).toLowerCase())) return undefined;
  if (name === ".dockerignore" || name.endsWith(".dockerignore")) return "ignore";
  if (/^(Dockerfile|Containerfile)([._-].+)?$/.test(name)) return "dockerfile";
  if (/^(dockerfile|containerfile)([._-].+)?$/i.test(name) && !codeEnding.test(name)) return "dockerfile";
  if (/\.(dockerfile|containerfile)$/i.test(name)) return "dockerfile";
  if (/^(docker-)?compose([._-].+)?\.ya?ml$/i.test(name)) return "compose";
  if (/^docker-bake([._-].+)?\.(hcl|json)$/i.test(name) || /\.bake\.(hcl|json)$/i.test(name)) return "bake";
  if (name === ".env" || /^\.env\./.test(name) || /^[\w.-]+\.env$/.test(name)) return "env";
  return /\.ya?ml$/i.test(name) ? "yaml" : undefined;
}
