import { hasAny } from "../base/text.ts";
import type { ComposeService } from "./compose/model.ts";
import { imageOf, type ServiceImage } from "./compose/questions.ts";
import type { CommandLine, Stage } from "./dockerfile/model.ts";
import { copyDestination, copySources, lineage } from "./dockerfile/questions.ts";
import type { ImageReference } from "./image-reference.ts";
import { type KnownPrograms, knownPrograms, scratchPrograms } from "./known-images.ts";
import { once } from "./once.ts";
import { fileNameOf, folderOf, withoutEndSlash } from "./paths.ts";
import type { SimpleCommand } from "./shell/model.ts";
import { commandsOf, needsShell, operands, scriptCommands, wordValues } from "./shell/questions.ts";

/** Whether an image has a program. `unknown` whenever the files leave room for it: rules then stay silent. */
export interface Programs {
  /** False when nothing is known about the base. */
  readonly known: boolean;
  has(name: string): "yes" | "no" | "unknown";
}

const unknownPrograms: Programs = { known: false, has: () => "unknown" };

/** Programs of an image in a registry. */
export function programsLikelyIn(reference: ImageReference | undefined): Programs {
  return reference === undefined || !reference.known
    ? unknownPrograms
    : answering(knownPrograms(reference), new Set(), false);
}

/** Programs of the image that a stage makes: of its base, plus what its instructions install or copy. */
export function programsInStage(stage: Stage): Programs {
  return stagePrograms(stage);
}

const stagePrograms = once((stage: Stage): Programs => {
  const stages = lineage(stage);
  const bottom = stages.at(-1) ?? stage;
  const base =
    bottom.base.kind === "scratch"
      ? scratchPrograms()
      : bottom.base.kind === "image"
        ? knownPrograms(bottom.base.reference)
        : undefined;
  const added = new Set<string>();
  let anything = false;
  for (const one of stages) {
    for (const instruction of one.instructions) {
      if (instruction.keyword === "RUN") {
        const commands =
          instruction.form === "exec"
            ? commandsOf({
                form: "exec",
                words: instruction.json.map((word) => word.value),
                text: instruction.text,
              })
            : scriptCommands(instruction);
        for (const command of commands) anything = addInstalled(command, added) || anything;
      } else if (instruction.keyword === "COPY" || instruction.keyword === "ADD") {
        anything = addCopied(instruction, added) || anything;
      }
    }
  }
  return answering(base, added, anything);
});

const systemFolders = ["/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin"];
/** Folders with programs, and those around them. */
const programMounts: ReadonlySet<string> = new Set([
  ...systemFolders,
  ...["/", "/usr", "/opt", "/opt/bin", "/opt/sbin", "/opt/local/bin", "/opt/local/sbin"],
]);

/** Programs of the image that a service runs. */
export function programsInService(service: ComposeService, image: ServiceImage = imageOf(service)): Programs {
  // What is mounted may bring any program along.
  const mounts = service.volumes.some(({ target }) => programMounts.has(target));
  if (mounts || image.kind === "unknown") return unknownPrograms;
  return image.kind === "built" ? programsInStage(image.stage) : programsLikelyIn(image.reference);
}

function answering(base: KnownPrograms | undefined, added: ReadonlySet<string>, anything: boolean): Programs {
  return {
    known: base !== undefined,
    has: (name) => {
      if (added.has(name) || base?.has.has(name)) return "yes";
      if (anything || base === undefined) return "unknown";
      return base.lacks.has(name) ? "no" : "unknown";
    },
  };
}

/** Packages whose programs are not named as they are. */
const packagePrograms: Readonly<Record<string, readonly string[]>> = {
  procps: ["ps", "pgrep", "pkill", "top", "free"],
  "procps-ng": ["ps", "pgrep", "pkill", "top", "free"],
  "netcat-openbsd": ["nc", "netcat"],
  "netcat-traditional": ["nc", "netcat"],
  netcat: ["nc", "netcat"],
  iproute2: ["ip", "ss"],
  "iputils-ping": ["ping"],
  iputils: ["ping"],
  "net-tools": ["netstat", "ifconfig"],
  dnsutils: ["dig", "nslookup"],
  "bind-tools": ["dig", "nslookup"],
  "postgresql-client": ["psql", "pg_isready", "pg_dump", "pg_restore"],
  "redis-tools": ["redis-cli"],
  redis: ["redis-cli", "redis-server"],
  "default-mysql-client": ["mysql", "mysqladmin", "mysqldump"],
  "mysql-client": ["mysql", "mysqladmin", "mysqldump"],
  "mariadb-client": ["mariadb", "mariadb-admin", "mysql", "mysqladmin", "mysqldump"],
  "build-essential": ["gcc", "g++", "make"],
  "build-base": ["gcc", "g++", "make"],
  python3: ["python3"],
  "python3-pip": ["pip3", "pip", "python3"],
  nodejs: ["node"],
  "ca-certificates": [],
  tini: ["tini"],
  "dumb-init": ["dumb-init"],
  nodejs_npm: ["npm"],
};

/** Programs that run a script, and package managers whose packages are not known. */
const scriptRunners: ReadonlySet<string> = new Set(
  "sh bash ash dash zsh conda mamba micromamba brew nix nix-env pacman emerge ansible-playbook mise asdf".split(
    " ",
  ),
);

/** Package managers and the sub-command that installs. */
const installers: Readonly<Record<string, readonly string[]>> = {
  "apt-get": ["install"],
  apt: ["install"],
  aptitude: ["install"],
  apk: ["add"],
  dnf: ["install"],
  microdnf: ["install"],
  yum: ["install"],
  zypper: ["install", "in"],
};

/** Notes what a command installs; true when it may bring programs whose names cannot be told. */
function addInstalled(command: SimpleCommand, added: Set<string>): boolean {
  const words = wordValues(command);
  const verbs = installers[command.name];
  if (verbs !== undefined) {
    const names = operands(command, ["-t", "--virtual", "-X", "--repository", "-o"]);
    if (!names.some((word) => verbs.includes(word.value))) return false;
    let vague = false;
    for (const { value, dynamic } of names) {
      if (verbs.includes(value)) continue;
      const name = hasAny(value, ["=", "<", ">", "~", ":", "@"]) ? value.replace(/[=<>~:@].*$/, "") : value;
      if (dynamic || name.startsWith("@") || name.includes("*")) vague = true;
      for (const program of packagePrograms[name] ?? [name]) added.add(program);
    }
    return vague;
  }
  if (command.name === "ln" || command.name === "install" || command.name === "mv" || command.name === "cp") {
    const target = words.at(-1) ?? "";
    if (isInProgramFolder(target)) added.add(target.slice(target.lastIndexOf("/") + 1));
    return target.includes("bin") && /\/s?bin\/?$/.test(target);
  }
  // A download that is written into a folder of programs, or a script from the network, may bring anything.
  if (["curl", "wget"].includes(command.name)) {
    return command.piped || words.some(isInProgramFolder) || command.redirections.length > 0;
  }
  if (command.name === "busybox" && words.includes("--install")) return true;
  // A script of the project may install anything.
  const first = words[0] ?? "";
  if (first.includes("/") && !isSystemProgram(first)) return true;
  if (scriptRunners.has(command.name)) return words.slice(1).some((word) => !word.startsWith("-"));
  return ["tar", "unzip", "dpkg", "rpm", "make", "source", "."].includes(command.name);
}

const programFolders = ["bin", "sbin"];

function isInProgramFolder(path: string): boolean {
  return hasAny(path, ["/bin/", "/sbin/"]);
}

function isSystemProgram(path: string): boolean {
  return systemFolders.some((folder) => path.startsWith(`${folder}/`));
}

/** Notes what a COPY or ADD brings into folders of programs; true when names cannot be told. */
function addCopied(instruction: Stage["instructions"][number], added: Set<string>): boolean {
  const destination = copyDestination(instruction)?.value ?? "";
  const into = programFolders.includes(fileNameOf(withoutEndSlash(destination)));
  const program = fileNameOf(destination);
  if (program !== "" && programFolders.includes(fileNameOf(folderOf(destination)))) added.add(program);
  if (["/", "/usr", "/usr/", "/usr/local/"].includes(destination)) return true;
  let vague = false;
  for (const { value } of copySources(instruction)) {
    const name = fileNameOf(withoutEndSlash(value));
    const named = !hasAny(name, ["*", "?", "$"]);
    const isFile = named && !value.endsWith("/") && !["bin", "sbin", ".", ""].includes(name);
    // From the context or another stage a program may go anywhere, under its own name.
    if (into ? isFile : named) added.add(name);
    else if (into) vague = true;
  }
  return vague;
}

/** Words of the shell itself: no program is needed for them. */
const builtins = new Set(
  "exit true false test [ [[ echo cd set export exec eval read return shift trap ulimit umask unset wait : . source printf kill command type local".split(
    " ",
  ),
);

/** Programs that a command needs, by name: the shell where one is involved, then each command it runs. */
export function probePrograms(command: CommandLine): readonly string[] {
  const names = new Set<string>();
  const shell = needsShell(command);
  if (shell) {
    const first = command.words[0] ?? "";
    names.add(command.form === "shell" ? "sh" : first.slice(first.lastIndexOf("/") + 1));
  }
  for (const one of commandsOf(command)) {
    if (one.name === "" || hasAny(one.name, ["$", "`"])) continue;
    if (one.words[0]?.value.includes("/") && !isSystemProgram(one.words[0].value)) continue;
    if (!(shell && builtins.has(one.name))) names.add(one.name);
    // `exec curl ...`, `timeout 5 curl ...`: what is run counts too.
    const run = runBy(one);
    if (run !== undefined) names.add(run);
  }
  return [...names];
}

function runBy(command: SimpleCommand): string | undefined {
  const rest = operands(command).map((word) => word.value);
  if (command.name === "exec" || command.name === "command" || command.name === "nohup") return rest[0];
  return command.name === "timeout" ? rest[1] : undefined;
}
