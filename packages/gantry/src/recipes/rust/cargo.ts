import type { Mount, Step } from "../../blueprint/plan.ts";
import { extraCaMount, extraCaPath, extraCaSecret } from "../common.ts";
import { linkerFlags, linkerOptimises, rememberedMount } from "./lto.ts";
import type { RustOptions } from "./options.ts";
import { packagesOf, type RustProject } from "./project.ts";

/** Folder of the sources in every stage that compiles: Cargo compares paths, so it is always the same. */
export const workdir = "/app";

/** Where the programs lie in every stage that runs. */
export const programs = "/usr/local/bin";

/** The programs of a build, for the stage that runs them. */
export const output = "/out";

/** Version of cargo-chef, which compiles a project's dependencies before its sources are there. */
const chefVersion = "0.1.78";

/** The musl target of the machine that builds. */
const muslTarget = '"$(uname -m)-unknown-linux-musl"';

/** What the steps are made from. */
export interface RustWork {
  readonly project: RustProject;
  readonly options: RustOptions;
  readonly image: string;
  readonly context: string;
  readonly command: readonly string[];
  readonly runtime: NonNullable<RustOptions["runtime"]>;
  readonly musl: boolean;
}

/** The public authorities and those of the builder's network in one file, in memory: Cargo takes only one. */
const trust = `if [ -s ${extraCaPath} ]; then cat /etc/ssl/certs/ca-certificates.crt ${extraCaPath} >/dev/shm/ca.pem && export CARGO_HTTP_CAINFO=/dev/shm/ca.pem SSL_CERT_FILE=/dev/shm/ca.pem; fi`;

/** A step that reaches the registry, as root or as `uid`. */
function online(script: readonly string[], mounts: readonly Mount[], comment?: string, uid?: number): Step {
  return {
    kind: "run",
    ...(comment === undefined ? {} : { comment }),
    mounts: [...mounts, uid === undefined ? extraCaMount : { kind: "secret", id: extraCaSecret.id, uid }],
    script: [trust, ...script],
  };
}

/** The tool of the dependency layers, compiled once for all projects of the builder. */
export function installChef(): Step {
  return online(
    [`CARGO_HOME=/var/cache/cargo cargo install cargo-chef@${chefVersion} --locked --root /usr/local`],
    [{ kind: "cache", target: "/var/cache/cargo", id: "cargo-tools" }],
  );
}

/** The standard library for musl, from the toolchain's makers. */
export function addMusl(): Step {
  return online([`rustup target add ${muslTarget}`], [], "One file without a C library to look for.");
}

/** What is compiled: the same words for the dependencies alone and for the whole, or Cargo compiles twice. */
function selection({ project, options, musl }: RustWork, packages = packagesOf(project)): string {
  return [
    ...(musl ? [`--target ${muslTarget}`] : []),
    ...(project.workspace ? packages.map((name) => `--package ${name}`) : []),
    ...((options.features ?? []).length === 0 ? [] : [`--features ${(options.features ?? []).join(",")}`]),
  ].join(" ");
}

const words = (...parts: readonly string[]): string => parts.filter((part) => part !== "").join(" ");

const binaries = ({ project }: RustWork): string => project.chosen.map(({ bin }) => `--bin ${bin}`).join(" ");

const cookCommand = "cargo chef cook --locked --recipe-path recipe.json";

/** Dependencies only: the layer stays until the manifests or the lock file change. */
export function cook(work: RustWork, flags: string, uid: number): Step {
  return online([words(cookCommand, flags, selection(work))], [], undefined, uid);
}

/** The same for production, package by package where the programs are: together, packages may ask for other features. */
export function cookRelease(work: RustWork): Step {
  const packages = packagesOf(work.project);
  const selections = linkerOptimises(work.project, work.options)
    ? packages.map((name) => selection(work, [name]))
    : [selection(work)];
  return online(
    selections.map((selected) => words(cookCommand, "--release", selected)),
    [],
    "Compiled once for all changes of the sources.",
  );
}

/** Folder of a profile's output. */
export function targetFolder({ musl }: RustWork, profile: "debug" | "release"): string {
  return `target/${musl ? `${muslTarget}/` : ""}${profile}`;
}

/** Compiles in development; `--frozen` proves that nothing is missing from the layers. */
export function devBuild(work: RustWork, flags = ""): string {
  return words("cargo build --frozen", flags, selection(work), binaries(work));
}

/** Compiles all tests of the packages; a list of them is kept, because Cargo itself cannot run on a read-only root. */
export function testSteps(work: RustWork): readonly Step[] {
  const field = (name: string): string => `"${name}":"\\([^"]*\\)"`;
  return [
    {
      kind: "run",
      comment: "Compiled here, so that a run of the tests compiles nothing.",
      script: [
        words(
          "cargo test --no-run --frozen --message-format json-render-diagnostics",
          selection(work),
          ">/tmp/built",
        ),
        `sed -n 's/.*${field("manifest_path")}.*"profile":{[^}]*"test":true}.*${field("executable")}.*/\\1 \\2/p' /tmp/built >${workdir}/target/tests`,
      ],
      network: "none",
    },
    {
      kind: "file",
      comment: "`cargo test` writes to its folder even when nothing changed; this runs what it compiled.",
      path: `${programs}/run-tests`,
      mode: "755",
      lines: [
        "#!/bin/sh",
        "# Runs every compiled test, all of them even when one fails; arguments go to each.",
        "failed=0",
        "while read -r manifest program; do",
        '  folder=$(dirname "$manifest")',
        '  echo "Running $program"',
        '  (cd "$folder" && CARGO_MANIFEST_DIR="$folder" "$program" "$@") || failed=1',
        `done <${workdir}/target/tests`,
        "exit $failed",
      ],
    },
  ];
}

/** Commands that compile the programs, what they keep, and why. */
function compile(
  work: RustWork,
  flag: "--frozen" | "--locked",
): { readonly script: readonly string[]; readonly mounts: readonly Mount[]; readonly comment: string } {
  if (!linkerOptimises(work.project, work.options))
    return {
      script: [words("cargo build --release", flag, selection(work), binaries(work))],
      mounts: [],
      comment: "",
    };
  const programs = work.project.chosen.map((entry) =>
    words("cargo rustc --release", flag, selection(work, [entry.package]), `--bin ${entry.bin} -- "$@"`),
  );
  return {
    script: [...linkerFlags, ...programs],
    mounts: [rememberedMount],
    comment:
      "\nThe toolchain's own linker optimises over all crates, and remembers with the builder what a change does not touch.",
  };
}

/** The programs, from dependency layers. */
function layeredBuild(work: RustWork): readonly Step[] {
  const { script, mounts, comment } = compile(work, "--frozen");
  return [
    {
      kind: "run",
      comment: `Without network: all that it needs was compiled or fetched above.${comment}`,
      script: [...script, ...copyOut(work)],
      mounts,
      network: "none",
    },
  ];
}

/**
 * The programs, from what the builder kept. Cargo trusts times, and a file of another commit may be older than what was
 * compiled from its predecessor (0xMiden/node#2314): contents decide instead, and after a build that failed all counts as changed.
 */
function mountedBuild(work: RustWork): readonly Step[] {
  const { script, mounts, comment } = compile(work, "--locked");
  const sources = "find . -path ./target -prune -o -type f -exec";
  return [
    { kind: "arg", name: "TARGETARCH" },
    online(
      [
        `${sources} sha256sum {} + | sort >/tmp/now`,
        "touch target/.sources",
        "mv target/.sources /tmp/before",
        `${sources} touch --date=@1 {} +`,
        "{ grep --invert-match --line-regexp --fixed-strings --file=/tmp/before /tmp/now || true; } | cut -c67- | xargs --no-run-if-empty --delimiter='\\n' touch",
        ...script,
        ...copyOut(work),
        "mv /tmp/now target/.sources",
      ],
      [
        { kind: "cache", target: "/usr/local/cargo/registry", id: "cargo-registry" },
        {
          kind: "cache",
          target: `${workdir}/target`,
          id: `rust-${work.image}-${work.musl ? "musl" : "gnu"}-$TARGETARCH`,
          sharing: "locked",
        },
        ...mounts,
      ],
      `What was compiled stays with the builder. Cargo goes by times, so the sources whose content changed get a new one.${comment}`,
    ),
  ];
}

function copyOut(work: RustWork): readonly string[] {
  const folder = targetFolder(work, "release");
  return [
    `mkdir ${output}`,
    `cp ${work.project.chosen.map(({ bin }) => `${folder}/${bin}`).join(" ")} ${output}/`,
  ];
}

/** The programs for production, in `output`. */
export function releaseSteps(work: RustWork): readonly Step[] {
  return work.options.cache === "mounts" ? mountedBuild(work) : layeredBuild(work);
}
