import type { Problem } from "../../base/errors.ts";
import { parseBytes } from "../../base/units.ts";
import { joinPath, subtree } from "../../blueprint/files.ts";
import type { BuildPlan, Stage, Step } from "../../blueprint/plan.ts";
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
import { dependencies, laterHooks, productionDependencies } from "./install.ts";
import { readProject } from "./manifest.ts";
import { builtBefore, inMember, runInMembers } from "./members.ts";
import type { NodeProject } from "./model.ts";
import {
  listenEverywhere,
  type NextApp,
  nextCache,
  nextScratch,
  nextShipped,
  readNext,
  standaloneCopies,
} from "./next.ts";
import type { PackageOptions } from "./options.ts";
import { asCommand, homeOf, type PackagePaths, type PackageWork, workdir } from "./work.ts";
import { devStage, nodeUser, testFolders, testStage, toolPackages } from "./work-stages.ts";

/** The plan of a package of npm, pnpm or Yarn: what `node` and `site` have in common. An empty command means that none was found. */
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
  const folder = joinPath(options.workspace ?? "");
  const own = subtree(files, joinPath(context, folder));
  const next =
    build === undefined || work.outputs !== undefined ? undefined : readNext(own, project.manifest);
  const traced = next?.standalone === true;
  const start = work.command ?? (traced ? ["node", "server.js"] : startCommand(project)) ?? [];
  const paths = packagePaths(project, folder, work, next);
  const sources = build === undefined ? {} : runnableSources(own, paths.outputs);
  const imported = builtBefore(project, folder, build ?? "build");
  const develop = developPlan(work, project, context, {
    start,
    outputs: paths.outputs,
    sources,
    built: build !== undefined,
    imported,
  });
  const deploy = folder === "" || traced ? undefined : project.manager.deploy?.(folder);
  const deployed = deploy !== undefined;
  const stages: Stage[] = [base(project, options, work), dependencies(project)];
  if (build !== undefined) stages.push(buildStage(project, build, folder, options.internet === true, next));
  // What has no command of its own for development runs as it was built.
  const anew = build !== undefined && develop.command === undefined;
  const tools = toolPackages(project, options.variant);
  stages.push(devStage(project, start, anew ? "build" : "dependencies", folder, { imported, tools }));
  stages.push(testStage(project, build !== undefined, folder));
  const alone = next !== undefined && traced && work.standalone !== false;
  if (!alone)
    stages.push(
      deployed ? deployStage(project, build !== undefined, deploy) : productionDependencies(project),
    );
  stages.push(
    next !== undefined && traced
      ? tracedStage(project, next, { start, folder, alone, include: work.include ?? [] })
      : productionStage(project, build !== undefined, start, paths, deployed),
  );
  return {
    problems,
    plan: {
      context: context === "" ? "." : context,
      stages,
      targets: { dev: "dev", test: "production", production: "production" },
      testTarget: "test",
      testScratch: testFolders(project, folder),
      ignore: ignoreLines(options, project, [
        ...(build === undefined ? [] : builtFolders(project, paths)),
        // It decides what is deployed, and outputs stand in it.
        ...(deployed ? ["**/.gitignore"] : []),
      ]),
      image: {
        user: nodeUser,
        userName: "node",
        workdir,
        programs: probePrograms(options.variant, "node"),
        shell: true,
        command: start,
        scratch: ["/tmp", ...(next === undefined ? [] : [nextScratch(folder)])],
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

function packagePaths(
  project: NodeProject,
  folder: string,
  work: PackageWork,
  next: NextApp | undefined,
): PackagePaths {
  const outputs = work.outputs ?? (next === undefined ? (project.manifest.files ?? ["dist"]) : [".next"]);
  const beside = next === undefined ? [] : nextShipped(next);
  const shipped = [...outputs, ...beside, ...(work.include ?? [])].map((entry) =>
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

function buildStage(
  project: NodeProject,
  script: string,
  folder: string,
  internet: boolean,
  next: NextApp | undefined,
): Stage {
  const build =
    folder === ""
      ? project.manager.run(script, "", project)
      : runInMembers(project, script, [...builtBefore(project, folder, script), folder]);
  const caches = next === undefined ? [] : [nextCache(project.manifest, folder)];
  return {
    name: "build",
    from: "dependencies",
    steps: [
      { kind: "copy", sources: ["."], to: "./" },
      {
        kind: "run",
        script: [...(internet ? [trustExtraCa("NODE_EXTRA_CA_CERTS")] : []), ...laterHooks(project), build],
        mounts: [...caches, ...(internet ? [extraCaMount] : [])],
        ...(internet ? {} : { network: "none" as const }),
        comment: internet
          ? "With network, as the stack says: what it fetches may differ from one build to the next."
          : "Without network: all that a build needs is in the lock file.",
      },
    ],
  };
}

/** One package of a workspace with its production dependencies, laid out flat. */
function deployStage({ manager }: NodeProject, built: boolean, deploy: string): Stage {
  return {
    name: "deploy",
    from: built ? "build" : "dependencies",
    steps: [
      ...(built ? [] : [{ kind: "copy", sources: ["."], to: "./" } as const]),
      {
        kind: "run",
        mounts: [manager.cache, extraCaMount],
        script: [trustExtraCa("NODE_EXTRA_CA_CERTS"), deploy],
      },
    ],
  };
}

/** Production of what Next traced. */
function tracedStage(
  project: NodeProject,
  next: NextApp,
  {
    start,
    folder,
    alone,
    include,
  }: {
    readonly start: readonly string[];
    readonly folder: string;
    readonly alone: boolean;
    readonly include: readonly string[];
  },
): Stage {
  return {
    name: "production",
    from: "base",
    comment: "What runs: no compiler, no package cache, no development dependencies.",
    steps: [
      { kind: "env", values: { NODE_ENV: "production" } },
      listenEverywhere,
      ...(alone ? [] : packagesStep(project, true)),
      ...standaloneCopies(next, folder, !alone),
      ...include.map((path) => copyOutput("build", joinPath(folder, path))),
      ...inMember(folder),
      { kind: "user", ...nodeUser },
      { kind: "cmd", command: start },
    ],
  };
}

/** Production's packages: the workspace's own folder of them, and those of members that need other versions. */
function packagesStep(project: NodeProject, built: boolean): readonly Step[] {
  const copy = (from: string, folder: string): Step => ({
    kind: "copy",
    from,
    sources: [`${workdir}/${folder}`],
    to: `${workdir}/${folder}`,
  });
  return [
    {
      ...copy("production-dependencies", "node_modules"),
      comment: "Root's, so that the running process cannot change its own code. Most lasting layer first.",
    },
    ...project.nested.map((folder) => copy("production-dependencies", `${folder}/node_modules`)),
    ...(project.generated ? [copy(built ? "build" : "dependencies", "node_modules/.prisma")] : []),
  ];
}

function productionStage(
  project: NodeProject,
  built: boolean,
  start: readonly string[],
  paths: PackagePaths,
  deployed: boolean,
): Stage {
  const steps: Step[] = [{ kind: "env", values: { NODE_ENV: "production" } }];
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
    steps.push(...packagesStep(project, built));
    steps.push({ kind: "copy", sources: ["package.json"], to: `${workdir}/` });
    for (const member of members) {
      if (member !== paths.folder) {
        const outputs = project.members[member]?.files ?? ["dist"];
        const source = built && project.members[member]?.scripts["build"] !== undefined ? "build" : undefined;
        steps.push({ kind: "copy", sources: [`${member}/package.json`], to: `${homeOf(member)}/` });
        for (const output of outputs) steps.push(copyOutput(source, joinPath(member, output)));
      } else if (member !== "")
        steps.push({ kind: "copy", sources: [`${member}/package.json`], to: `${homeOf(member)}/` });
    }
    if (built)
      for (const output of paths.shipped) steps.push(copyOutput("build", joinPath(paths.folder, output)));
    else
      steps.push({
        kind: "copy",
        sources: [paths.folder === "" ? "." : `${paths.folder}/`],
        to: `${homeOf(paths.folder)}/`,
      });
  }
  if (paths.folder !== "" && !deployed) steps.push({ kind: "workdir", path: homeOf(paths.folder) });
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
