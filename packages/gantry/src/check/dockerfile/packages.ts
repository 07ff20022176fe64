import type { ShellWord } from "../../read/shell/model.ts";
import { operands, type ShellCommand } from "../../read/shell/questions.ts";

/** Tools that put software into an image. */
export type PackageManager =
  | "apt"
  | "apk"
  | "dnf"
  | "zypper"
  | "pip"
  | "npm"
  | "yarn"
  | "pnpm"
  | "uv"
  | "poetry";

/** A command of a package manager. */
export interface PackageStep {
  readonly manager: PackageManager;
  readonly action: "refresh" | "install" | "remove" | "upgrade" | "clean" | "other";
  /** The word of the action: `install`; `undefined` when it is the program itself. */
  readonly verb: ShellWord | undefined;
  readonly packages: readonly ShellWord[];
  readonly command: ShellCommand;
}

const programs: Readonly<Record<string, PackageManager>> = {
  "apt-get": "apt",
  apt: "apt",
  aptitude: "apt",
  apk: "apk",
  dnf: "dnf",
  microdnf: "dnf",
  yum: "dnf",
  zypper: "zypper",
  npm: "npm",
  yarn: "yarn",
  pnpm: "pnpm",
  uv: "uv",
  poetry: "poetry",
};

const actions: Readonly<Record<string, PackageStep["action"]>> = {
  update: "refresh",
  refresh: "refresh",
  makecache: "refresh",
  install: "install",
  i: "install",
  in: "install",
  ci: "install",
  add: "install",
  sync: "install",
  groupinstall: "install",
  "build-dep": "install",
  remove: "remove",
  purge: "remove",
  del: "remove",
  erase: "remove",
  autoremove: "remove",
  upgrade: "upgrade",
  "dist-upgrade": "upgrade",
  "full-upgrade": "upgrade",
  clean: "clean",
};

const valued: Readonly<Partial<Record<PackageManager, readonly string[]>>> = {
  apt: ["-o", "-t", "-c", "--option", "--target-release", "--config-file"],
  apk: ["-t", "--virtual", "-X", "--repository", "-p", "--root"],
  pip: ["-r", "-c", "-i", "-e", "-f", "-t", "--index-url", "--extra-index-url", "--prefix", "--target"],
  npm: ["--prefix", "--registry", "-C", "--omit", "--cache"],
};

/** What a command does with packages; `undefined` when it is no package manager. */
export function packageStep(command: ShellCommand): PackageStep | undefined {
  const pip = pipArguments(command);
  const manager = pip === undefined ? programs[command.name] : "pip";
  if (manager === undefined) return undefined;
  const words = operands(pip ?? command, valued[manager] ?? []);
  const verb = words[0];
  const rest = words.slice(1);
  if (verb === undefined) {
    return { manager, action: manager === "yarn" ? "install" : "other", verb, packages: [], command };
  }
  return { manager, action: actionOf(manager, verb.value, rest), verb, packages: rest, command };
}

function actionOf(manager: PackageManager, verb: string, rest: readonly ShellWord[]): PackageStep["action"] {
  // These call an update of packages "update", and know no index.
  if ((manager === "dnf" || manager === "npm") && verb === "update") return "upgrade";
  if (manager === "uv" && verb === "pip") return rest[0]?.value === "install" ? "install" : "other";
  return actions[verb] ?? "other";
}

/** Whether a program is Python's installer: `pip`, `pip3`, `pip3.12`. */
export function isPip(program: string): boolean {
  return isOfPython3(program, "pip");
}

/** Whether a program is Python: `python`, `python3`, `python3.12`. */
export function isPython(program: string): boolean {
  return isOfPython3(program, "python");
}

function isOfPython3(program: string, name: string): boolean {
  if (!program.startsWith(name)) return false;
  const version = program.slice(name.length);
  return version === "" || version === "3" || (version.startsWith("3.") && /^\d+$/.test(version.slice(2)));
}

/** `pip ...` and `python -m pip ...`, as a command of `pip`. */
function pipArguments(command: ShellCommand): ShellCommand | undefined {
  if (isPip(command.name)) return command;
  if (!isPython(command.name)) return undefined;
  const at = command.words.findIndex((word) => word.value === "-m");
  return command.words[at + 1]?.value === "pip" && at !== -1
    ? { ...command, words: command.words.slice(at + 1) }
    : undefined;
}

/** Whether a command is `apt-get distclean`, which removes the package index too. */
export function isDistclean({ name, words }: ShellCommand): boolean {
  return (
    (name === "apt-get" || name === "apt") &&
    words.some(({ value }) => value === "distclean" || value === "dist-clean")
  );
}
