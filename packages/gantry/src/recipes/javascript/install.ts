import type { Stage, Step } from "../../blueprint/plan.ts";
import { extraCaMount, trustExtraCa } from "../common.ts";
import type { NodeProject } from "./model.ts";

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

function installStep(project: NodeProject, production: boolean, script: readonly string[]): Step {
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
    mounts: [project.manager.cache, extraCaMount],
    script: [trustExtraCa("NODE_EXTRA_CA_CERTS"), ...removed, ...script],
  };
}

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
    (project.hooks[folder]?.later ?? []).map((name) => project.manager.run(name, folder, project)),
  );
}

const npmIn = (folder: string): string => (folder === "" ? "npm" : `npm --prefix ${folder}`);

/** The manager, and what installing reads. */
const prepared = (project: NodeProject): readonly Step[] => [
  ...project.manager.setup(project),
  ...copyManifests(project),
];

/** All dependencies; what building, testing and developing stand on. */
export function dependencies(project: NodeProject): Stage {
  return {
    name: "dependencies",
    from: "base",
    comment: "All dependencies, for building, testing and development.",
    steps: [...prepared(project), installStep(project, false, project.manager.install(project))],
  };
}

/** The dependencies that run. */
export function productionDependencies(project: NodeProject): Stage {
  const { from, comment, script } = project.manager.production(project, project.closure.at(-1) ?? "");
  return {
    name: "production-dependencies",
    from,
    ...(comment === undefined ? {} : { comment }),
    steps: [...(from === "base" ? prepared(project) : []), installStep(project, true, script)],
  };
}
