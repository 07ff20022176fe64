import type { Problem } from "../../base/errors.ts";
import { parseBytes } from "../../base/units.ts";
import { joinPath, subtree } from "../../blueprint/files.ts";
import type { BuildPlan, Mount, Stage, Step } from "../../blueprint/plan.ts";
import {
  aptInstall,
  debianPackageProblems,
  extraCaMount,
  extraCaSecret,
  probePrograms,
  systemPackages,
  trustExtraCa,
} from "../common.ts";
import type { PlanInput } from "../types.ts";
import { developPlan, runnableSources } from "./develop.ts";
import { builtFolders, ignoreLines } from "./ignore.ts";
import { type NodeProject, readProject } from "./manifest.ts";
import type { PackageOptions } from "./options.ts";
import { asCommand, type PackagePaths, type PackageWork, workdir } from "./work.ts";

/** uid and gid of `node` in the official images. */
export const nodeUser: { readonly uid: number; readonly gid: number } = { uid: 1000, gid: 1000 };

/** The plan of an npm or pnpm package: what `node` and `site` have in common. An empty command means that none was found. */
export function planPackage(
  { options, files, path }: PlanInput<PackageOptions>,
  work: PackageWork,
): { readonly plan?: BuildPlan; readonly problems: readonly Problem[] } {
  const context = joinPath(options.context ?? ".");
  const { project, problems } = readProject(subtree(files, context), {
    path,
    context,
    workspace: options.workspace,
    manager: options.packageManager,
    version: options.version,
  });
  const wrong = [...problems, ...debianPackageProblems(options, path)];
  if (project === undefined || wrong.length > problems.length) return { problems: wrong };

  const build =
    work.build === false
      ? undefined
      : (work.build ?? (project.manifest.scripts["build"] === undefined ? undefined : "build"));
  const start = work.command ?? startCommand(project) ?? [];
  const paths = packagePaths(project, options, work);
  const own = subtree(files, joinPath(context, paths.folder));
  const sources = build === undefined ? {} : runnableSources(own, paths.outputs);
  const develop = developPlan(work, project, context, start, paths.outputs, sources, build !== undefined);
  const deployed = project.manager === "pnpm" && paths.folder !== "";
  const stages: Stage[] = [base(project, options, work), dependencies(project)];
  if (build !== undefined) stages.push(buildStage(project, build, paths.folder));
  stages.push(
    devStage(start, develop.watch[0]?.action === "rebuild" ? "build" : "dependencies", paths.folder),
    testStage(build !== undefined, paths.folder),
  );
  stages.push(deployed ? deployStage(build !== undefined, paths.folder) : productionDependencies(project));
  stages.push(productionStage(project, build !== undefined, start, paths, deployed));
  return {
    problems,
    plan: {
      context: context === "" ? "." : context,
      stages,
      targets: { dev: "dev", test: "production", production: "production" },
      testTarget: "test",
      ignore: ignoreLines(options, build === undefined ? [] : builtFolders(project, paths)),
      image: {
        user: nodeUser,
        userName: "node",
        workdir,
        programs: probePrograms(options.variant, "node"),
        shell: true,
        command: start,
        scratch: ["/tmp"],
        ...(options.budget === undefined ? {} : { budget: parseBytes(options.budget) as number }),
      },
      args: work.args ?? {},
      contexts: {},
      secrets: [extraCaSecret],
      develop,
      systemPackages: systemPackages(options, path),
    },
  };
}

function packagePaths(project: NodeProject, options: PackageOptions, work: PackageWork): PackagePaths {
  const folder = joinPath(options.workspace ?? "");
  const outputs = work.outputs ?? project.manifest.files ?? ["dist"];
  const shipped = [...outputs, ...(work.include ?? [])].map((entry) =>
    entry
      .replace(/^\.?\//, "")
      .replace(/\/\*\*?$/, "")
      .replace(/\/$/, ""),
  );
  return { folder, outputs: [...new Set(outputs)], shipped: [...new Set(shipped)].sort() };
}

function startCommand(project: NodeProject): readonly string[] | undefined {
  const script = asCommand(project.manifest.scripts["start"]);
  if (script !== undefined) return script;
  return project.manifest.main === undefined ? undefined : ["node", project.manifest.main];
}

function base(project: NodeProject, options: PackageOptions, work: PackageWork): Stage {
  const steps: Step[] = [{ kind: "workdir", path: workdir }];
  if (options.packages !== undefined && options.packages.length > 0)
    steps.unshift(aptInstall(options.packages));
  for (const [name, value] of Object.entries(work.args ?? {})) steps.push({ kind: "arg", name, value });
  return {
    name: "base",
    from: `node:${project.nodeVersion}-${options.variant ?? "trixie-slim"}`,
    comment: "What every stage stands on: built and run on the same system, so that native modules fit.",
    steps,
  };
}

const manifestFiles = (project: NodeProject): readonly string[] => {
  const inFolder = [
    "package.json",
    project.lockFile,
    ...project.installFiles.filter((file) => !file.includes("/")),
  ];
  return inFolder;
};

/** Copies what installing reads, and nothing else: a changed source line keeps the dependencies' layer. */
function copyManifests(project: NodeProject): Step[] {
  const steps: Step[] = [
    {
      kind: "copy",
      sources: manifestFiles(project),
      to: "./",
      comment: "Only what installing reads: a changed source line keeps this layer.",
    },
  ];
  const folders = new Map<string, string[]>();
  for (const file of project.installFiles.filter((entry) => entry.includes("/"))) {
    const folder = file.slice(0, file.lastIndexOf("/"));
    folders.set(folder, [...(folders.get(folder) ?? []), file]);
  }
  for (const [folder, sources] of folders) steps.push({ kind: "copy", sources, to: `./${folder}/` });
  for (const member of Object.keys(project.members)) {
    steps.push({ kind: "copy", sources: [`${member}/package.json`], to: `./${member}/` });
  }
  return steps;
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
  return {
    kind: "run",
    comment: production
      ? "Without development dependencies; a stage of its own, so that it is installed while the build runs."
      : "The cache outlives the layer: a changed lock file downloads only what is new.",
    mounts: [cache, extraCaMount],
    script: [trustExtraCa("NODE_EXTRA_CA_CERTS"), install.filter((word) => word !== "").join(" ")],
  };
}

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

function dependencies(project: NodeProject): Stage {
  return {
    name: "dependencies",
    from: "base",
    comment: "All dependencies, for building, testing and development.",
    steps: [...pnpmSetup(project), ...copyManifests(project), installStep(project, false, "")],
  };
}

function buildStage(project: NodeProject, script: string, folder: string): Stage {
  const runner = project.manager;
  const run =
    folder === ""
      ? `${runner} run ${script}`
      : runner === "npm"
        ? // In the order of their dependencies: a package is built before the ones that import it.
          project.closure
            .filter((member) => member === folder || project.members[member]?.scripts[script] !== undefined)
            .map((member) => `npm run ${script} --workspace ${member}`)
            .join(" && ")
        : `pnpm --filter "{${folder}}..." run ${script}`;
  return {
    name: "build",
    from: "dependencies",
    steps: [
      { kind: "copy", sources: ["."], to: "./" },
      {
        kind: "run",
        script: [run],
        network: "none",
        comment: "Without network: all that a build needs is in the lock file.",
      },
    ],
  };
}

function productionDependencies(project: NodeProject): Stage {
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

/** One package of a pnpm workspace with its production dependencies, laid out flat. */
function deployStage(built: boolean, folder: string): Stage {
  return {
    name: "deploy",
    from: built ? "build" : "dependencies",
    steps: [
      ...(built ? [] : [{ kind: "copy", sources: ["."], to: "./" } as const]),
      {
        kind: "run",
        mounts: [{ kind: "cache", target: "/pnpm/store", id: "pnpm-store" }, extraCaMount],
        script: [
          trustExtraCa("NODE_EXTRA_CA_CERTS"),
          `pnpm --filter "{${folder}}" --prod --legacy deploy /out`,
        ],
      },
    ],
  };
}

const memberFolder = (folder: string): readonly string[] => (folder === "" ? [] : [`${workdir}/${folder}`]);

/** Commands of a workspace's package are relative to it, as its scripts are. */
const inMember = (folder: string): readonly Step[] =>
  memberFolder(folder).map((path) => ({ kind: "workdir", path }));

/** Development: everything installed, sources owned by the user so that they can be synced in. */
function devStage(start: readonly string[], from: "dependencies" | "build", folder: string): Stage {
  return {
    name: "dev",
    from,
    comment: "Development: all dependencies and the sources; changes are synced in while it runs.",
    steps: [
      { kind: "env", values: { NODE_ENV: "development" } },
      {
        kind: "run",
        script: [`chown ${nodeUser.uid}:${nodeUser.gid} ${[workdir, ...memberFolder(folder)].join(" ")}`],
        comment: "The folder itself only: tools write beside the sources; dependencies stay root's.",
      },
      { kind: "copy", sources: ["."], to: "./", owner: nodeUser },
      ...inMember(folder),
      { kind: "user", ...nodeUser },
      { kind: "cmd", command: start },
    ],
  };
}

/** Tests: what production runs, with the tests and what they need. */
function testStage(built: boolean, folder: string): Stage {
  return {
    name: "test",
    from: built ? "build" : "dependencies",
    comment: "Tests run here: the same system and user as production, with the development dependencies.",
    steps: [
      ...(built ? [] : [{ kind: "copy", sources: ["."], to: "./" } as const]),
      ...inMember(folder),
      { kind: "env", values: { NODE_ENV: "test" } },
      { kind: "user", ...nodeUser },
    ],
  };
}

function productionStage(
  project: NodeProject,
  built: boolean,
  start: readonly string[],
  paths: PackagePaths,
  deployed: boolean,
): Stage {
  const steps: Step[] = [{ kind: "env", values: { NODE_ENV: "production" } }];
  const at = (folder: string): string => (folder === "" ? workdir : `${workdir}/${folder}`);
  const members = paths.folder === "" ? [] : project.closure;
  if (deployed) {
    steps.push({
      kind: "copy",
      from: "deploy",
      sources: ["/out"],
      to: workdir,
      comment: "Root's, so that the running process cannot change its own code.",
    });
  } else {
    steps.push({
      kind: "copy",
      from: "production-dependencies",
      sources: [`${workdir}/node_modules`],
      to: `${workdir}/node_modules`,
      comment: "Root's, so that the running process cannot change its own code. Most lasting layer first.",
    });
    steps.push({ kind: "copy", sources: ["package.json"], to: `${workdir}/` });
    for (const member of members) {
      if (member !== paths.folder) {
        const outputs = project.members[member]?.files ?? ["dist"];
        const source = built && project.members[member]?.scripts["build"] !== undefined ? "build" : undefined;
        steps.push({ kind: "copy", sources: [`${member}/package.json`], to: `${at(member)}/` });
        for (const output of outputs) steps.push(copyOutput(source, joinPath(member, output)));
      } else if (member !== "")
        steps.push({ kind: "copy", sources: [`${member}/package.json`], to: `${at(member)}/` });
    }
    if (built)
      for (const output of paths.shipped) steps.push(copyOutput("build", joinPath(paths.folder, output)));
    else
      steps.push({
        kind: "copy",
        sources: [paths.folder === "" ? "." : `${paths.folder}/`],
        to: `${at(paths.folder)}/`,
      });
  }
  if (paths.folder !== "" && project.manager === "npm")
    steps.push({ kind: "workdir", path: at(paths.folder) });
  steps.push({ kind: "user", ...nodeUser });
  steps.push({ kind: "cmd", command: start });
  return {
    name: "production",
    from: "base",
    comment: "What runs: no compiler, no package cache, no development dependencies.",
    steps,
  };
}

function copyOutput(from: string | undefined, path: string): Step {
  return {
    kind: "copy",
    ...(from === undefined ? {} : { from }),
    sources: [from === undefined ? path : `${workdir}/${path}`],
    to: `${workdir}/${path}`,
  };
}
