import { parseBytes } from "../../base/units.ts";
import { joinPath } from "../../blueprint/files.ts";
import type { BuildPlan, DevelopPlan, IgnoreLine, Stage, Step } from "../../blueprint/plan.ts";
import { aptInstall, commonIgnore, extraCaSecret, neverSynced } from "../common.ts";
import {
  addMusl,
  cook,
  cookRelease,
  devBuild,
  installChef,
  output,
  programs,
  type RustWork,
  releaseSteps,
  targetFolder,
  testSteps,
  workdir,
} from "./cargo.ts";
import { probePath, probeSource } from "./probe.ts";

type User = { readonly uid: number; readonly gid: number };

/** What the three kinds of images are like. */
const runtimes = {
  distroless: { user: { uid: 65_532, gid: 65_532 }, shell: false },
  debian: { user: { uid: 1000, gid: 1000 }, shell: true },
  alpine: { user: { uid: 1000, gid: 1000 }, shell: true },
} as const;

/** The plan of a Rust application. */
export function rustPlan(work: RustWork): BuildPlan {
  const { options, context, command, runtime } = work;
  const { user, shell } = runtimes[runtime];
  return {
    context: context === "" ? "." : context,
    stages: [
      {
        name: "cargo-chef",
        from: compiler(work),
        comment: "Compiles the dependencies of a project before its sources are there.",
        steps: [installChef()],
      },
      toolchainStage(work),
      {
        name: "chef",
        from: "toolchain",
        steps: [
          { kind: "copy", from: "cargo-chef", sources: [`${programs}/cargo-chef`], to: `${programs}/` },
        ],
      },
      {
        name: "planner",
        from: "chef",
        comment:
          "What the dependencies are. Runs with every change, and what follows only when the recipe is another one.",
        steps: [
          { kind: "copy", sources: ["."], to: "./" },
          { kind: "run", script: ["cargo chef prepare --recipe-path recipe.json"], network: "none" },
        ],
      },
      ...buildStages(work),
      probeStage(work),
      ...devStages(work, user),
      productionStage(work, user),
    ],
    targets: { dev: "dev", test: "production", production: "production" },
    testTarget: "test",
    ignore: ignoreLines(work),
    image: {
      user,
      workdir,
      programs: [],
      shell,
      command,
      scratch: ["/tmp"],
      probe: [probePath],
      ...(options.budget === undefined ? {} : { budget: parseBytes(options.budget) as number }),
    },
    args: {},
    contexts: {},
    secrets: [extraCaSecret],
    develop: developPlan(work),
  };
}

const compiler = ({ project, options }: RustWork): string =>
  `rust:${project.version}-${options.variant ?? "slim-trixie"}`;

function toolchainStage(work: RustWork): Stage {
  const { project, options, musl } = work;
  const packages = [...(options.buildPackages ?? []), ...(musl ? ["musl-tools"] : [])];
  const values: Record<string, string> = {
    ...("lto" in project.profiles.release || options.lto === "off"
      ? {}
      : { CARGO_PROFILE_RELEASE_LTO: options.lto ?? "thin" }),
    ...("strip" in project.profiles.release ? {} : { CARGO_PROFILE_RELEASE_STRIP: "symbols" }),
  };
  return {
    name: "toolchain",
    from: compiler(work),
    comment: "One compiler for building, testing and development.",
    steps: [
      ...(packages.length === 0
        ? []
        : [aptInstall(packages, "For compiling; they stay in the stages that compile.")]),
      ...(musl ? [addMusl()] : []),
      { kind: "workdir", path: workdir },
      ...(Object.keys(values).length === 0
        ? []
        : [
            {
              kind: "env" as const,
              comment:
                "Release builds are optimised over all crates and hold no symbols, where Cargo.toml does not say.",
              values,
            },
          ]),
    ],
  };
}

/** Stages that end in the programs; with mounts there is no layer of dependencies. */
function buildStages(work: RustWork): readonly Stage[] {
  const sources: Step = { kind: "copy", sources: ["."], to: "./" };
  if (work.options.cache === "mounts")
    return [{ name: "build", from: "toolchain", steps: [sources, ...releaseSteps(work)] }];
  return [
    {
      name: "dependencies",
      from: "chef",
      steps: [
        { kind: "copy", from: "planner", sources: [`${workdir}/recipe.json`], to: "recipe.json" },
        cookRelease(work),
      ],
    },
    { name: "build", from: "dependencies", steps: [sources, ...releaseSteps(work)] },
  ];
}

function probeStage({ musl }: RustWork): Stage {
  const target = musl ? ' --target "$(uname -m)-unknown-linux-musl"' : "";
  return {
    name: "probe",
    from: "toolchain",
    comment: "Asks for health in images that have no program for it.",
    steps: [
      { kind: "file", path: "/probe.rs", lines: probeSource },
      {
        kind: "run",
        script: [
          `rustc --edition 2021 -C opt-level=s -C lto -C panic=abort -C strip=symbols${target} -o ${probePath} /probe.rs`,
        ],
        network: "none",
      },
    ],
  };
}

const copyProbe: Step = { kind: "copy", from: "probe", sources: [probePath], to: probePath };

function devStages(work: RustWork, user: User): readonly Stage[] {
  const sources: Step = { kind: "copy", sources: ["."], to: "./", owner: user };
  const { command, project } = work;
  return [
    {
      name: "dev-dependencies",
      from: "chef",
      comment: "The dependencies again, quickly compiled, for development and tests.",
      steps: [
        ...("debug" in project.profiles.dev
          ? []
          : [
              {
                kind: "env" as const,
                comment:
                  "Enough for backtraces; debuggers want `debug = true` in Cargo.toml, which links more slowly.",
                values: { CARGO_PROFILE_DEV_DEBUG: "line-tables-only" },
              },
            ]),
        {
          kind: "run",
          script: [
            `groupadd --gid ${user.gid} app`,
            `useradd --uid ${user.uid} --gid ${user.gid} --no-log-init --create-home --shell /bin/bash app`,
            `chown ${user.uid}:${user.gid} ${workdir}`,
          ],
        },
        { kind: "user", ...user },
        {
          kind: "copy",
          from: "planner",
          sources: [`${workdir}/recipe.json`],
          to: "recipe.json",
          owner: user,
        },
        cook(work, "", user.uid),
      ],
    },
    {
      name: "dev",
      from: "dev-dependencies",
      comment: "Development: a change is synced in, and the restarted container compiles what it touches.",
      steps: [
        sources,
        { kind: "run", script: [devBuild(work)], network: "none" },
        copyProbe,
        ...project.chosen.map(
          ({ bin }, index): Step => ({
            kind: "file",
            ...(index === 0
              ? {
                  comment:
                    "Under the name that it has in production: compiled when sources changed, then run.",
                }
              : {}),
            path: `${programs}/${bin}`,
            mode: "755",
            lines: [
              "#!/bin/sh",
              "set -e",
              `(cd ${workdir} && ${devBuild(work, "--quiet")})`,
              `exec ${workdir}/${targetFolder(work, "debug")}/${bin} "$@"`,
            ],
          }),
        ),
        {
          kind: "file",
          path: `${programs}/develop`,
          mode: "755",
          lines: [
            "#!/bin/sh",
            "# While the sources do not compile there is nothing to run: the next change restarts the container.",
            `(cd ${workdir} && ${devBuild(work)}) && exec "$@"`,
            'echo "Waiting for a change."',
            "exec sleep infinity",
          ],
        },
        { kind: "cmd", command: ["develop", ...command] },
      ],
    },
    {
      name: "test-dependencies",
      from: "dev-dependencies",
      comment: "What only tests need.",
      steps: [cook(work, "--tests", user.uid)],
    },
    {
      name: "test",
      from: "test-dependencies",
      steps: [sources, ...testSteps(work), { kind: "cmd", command: ["run-tests"] }],
    },
  ];
}

function productionStage(work: RustWork, user: User): Stage {
  const { options, command, runtime, musl } = work;
  const packages = options.packages ?? [];
  const bases = {
    distroless: `gcr.io/distroless/${musl ? "static" : "cc"}-debian13:nonroot`,
    debian: "debian:trixie-slim",
    alpine: "alpine:3.23",
  } as const;
  const comments = {
    distroless: "What runs: the program, certificates and time zones; no shell, no package manager.",
    debian: "What runs: the program on Debian.",
    alpine: "What runs: the program, with a small shell to look around.",
  } as const;
  const prepare: Record<typeof runtime, readonly Step[]> = {
    distroless: [],
    debian: [
      ...(packages.length === 0 ? [] : [aptInstall(packages)]),
      {
        kind: "copy",
        from: "toolchain",
        sources: ["/etc/ssl/certs/ca-certificates.crt"],
        to: "/etc/ssl/certs/",
        comment: "The slim image has no certificates.",
      },
      {
        kind: "run",
        script: [
          `groupadd --gid ${user.gid} app`,
          `useradd --uid ${user.uid} --gid ${user.gid} --no-log-init --no-create-home --home-dir ${workdir} app`,
        ],
      },
    ],
    alpine: [
      {
        kind: "run",
        script: [
          `echo "app:x:${user.gid}:" >>/etc/group`,
          `echo "app:x:${user.uid}:${user.gid}::${workdir}:/sbin/nologin" >>/etc/passwd`,
        ],
      },
    ],
  };
  return {
    name: "production",
    from: bases[runtime],
    comment: comments[runtime],
    steps: [
      ...prepare[runtime],
      { kind: "workdir", path: workdir },
      copyProbe,
      ...(options.include ?? []).map((entry): Step => {
        const path = joinPath(entry);
        return { kind: "copy", sources: [path], to: `${workdir}/${path}` };
      }),
      { kind: "copy", from: "build", sources: [`${output}/`], to: `${programs}/` },
      ...(runtime === "debian" ? [librariesStep(work)] : []),
      { kind: "user", ...user },
      { kind: "cmd", command },
    ],
  };
}

/** A library that the image lacks would be seen at the first start only. */
function librariesStep({ project }: RustWork): Step {
  return {
    kind: "run",
    comment: "Every library is there, or the build says which is missing.",
    script: project.chosen.map(({ bin }) => `! ldd ${programs}/${bin} | grep "not found"`),
    network: "none",
  };
}

function ignoreLines({ options }: RustWork): readonly IgnoreLine[] {
  return [
    ...commonIgnore,
    { comment: "Made by tools" },
    { pattern: "**/target" },
    { pattern: "**/node_modules" },
    { pattern: "**/*.rs.bk" },
    { comment: "The base image's tag says which compiler; rustup would fetch another one" },
    { pattern: "rust-toolchain" },
    { pattern: "rust-toolchain.toml" },
    ...((options.ignore ?? []).length === 0
      ? []
      : [{ comment: "From the stack" }, ...(options.ignore ?? []).map((pattern) => ({ pattern }))]),
  ];
}

function developPlan({ project, context, command }: RustWork): DevelopPlan {
  const manifests = ["Cargo.lock", ...project.packages.map(({ folder }) => joinPath(folder, "Cargo.toml"))];
  return {
    command: ["develop", ...command],
    sources: {},
    watch: [
      {
        // The container compiles as it starts, so every change restarts it.
        action: "sync+restart",
        path: context === "" ? "." : context,
        target: workdir,
        ignore: ["target/", "Cargo.lock", "**/Cargo.toml", ...neverSynced],
      },
      ...[...new Set(["Cargo.toml", ...manifests])].sort().map((file) => ({
        action: "rebuild" as const,
        path: joinPath(context, file),
      })),
    ],
  };
}
