import type { Mount, Step } from "../../blueprint/plan.ts";
import { aptInstall, extraCaMount, extraCaPath } from "../common.ts";
import type { PythonOptions } from "./options.ts";
import type { PythonProject } from "./project.ts";

/** Folder of the virtual environment: outside the sources, so that nothing synced or mounted over them hides it. */
export const venv = "/opt/venv";

const pip = `pip --python ${venv}/bin/python install --no-compile`;

const pipCache: Mount = { kind: "cache", target: "/root/.cache/pip", id: "pip-cache" };

/** The public authorities and those of the builder's network in one file, in memory: pip, uv and Poetry take only one. */
const trust = `if [ -s ${extraCaPath} ]; then cat /etc/ssl/certs/ca-certificates.crt ${extraCaPath} >/dev/shm/ca.pem && export PIP_CERT=/dev/shm/ca.pem SSL_CERT_FILE=/dev/shm/ca.pem REQUESTS_CA_BUNDLE=/dev/shm/ca.pem; fi`;

function run(script: readonly string[], cache: readonly Mount[], comment?: string): Step {
  return {
    kind: "run",
    ...(comment === undefined ? {} : { comment }),
    mounts: [...cache, extraCaMount],
    script: [trust, ...script],
  };
}

/** The empty environment, and the tool that fills it. The tool stays behind: only the environment is copied on. */
export function prepareSteps(project: PythonProject, options: PythonOptions): readonly Step[] {
  const compilers = options.buildPackages ?? [];
  const debian = [...new Set([...compilers, ...(options.debugSymbols === true ? [] : ["binutils"])])];
  return [
    ...(debian.length === 0
      ? []
      : [
          aptInstall(
            debian,
            compilers.length === 0
              ? "For strip, below; it stays in this stage."
              : "For packages that compile, and for strip, below; they stay in this stage.",
          ),
        ]),
    {
      kind: "run",
      comment: "Without a pip of its own: the base image's fills it.",
      script: [`python -m venv --without-pip ${venv}`],
    },
    ...toolSteps(project),
  ];
}

function toolSteps(project: PythonProject): readonly Step[] {
  switch (project.manager) {
    case "pip":
      return [];
    case "uv":
      return [
        run([`pip install --no-compile --root-user-action=ignore uv==${project.toolVersion}`], [pipCache]),
        {
          kind: "env",
          comment:
            "The environment above, this Python and no other; copies, because the cache is another file system.",
          values: { UV_PROJECT_ENVIRONMENT: venv, UV_PYTHON_DOWNLOADS: "never", UV_LINK_MODE: "copy" },
        },
      ];
    case "poetry":
      return [
        run(
          [
            "python -m venv /opt/poetry",
            `/opt/poetry/bin/pip install --no-compile poetry==${project.toolVersion} poetry-plugin-export`,
            "ln -s /opt/poetry/bin/poetry /usr/local/bin/poetry",
          ],
          [pipCache],
          "Poetry in an environment of its own: its dependencies are not the application's.",
        ),
      ];
    default:
      return project.manager satisfies never;
  }
}

/** Packages of the lock file: those of production, or all with development. */
export function installSteps(project: PythonProject, dev: boolean): readonly Step[] {
  const files = dev ? project.devFiles : project.installFiles;
  const copied: readonly Step[] = dev && project.manager !== "pip" ? [] : copySteps(files);
  if (dev && project.manager === "poetry" && project.groups.length === 0) return [];
  switch (project.manager) {
    case "pip":
      if (dev && files.length === 0) return [];
      return [
        ...copied,
        run(
          [
            `${pip} ${project.open ? "" : "--no-deps "}-r ${files[0]}`,
            `pip --python ${venv}/bin/python check`,
          ],
          [pipCache],
          dev
            ? undefined
            : project.open
              ? "The check fails when a package lacks another one, or has it in a version that does not fit."
              : "Only what is pinned; the check fails when a package lacks another one, or has it in a version that does not fit.",
        ),
      ];
    case "uv":
      return [
        ...copied,
        run(
          [`uv sync --locked --no-install-project${dev ? "" : " --no-dev"}`],
          [{ kind: "cache", target: "/root/.cache/uv", id: "uv-cache" }],
          dev ? undefined : "Fails when the lock file does not match pyproject.toml.",
        ),
      ];
    case "poetry":
      return [
        ...copied,
        run(
          [
            ...(dev ? [] : ["poetry check --lock"]),
            `poetry export ${dev ? `--with ${project.groups.join(",")}` : "--only main"} --output /tmp/locked.txt`,
            `${pip} --no-deps -r /tmp/locked.txt`,
            "rm /tmp/locked.txt",
          ],
          [pipCache],
          dev
            ? undefined
            : "Fails when the lock file does not match pyproject.toml. Poetry says what, pip installs it: with any mirror, and several times as fast.",
        ),
      ];
    default:
      return project.manager satisfies never;
  }
}

/** Copies what installing reads, and nothing else; files of a folder stay in it, because they name each other. */
function copySteps(files: readonly string[]): readonly Step[] {
  const folders = new Map<string, string[]>();
  for (const file of [...files].sort()) {
    const folder = file.includes("/") ? file.slice(0, file.lastIndexOf("/")) : "";
    folders.set(folder, [...(folders.get(folder) ?? []), file]);
  }
  return [...folders].map(
    ([folder, sources], index): Step => ({
      kind: "copy",
      sources,
      to: folder === "" ? "./" : `./${folder}/`,
      ...(index === 0
        ? { comment: "Only what installing reads: a changed source line keeps this layer." }
        : {}),
    }),
  );
}

/**
 * Takes out of the packages what no service reads. Debug symbols, which many makers forget to remove: saved 22 of 88 MB
 * with asyncpg and SQLAlchemy; modules without any are left as they are, because some libraries are changed after they were
 * linked and do not survive it. Translators' sources beside their compiled form: 9 of 93 MB with Django.
 */
export function trimStep(options: PythonOptions): Step {
  const symbols = `find ${venv} -name '*.so*' -type f | while read -r file; do if readelf -S "$file" | grep -q '\\.debug_info'; then strip --strip-debug "$file"; fi; done`;
  const translations = `find ${venv} -name '*.po' | while read -r file; do if [ -e "\${file%.po}.mo" ]; then rm "$file"; fi; done`;
  const keepsSymbols = options.debugSymbols === true;
  return {
    kind: "run",
    comment: keepsSymbols
      ? "Translators' sources: what runs reads the compiled .mo beside them."
      : "Some packages come with debug symbols, which are most of their size, and with translators' sources beside the compiled .mo.",
    script: [...(keepsSymbols ? [] : [symbols]), translations],
    network: "none",
  };
}

/** What compiling leaves out, as a pattern for compileall's `-x`. */
function leftOut(pattern: string): string {
  return ` -x "${pattern}"`;
}

const compile = (options: string): string =>
  `python -m compileall -q ${options}--invalidation-mode unchecked-hash`;
/** By all processors: worth it for thousands of files, and for fewer only the time that processes take to begin. */
const compileAll = compile("-j 0 ");

/** Bytecode of the sources. Hashes instead of times: the same source gives the same files, and nothing is compared at start. */
export function compileCommand(folder: string): string {
  return `${compile("")} ${folder}`;
}

/** Bytecode of all packages; for production without that of their own tests, which is 4 of 29 MB with Django, gevent and Tornado. */
export function compilePackagesStep(dev: boolean): Step {
  const folder = `${venv}/lib`;
  return {
    kind: "run",
    ...(dev
      ? {}
      : { comment: "Compiled once here instead of at each start; tests of packages never start." }),
    // A package may carry files for other versions of Python, which this one cannot read and never loads.
    script: [`{ ${compileAll}${dev ? "" : leftOut("/tests?/")} ${folder} >/dev/null || true; }`],
    network: "none",
  };
}

/**
 * The standard library, which the official image leaves uncompiled, without what no service loads; whoever does loads it
 * from its source. Measured with python:3.13-slim: importing urllib, asyncio, logging, email and sqlite3 took 0.82 s, and
 * 0.14 s after it.
 */
export function compileLibraryStep(): Step {
  const unused = [
    // Tools, tests and terminals.
    ...["site-packages", "ensurepip", "idlelib", "tkinter", "turtle", "pydoc", "config-3", "venv", "_pyrepl"],
    ...["doctest", "unittest", "pdb", "bdb", "rofile", "pstats", "modulefinder", "pickletools", "optparse"],
    // Python's own form of what exists in C or inside the interpreter, and what only Windows loads.
    ...["_pydecimal", "_pydatetime", "_pyio", "_bootstrap", "proactor", "windows", "win32"],
    // Protocols and formats of other times, and alphabets from before Unicode.
    ...["mailbox", "imaplib", "poplib", "ftplib", "xmlrpc", "plistlib", "wave"],
    "encodings/(big5|cp|euc|gb|hp|iso|johab|koi|kz|mac|shift)",
  ];
  return {
    kind: "run",
    comment:
      "The standard library comes uncompiled: 7 MB more, and each start (and each health probe) takes 0.1 s in place of 0.8 s.",
    script: ["cd /usr/local/lib/python3.*", `${compileAll}${leftOut(unused.join("|"))} .`],
    network: "none",
  };
}

/** Folder that collects what installing the project itself adds to the environment. */
export const projectOverlay = "/opt/project";

/**
 * What installing the project itself reads, and nothing that changes with every line: scripts and metadata come from
 * pyproject.toml and from modules that tell the version. Of the other sources only the names stay.
 */
export function metadataSteps(project: PythonProject): readonly Step[] {
  const names = ["py", "html", "css", "js", "sql"].map((ending) => `-name '*.${ending}'`).join(" -o ");
  const copied: Step = { kind: "copy", sources: ["."], to: "./" };
  // A program that installs may read any of them.
  if (project.installer) return [copied];
  return [
    copied,
    {
      kind: "run",
      script: [
        `find . -mindepth 2 -type f \\( ${names} \\) -exec grep --files-without-match --null --ignore-case version {} + | xargs --null --no-run-if-empty truncate --size 0`,
      ],
      network: "none",
    },
  ];
}

/**
 * The project as a package: scripts and metadata, the code itself stays where it is. What that adds to the environment
 * is collected apart, so that production gets it without the environment's layer being written again.
 */
export function projectSteps(metadata: string, workdir: string): readonly Step[] {
  return [
    { kind: "copy", from: metadata, sources: [`${workdir}/`], to: "./" },
    run(
      [
        "touch /tmp/before",
        `${pip} --no-deps --editable .`,
        `mkdir ${projectOverlay}`,
        `find ${venv} -newer /tmp/before ! -type d -exec cp --parents --target-directory=${projectOverlay} {} +`,
      ],
      [pipCache],
      "Scripts and metadata of the project itself; its code is used where it lies.",
    ),
  ];
}
