import type { Problem } from "../../base/errors.ts";
import { type FileTree, joinPath, subtree } from "../../blueprint/files.ts";
import type { Recipe } from "../../blueprint/plan.ts";
import { debianPackageProblems, recipeProblem, systemPackages } from "../common.ts";
import type { PlanInput, PlanResult, RecipeDefinition } from "../types.ts";
import { type RustOptions, rustShape } from "./options.ts";
import { type RustProject, readProject } from "./project.ts";
import { rustPlan } from "./stages.ts";

/**
 * A Rust application: a package or a workspace with Cargo. Its tests are compiled into the image of the `test` stage;
 * `test: { command: ["run-tests"] }` runs them.
 */
export function rust(options: RustOptions = {}): Recipe {
  return { recipe: "rust", options: { ...options } };
}

function planRust({ options, files, image, path }: PlanInput<RustOptions>): PlanResult {
  const context = joinPath(options.context ?? ".");
  const own = subtree(files, context);
  const runtime = options.runtime ?? "distroless";
  const musl = (options.libc ?? (runtime === "alpine" ? "musl" : "gnu")) === "musl";
  const { project, problems } = readProject(own, options, { path, context });
  const wrong = [
    ...problems,
    ...runtimeProblems(options, runtime, musl, path),
    ...includeProblems(own, options.include ?? [], path, context),
    ...(project === undefined ? [] : libraryProblems(project, options, runtime, musl, path)),
    ...debianPackageProblems(options, path),
  ];
  if (project === undefined || wrong.length > 0) return { problems: wrong };
  const command = options.command ?? [(project.chosen[0] as { bin: string }).bin];
  const plan = rustPlan({ project, options, image, context, command, runtime, musl });
  return { plan: { ...plan, systemPackages: systemPackages(options, path) } };
}

function runtimeProblems(
  options: RustOptions,
  runtime: NonNullable<RustOptions["runtime"]>,
  musl: boolean,
  path: string,
): readonly Problem[] {
  const problems: Problem[] = [];
  if (runtime === "alpine" && !musl)
    problems.push(
      recipeProblem(
        "GTY2232",
        `${path}.libc`,
        "the program would be linked to glibc, which Alpine does not have",
        "It would not start: Alpine's C library is musl.",
        'Remove `libc`, or choose runtime: "debian".',
      ),
    );
  if (runtime !== "debian" && (options.packages ?? []).length > 0)
    problems.push(
      recipeProblem(
        "GTY2233",
        `${path}.packages`,
        `packages cannot be installed in the ${runtime} image`,
        "It has no package manager of Debian.",
        'Choose runtime: "debian", or link what is needed into the program.',
      ),
    );
  return problems;
}

function includeProblems(
  files: FileTree,
  include: readonly string[],
  path: string,
  context: string,
): readonly Problem[] {
  return include.flatMap((entry, index) =>
    files.read(entry) !== undefined || files.list(entry).length > 0
      ? []
      : [
          recipeProblem(
            "GTY2234",
            `${path}.include[${index}]`,
            `there is no ${joinPath(context, entry)}`,
            "It is said to lie beside the program in the image.",
            "Paths are relative to `context`.",
          ),
        ],
  );
}

/** Crates that look for a library of the system when the program starts, unless another crate brings it along. */
const libraries: Readonly<
  Record<string, { readonly brought: string; readonly name: RegExp; readonly package: string }>
> = {
  "openssl-sys": { brought: "openssl-src", name: /^libssl\d/, package: "libssl3t64" },
  "pq-sys": { brought: "pq-src", name: /^libpq\d/, package: "libpq5" },
};

function libraryProblems(
  project: RustProject,
  options: RustOptions,
  runtime: NonNullable<RustOptions["runtime"]>,
  musl: boolean,
  path: string,
): readonly Problem[] {
  if (runtime !== "debian" || musl) return [];
  return Object.entries(libraries).flatMap(([crate, library]) =>
    !project.locked.has(crate) ||
    project.locked.has(library.brought) ||
    (options.packages ?? []).some((name) => library.name.test(name))
      ? []
      : [
          recipeProblem(
            "GTY2235",
            `${path}.packages`,
            `${crate} needs ${library.package} at run time, which debian:trixie-slim lacks`,
            "The program would compile, and not start.",
            `Add packages: ["${library.package}"], or the crate's feature that brings the library along (${library.brought}).`,
          ),
        ],
  );
}

/** Rust applications. */
export const rustRecipe: RecipeDefinition<RustOptions> = {
  name: "rust",
  shape: rustShape,
  plan: planRust,
};
