import { parseBytes } from "../../base/units.ts";
import { type FileTree, joinPath } from "../../blueprint/files.ts";
import type { BuildPlan, DevelopPlan, IgnoreLine, Stage, Step } from "../../blueprint/plan.ts";
import { aptInstall, commonIgnore, extraCaSecret, neverSynced, probePrograms } from "../common.ts";
import {
  compileCommand,
  compileLibraryStep,
  compilePackagesStep,
  installSteps,
  metadataSteps,
  prepareSteps,
  projectOverlay,
  projectSteps,
  trimStep,
  venv,
} from "./install.ts";
import type { PythonOptions } from "./options.ts";
import type { PythonProject } from "./project.ts";
import { debugging, pythonParallelism, reloading } from "./serving.ts";

/** uid and gid that the application runs as. */
const user = { uid: 1000, gid: 1000 } as const;

const debugPort = 5678;

/** What the stages are made from. */
export interface PythonWork {
  readonly project: PythonProject;
  readonly options: PythonOptions;
  readonly context: string;
  readonly command: readonly string[];
  /** Files and folders of tests that are there. */
  readonly tests: readonly string[];
}

/** The plan of a Python application. */
export function pythonPlan(work: PythonWork): BuildPlan {
  const { options, context, command } = work;
  const workdir = options.workdir ?? "/app";
  return {
    context: context === "" ? "." : context,
    stages: [
      baseStage(work, workdir),
      dependenciesStage(work),
      ...projectStages(work, workdir),
      buildStage(work, workdir),
      {
        name: "dev-dependencies",
        from: "dependencies",
        comment: "What development and tests need beside it.",
        steps: [
          ...installSteps(work.project, true),
          ...(options.bytecode === false ? [] : [compilePackagesStep(true)]),
        ],
      },
      devStage(work, workdir),
      productionStage(work, workdir),
      testStage(workdir),
    ],
    targets: { dev: "dev", test: "production", production: "production" },
    testTarget: "test",
    ignore: ignoreLines(options),
    image: {
      user,
      userName: options.userName ?? "app",
      workdir,
      programs: probePrograms(options.variant, "python"),
      shell: true,
      command,
      scratch: ["/tmp"],
      parallelism: pythonParallelism,
      ...(options.budget === undefined ? {} : { budget: parseBytes(options.budget) as number }),
    },
    folders: { stage: "build", below: workdir },
    args: options.args ?? {},
    contexts: {},
    secrets: [extraCaSecret],
    develop: developPlan(work, workdir),
  };
}

function baseStage({ project, options }: PythonWork, workdir: string): Stage {
  const name = options.userName ?? "app";
  const steps: Step[] = [
    {
      kind: "env",
      comment: [
        "Output appears at once; a crash of C code leaves a traceback.",
        "Bytecode is compiled in the build and never by the running process, whose files are read-only.",
      ].join("\n"),
      values: {
        PATH: `${venv}/bin:/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin`,
        VIRTUAL_ENV: venv,
        PYTHONPATH: joinedAbsolute(workdir, options.importFrom),
        PYTHONUNBUFFERED: "1",
        PYTHONFAULTHANDLER: "1",
        PYTHONDONTWRITEBYTECODE: "1",
      },
    },
  ];
  if ((options.packages ?? []).length > 0) steps.push(aptInstall(options.packages ?? []));
  if (options.bytecode !== false) steps.push(compileLibraryStep());
  steps.push({
    kind: "run",
    script: [
      `groupadd --gid ${user.gid} ${name}`,
      `useradd --uid ${user.uid} --gid ${user.gid} --no-log-init --create-home --shell /bin/bash ${name}`,
    ],
  });
  steps.push({ kind: "workdir", path: workdir });
  for (const [arg, value] of Object.entries(options.args ?? {}))
    steps.push({ kind: "arg", name: arg, value });
  return {
    name: "base",
    from: `python:${project.pythonVersion}-${options.variant ?? "slim-trixie"}`,
    comment: "What every stage stands on: packages are installed by the Python that runs them.",
    steps,
  };
}

function joinedAbsolute(workdir: string, folder: string | undefined): string {
  const below = joinPath(folder ?? "");
  return below === "" ? workdir : `${workdir}/${below}`;
}

function dependenciesStage({ project, options }: PythonWork): Stage {
  return {
    name: "dependencies",
    from: "base",
    comment: "Packages of production, in a virtual environment that is copied as it is.",
    steps: [
      ...prepareSteps(project, options),
      ...installSteps(project, false),
      trimStep(options),
      ...(options.bytecode === false ? [] : [compilePackagesStep(false)]),
    ],
  };
}

const metadata = "metadata";
const projectStage = "project";

/** For a project that is a package: installed before its sources are there, so that a changed line installs nothing. */
function projectStages({ project }: PythonWork, workdir: string): readonly Stage[] {
  if (!project.isPackage) return [];
  return [
    {
      name: metadata,
      from: "base",
      comment:
        "What installing the project itself reads: its files by name, with the text of those that may tell a version. A changed line gives the same.",
      steps: metadataSteps(project),
    },
    { name: projectStage, from: "dependencies", steps: projectSteps(metadata, workdir) },
  ];
}

/** The sources as production has them. */
function buildStage(work: PythonWork, workdir: string): Stage {
  const { project, options, tests } = work;
  const steps: Step[] = [{ kind: "copy", sources: ["."], to: "./" }];
  const commands = [
    ...(options.build ?? []),
    ...((options.collectstatic ?? (project.django.manage && project.django.staticRoot))
      ? [["python", "manage.py", "collectstatic", "--noinput"]]
      : []),
  ];
  const variables = Object.entries(options.buildEnv ?? {}).map(([name, value]) => `${name}=${word(value)}`);
  const last: readonly (readonly [comment: string, script: readonly string[]])[] = [
    ...(commands.length === 0
      ? []
      : [
          [
            "All that a build needs is in the lock file.",
            [
              ...(variables.length === 0 ? [] : [`export ${variables.join(" ")}`]),
              ...commands.map((command) => command.map(word).join(" ")),
            ],
          ] as const,
        ]),
    ...(tests.length === 0
      ? []
      : [["Tests have a stage of their own.", [`rm -r ${tests.join(" ")}`]] as const]),
    ...(options.bytecode === false ? [] : [["", [compileCommand(workdir)]] as const]),
  ];
  // One step: what runs with every changed line costs a container's start each time.
  if (last.length > 0)
    steps.push({
      kind: "run",
      comment: ["Without network.", ...last.map(([comment]) => comment)]
        .filter((text) => text !== "")
        .join(" "),
      script: last.flatMap(([, script]) => script),
      network: "none",
    });
  return {
    name: "build",
    from: project.isPackage ? projectStage : "dependencies",
    comment: "The sources as production has them.",
    steps,
  };
}

/** A word of a command for the shell that RUN uses. */
function word(text: string): string {
  return /^[\w./:@%+,=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

function devStage({ project, command }: PythonWork, workdir: string): Stage {
  return {
    name: "dev",
    from: "dev-dependencies",
    comment: "Development: all packages and the sources; changes are synced in while it runs.",
    steps: [
      {
        kind: "run",
        script: [`chown ${user.uid}:${user.gid} ${workdir}`],
        comment: "The folder itself only: tools write beside the sources; packages stay root's.",
      },
      ...(project.isPackage ? projectSteps(metadata, workdir) : []),
      { kind: "copy", sources: ["."], to: "./", owner: user },
      { kind: "user", ...user },
      { kind: "cmd", command },
    ],
  };
}

function productionStage({ project, command }: PythonWork, workdir: string): Stage {
  return {
    name: "production",
    from: "base",
    comment: "What runs: no compiler, no package manager's cache, no packages of development.",
    steps: [
      {
        kind: "copy",
        from: "dependencies",
        sources: [venv],
        to: venv,
        comment: "Root's, so that the running process cannot change its own code. Most lasting layer first.",
      },
      ...(project.isPackage
        ? [{ kind: "copy", from: projectStage, sources: [`${projectOverlay}/`], to: "/" } as const]
        : []),
      { kind: "copy", from: "build", sources: [workdir], to: workdir },
      {
        kind: "env",
        comment:
          "The root is read-only; what libraries keep in the home folder, such as gunicorn its socket, goes to memory.",
        values: { HOME: "/tmp" },
      },
      { kind: "user", ...user },
      { kind: "cmd", command },
    ],
  };
}

/** Tests run on what production runs, with their own packages and sources on top. */
function testStage(workdir: string): Stage {
  return {
    name: "test",
    from: "production",
    comment: "Tests run here: production's image, with the tests and their packages on top.",
    steps: [
      { kind: "user", uid: 0, gid: 0 },
      { kind: "copy", from: "dev-dependencies", sources: [venv], to: venv },
      { kind: "copy", sources: ["."], to: `${workdir}/` },
      {
        kind: "env",
        comment: "pytest's cache would be written beside the sources, which are read-only.",
        values: { PYTEST_ADDOPTS: "-p no:cacheprovider" },
      },
      { kind: "user", ...user },
    ],
  };
}

function ignoreLines(options: PythonOptions): readonly IgnoreLine[] {
  return [
    ...commonIgnore,
    { comment: "Made by tools" },
    { pattern: "**/__pycache__" },
    { pattern: "**/*.py[cod]" },
    { pattern: "**/.venv" },
    { pattern: "**/venv" },
    { pattern: "**/*.egg-info" },
    { pattern: "**/.pytest_cache" },
    { pattern: "**/.mypy_cache" },
    { pattern: "**/.ruff_cache" },
    { pattern: "**/.tox" },
    { pattern: "**/.coverage*" },
    { pattern: "**/htmlcov" },
    { pattern: "**/node_modules" },
    { pattern: "staticfiles" },
    { pattern: "**/*.sqlite3" },
    ...((options.ignore ?? []).length === 0
      ? []
      : [{ comment: "From the stack" }, ...(options.ignore ?? []).map((pattern) => ({ pattern }))]),
  ];
}

function developPlan(work: PythonWork, workdir: string): DevelopPlan {
  const { project, options, context } = work;
  const has = (name: string): boolean => project.locked.has(name);
  const command = options.dev ?? reloading(work.command, has, project.django.manage);
  const source = context === "" ? "." : context;
  const debugged = command ?? work.command;
  return {
    command,
    sources: {},
    ...(has("debugpy") ? { debug: { port: debugPort, command: debugging(debugged, debugPort) } } : {}),
    watch: [
      {
        action: "sync",
        path: source,
        target: workdir,
        ignore: [
          ...["**/.venv/", "**/venv/", "**/__pycache__/", "**/*.pyc", "**/*.sqlite3*"],
          ...["**/.pytest_cache/", "**/.mypy_cache/", "**/.ruff_cache/", "**/.coverage*", "**/htmlcov/"],
          ...neverSynced,
        ],
      },
      ...[...new Set([...project.installFiles, ...project.devFiles])].map((file) => ({
        action: "rebuild" as const,
        path: joinPath(context, file),
      })),
    ],
  };
}

/** Files and folders of tests that the project has. */
export function testFiles(files: FileTree, wanted: readonly string[] | undefined): readonly string[] {
  if (wanted !== undefined) return wanted.map((entry) => joinPath(entry)).sort();
  const present = new Set(files.list("").map((name) => name.replace(/\/$/, "")));
  return ["conftest.py", "test", "tests"].filter((name) => present.has(name));
}
