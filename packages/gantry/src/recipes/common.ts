import { parse } from "smol-toml";
import type { Problem } from "../base/errors.ts";
import type { FileTree } from "../blueprint/files.ts";
import type { BuildSecret, IgnoreLine, Mount, Step, SystemPackage } from "../blueprint/plan.ts";

/** Certificate authorities of the builder's own network: readable while a step runs, never in a layer. */
export const extraCaSecret: BuildSecret = {
  id: "extra-ca",
  purpose: "certificate authorities of the network that builds, such as a company's proxy; optional",
  required: false,
};

/** Where a step finds them. */
export const extraCaPath = "/run/secrets/extra-ca";

/** Mount that makes them readable in one step. */
export const extraCaMount: Mount = { kind: "secret", id: extraCaSecret.id };

/** Shell line that points tools at them when they are there; an absent or empty file changes nothing. */
export function trustExtraCa(...variables: readonly string[]): string {
  const exports = variables.map((name) => `${name}=${extraCaPath}`).join(" ");
  return `if [ -s ${extraCaPath} ]; then export ${exports}; fi`;
}

/** Programs for probes in a variant of an official image. Bash asks without booting an interpreter; Alpine has none. */
export function probePrograms(variant: string | undefined, interpreter: string): readonly string[] {
  return variant?.includes("alpine") === true ? ["wget", interpreter] : ["bash", interpreter];
}

/** Debian packages, without leaving an index or cache in the layer. */
export function aptInstall(packages: readonly string[], comment?: string): Step {
  return {
    kind: "run",
    ...(comment === undefined ? {} : { comment }),
    // The caches are shared by all builds of the machine, and locked: apt refuses to run twice on one folder.
    mounts: [
      { kind: "cache", target: "/var/cache/apt", sharing: "locked" },
      { kind: "cache", target: "/var/lib/apt/lists", sharing: "locked" },
    ],
    script: [
      // The base image deletes downloaded packages after each run, which would defeat the cache.
      "rm -f /etc/apt/apt.conf.d/docker-clean",
      "apt-get update",
      `apt-get install -y --no-install-recommends ${[...packages].sort().join(" ")}`,
    ],
  };
}

/** Patterns that no image needs, whatever its toolchain. */
export const commonIgnore: readonly IgnoreLine[] = [
  { comment: "Version control and editors" },
  { pattern: ".git" },
  { pattern: ".gitignore" },
  { pattern: ".gitattributes" },
  { pattern: ".github" },
  { pattern: "**/.idea" },
  { pattern: "**/.vscode" },
  { pattern: "**/.DS_Store" },
  { pattern: "**/*.swp" },
  { comment: "Secrets: never into a layer" },
  { pattern: "**/.env" },
  { pattern: "**/.env.*" },
  { pattern: "!**/.env.example" },
  { pattern: "**/*.pem" },
  { pattern: "**/*.key" },
  { comment: "Container files: a change to them must not rebuild what they describe" },
  { pattern: "**/Dockerfile*" },
  { pattern: "**/*.Dockerfile" },
  { pattern: "**/*.dockerignore" },
  { pattern: "**/compose*.y*ml" },
  { pattern: "**/docker-compose*.y*ml" },
  { pattern: "**/docker-bake.*" },
  { pattern: "stack.ts" },
  { pattern: "deploy" },
  { pattern: ".gantry" },
  // Encrypted, and yet: a new value is no new image.
  ...["dev", "test", "production"].map((name) => ({ pattern: `secrets/${name}.json` })),
  { comment: "Logs" },
  { pattern: "**/*.log" },
];

/** What changes beside the sources and is none of them: syncing it would restart services for nothing, or for ever. */
export const neverSynced: readonly string[] = [
  ...[".git/", ".gantry/", "deploy/", "stack.ts", "**/node_modules/", "**/.env", "**/.env.*", "**/*.log"],
];

/** A problem of a recipe. */
export function recipeProblem(code: string, path: string, what: string, why: string, fix: string): Problem {
  return { code, path, what, why, fix };
}

/** JSON of a file; `undefined` when there is none, a problem when it is broken. */
export function readJson(
  files: FileTree,
  path: string,
): { value?: Record<string, unknown>; broken?: string } {
  const text = files.read(path);
  if (text === undefined) return {};
  try {
    return { value: JSON.parse(text) as Record<string, unknown> };
  } catch (error) {
    return { broken: error instanceof Error ? error.message : String(error) };
  }
}

/** TOML of a file; empty when there is none, `broken` with the reason when it cannot be read. */
export function readToml(
  files: FileTree,
  path: string,
): { readonly value?: Readonly<Record<string, unknown>>; readonly broken?: string } {
  const text = files.read(path);
  if (text === undefined) return {};
  try {
    return { value: parse(text) };
  } catch (error) {
    return { broken: (error instanceof Error ? error.message : String(error)).split("\n")[0] as string };
  }
}

/** Options of a recipe that name Debian packages. */
export interface PackageLists {
  readonly packages?: readonly string[];
  readonly buildPackages?: readonly string[];
}

/** All of them, each with its place in the stack: whether it exists, only the build can tell. */
export function systemPackages(lists: PackageLists, path: string): readonly SystemPackage[] {
  return (["packages", "buildPackages"] as const).flatMap((key) =>
    (lists[key] ?? []).map((name, index) => ({ name, path: `${path}.${key}[${index}]` })),
  );
}

/** Names that Debian cannot have: a typing error, or a package of another distribution or index. */
export function debianPackageProblems(lists: PackageLists, path: string): readonly Problem[] {
  return systemPackages(lists, path).flatMap(({ name, path }) =>
    /^[a-z0-9][a-z0-9+.-]+(=[\w.+:~-]+)?$/.test(name)
      ? []
      : [
          recipeProblem(
            "GTY2129",
            path,
            `${JSON.stringify(name)} cannot be the name of a Debian package`,
            "They have small letters, digits and + - . only.",
            "Look it up with `apt-cache search`.",
          ),
        ],
  );
}
