import type { Mount, Stage, Step } from "../../blueprint/plan.ts";
import { extraCaMount, trustExtraCa } from "../common.ts";
import type { NodeProject } from "./manifest.ts";

/** Copies what installing reads, and nothing else: a changed source line keeps the dependencies' layer. */
function copyManifests(project: NodeProject): Step[] {
  const atRoot = project.installFiles.filter((file) => !file.includes("/"));
  const folders = new Map<string, string[]>();
  for (const file of project.installFiles.filter((entry) => entry.includes("/"))) {
    // The contents of a folder that is copied go where it says: its own name is repeated.
    const folder = file.endsWith("/") ? file : file.slice(0, file.lastIndexOf("/") + 1);
    folders.set(folder, [...(folders.get(folder) ?? []), file]);
  }
  const packages = Object.keys(project.members).map(
    (member) => [`${member}/`, [`${member}/package.json`]] as const,
  );
  return [
    {
      kind: "copy",
      sources: ["package.json", project.lockFile, ...atRoot],
      to: "./",
      comment: "Only what installing reads: a changed source line keeps this layer.",
    },
    ...[...folders, ...packages].map(
      ([folder, sources]): Step => ({ kind: "copy", sources, to: `./${folder}` }),
    ),
  ];
}

function pnpmVersion(project: NodeProject): string {
  return /^pnpm@([\d.]+)/.exec(project.root.packageManager ?? "")?.[1] ?? "10";
}

function installStep(project: NodeProject, production: boolean, filter: string): Step {
  const cache: Mount =
    project.manager === "pnpm"
      ? { kind: "cache", target: "/pnpm/store", id: "pnpm-store" }
      : { kind: "cache", target: "/root/.npm", id: "npm-cache" };
  const install =
    project.manager === "pnpm"
      ? [
          "pnpm",
          filter === "" ? "" : `--filter "{${filter}}..."`,
          "install",
          "--frozen-lockfile",
          production ? "--prod" : "",
        ]
      : [
          "npm ci",
          production ? "--omit=dev" : "",
          filter === "" ? "" : `--workspace ${filter} --include-workspace-root`,
        ];
  const removed = removedHooks(project, production);
  return {
    kind: "run",
    comment: [
      production
        ? "Without development dependencies; a stage of its own, so that it is installed while the build runs."
        : "The cache outlives the layer: a changed lock file downloads only what is new.",
      ...(removed.length === 0
        ? []
        : [
            production
              ? "Scripts that installing would run are taken out: they call what is not here."
              : "Scripts that installing would run are taken out: they need the sources, and run when those are there.",
          ]),
    ].join("\n"),
    mounts: [cache, extraCaMount],
    script: [
      trustExtraCa("NODE_EXTRA_CA_CERTS"),
      ...removed,
      install.filter((word) => word !== "").join(" "),
      // npm makes no folder for nothing, and it is copied.
      ...(production && needsNothing(project) ? ["mkdir -p node_modules"] : []),
    ],
  };
}

const needsNothing = ({ root, manifest }: NodeProject): boolean =>
  [root, manifest].every(({ dependencies }) => Object.keys(dependencies).length === 0);

/** npm edits manifests whichever tool installs. */
function removedHooks(project: NodeProject, production: boolean): readonly string[] {
  return Object.entries(project.hooks).flatMap(([folder, { later, notInProduction }]) => {
    const names = production ? notInProduction : later;
    return names.length === 0
      ? []
      : [`${npmIn(folder)} pkg delete ${names.map((name) => `scripts.${name}`).join(" ")}`];
  });
}

/** Scripts that installing left out, once the sources are there: those of the root, and of what is built. */
export function laterHooks(project: NodeProject): readonly string[] {
  return ["", ...project.closure].flatMap((folder) =>
    (project.hooks[folder]?.later ?? []).map((name) => `${npmIn(folder)} run ${name}`),
  );
}

const npmIn = (folder: string): string => (folder === "" ? "npm" : `npm --prefix ${folder}`);

function pnpmSetup(project: NodeProject): Step[] {
  if (project.manager !== "pnpm") return [];
  return [
    { kind: "env", values: { PNPM_HOME: "/pnpm", npm_config_store_dir: "/pnpm/store", CI: "true" } },
    {
      kind: "run",
      comment: "pnpm by npm, pinned: newer Node images bring no corepack.",
      mounts: [{ kind: "cache", target: "/root/.npm", id: "npm-cache" }, extraCaMount],
      script: [trustExtraCa("NODE_EXTRA_CA_CERTS"), `npm install --global pnpm@${pnpmVersion(project)}`],
    },
  ];
}

/** All dependencies; what building, testing and developing stand on. */
export function dependencies(project: NodeProject): Stage {
  return {
    name: "dependencies",
    from: "base",
    comment: "All dependencies, for building, testing and development.",
    steps: [...pnpmSetup(project), ...copyManifests(project), installStep(project, false, "")],
  };
}

/** The dependencies that run. */
export function productionDependencies(project: NodeProject): Stage {
  const folder = project.closure.at(-1) ?? "";
  return {
    name: "production-dependencies",
    from: "base",
    steps: [
      ...pnpmSetup(project),
      ...copyManifests(project),
      installStep(project, true, project.manager === "npm" ? folder : ""),
    ],
  };
}
