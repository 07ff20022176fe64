import type { Problem } from "../base/errors.ts";
import { listing, variableName } from "../base/names.ts";

/**
 * Every problem that engine, builds and running containers can cause: permanent codes, and the words for people.
 * 3xxx: the engine and its tools. 4xxx: builds. 5xxx: running. A code is never used again for something else.
 */
export const problems = {
  noEngine: (address: string, via: string, detail: string): Problem => ({
    code: "GTY3001",
    what: `No container engine answers at ${address}`,
    why: `The address comes from ${via}. ${detail}`,
    fix: "Start Docker (Linux: `sudo systemctl start docker`; macOS, Windows: open Docker Desktop), or point DOCKER_HOST or `docker context use` at an engine that runs.",
  }),
  noRights: (path: string, user: string): Problem => ({
    code: "GTY3002",
    what: `You may not use the engine's socket ${path}`,
    why: `The socket belongs to the group docker, and ${user} is not in it. Members of that group can do everything on this machine that root can.`,
    fix: `sudo usermod -aG docker ${user}, then log out and in again (or \`newgrp docker\` in this terminal).`,
  }),
  engineTooOld: (version: string, api: string): Problem => ({
    code: "GTY3003",
    what: `Docker ${version} is too old: Gantry needs Docker 25 or newer`,
    why: `It speaks API ${api}; health checks with a start interval came with 1.44.`,
    fix: "Upgrade it: https://docs.docker.com/engine/install/",
  }),
  composeMissing: (detail: string): Problem => ({
    code: "GTY3004",
    what: "Docker Compose v2 is missing",
    why: detail,
    fix: "Install the plugin: `sudo apt-get install docker-compose-plugin` (Docker's packages) or `docker-compose` (Debian's).",
  }),
  buildxMissing: (detail: string): Problem => ({
    code: "GTY3005",
    what: "Docker Buildx is missing or older than 0.13",
    why: detail,
    fix: "Install the plugin: `sudo apt-get install docker-buildx-plugin` (Docker's packages) or `docker-buildx` (Debian's).",
  }),
  clientMissing: (): Problem => ({
    code: "GTY3006",
    what: "The program `docker` is not on the PATH",
    why: "Gantry builds with its Buildx plugin and creates containers with its Compose plugin.",
    fix: "Install Docker's command line: https://docs.docker.com/engine/install/",
  }),
  engineLost: (detail: string): Problem => ({
    code: "GTY3007",
    what: "The engine went away in the middle of the work",
    why: detail,
    fix: "Look whether Docker still runs (`docker info`), then run the same command again.",
  }),
  engineRefused: (request: string, message: string): Problem => ({
    code: "GTY3008",
    what: `The engine refused: ${message}`,
    why: `It answered this to ${request}.`,
  }),
  badAddress: (address: string, via: string): Problem => ({
    code: "GTY3009",
    what: `${address} is no address of an engine that Gantry can reach`,
    why: `It comes from ${via}. Known are unix://PATH, tcp://HOST:PORT and ssh://USER@HOST.`,
    fix: "Correct it, or unset it to use the engine of this machine.",
  }),
  contextMissing: (name: string, via: string): Problem => ({
    code: "GTY3010",
    what: `There is no Docker context named ${name}`,
    why: `The name comes from ${via}.`,
    fix: "See `docker context ls`; choose one with `docker context use NAME`.",
  }),
  diskFull: (evidence: readonly string[]): Problem => ({
    code: "GTY3011",
    what: "The engine's disk is full",
    why: "Images, stopped containers, volumes and build cache share it.",
    fix: "Make room: `docker builder prune` drops old build cache, `docker image prune` unused images. Neither touches volumes.",
    evidence,
  }),
  noAddresses: (message: string): Problem => ({
    code: "GTY3012",
    what: "The engine has no free address range left for another network",
    why: `${message}. Each network takes one range out of a pool that the engine was started with.`,
    fix: "Remove networks that nothing uses: `docker network prune`; or give the engine more of them: `default-address-pools` in /etc/docker/daemon.json.",
  }),
  nameRefused: (message: string): Problem => ({
    code: "GTY3013",
    what: `Docker refuses a name: ${message}`,
    fix: "Change the name in the stack: small letters, digits and single hyphens. TAG and REGISTRY, from the environment or deploy/.env, are parts of names too.",
  }),
  imageMissing: (reference: string, message: string): Problem => ({
    code: "GTY3014",
    what: `The image ${reference} does not exist`,
    why: message,
    fix: "Look at the spelling and the tag; if the stack builds it, run `gantry build` first.",
  }),
  registryRefused: (reference: string, message: string): Problem => ({
    code: "GTY3015",
    what: `The registry does not let you get ${reference}`,
    why: message,
    fix: "Log in with `docker login REGISTRY`; a wrong name gives the same answer, so look at the spelling too.",
  }),
  registryUnreachable: (reference: string, message: string): Problem => ({
    code: "GTY3016",
    what: `The registry of ${reference} cannot be reached`,
    why: message,
    fix: "Look at the network and the proxy of the engine (not of this terminal): `docker info` shows both.",
  }),
  imagesMissing: (references: readonly string[]): Problem => ({
    code: "GTY3017",
    what: `${listing(references)} ${references.length === 1 ? "was" : "were"} not built yet`,
    fix: "Run `gantry build`, or `gantry up` without --no-build.",
  }),

  buildFailed: (failure: {
    image: string;
    step: string;
    command: string | undefined;
    reason: string;
    file: string | undefined;
    line: number | undefined;
    fix?: string | undefined;
    evidence: readonly string[];
  }): Problem => ({
    code: "GTY4001",
    what: `Building ${failure.image} failed at ${failure.step}`,
    why: failure.reason,
    fix:
      failure.fix ??
      (failure.command === undefined
        ? "Correct what the output names, then run the same command again: the steps before it come from the cache."
        : `\`${failure.command}\` failed inside the build; correct what its output names and run the same command again: the steps before it come from the cache.`),
    ...(failure.file === undefined ? {} : { file: failure.file }),
    ...(failure.line === undefined ? {} : { line: failure.line }),
    evidence: failure.evidence,
  }),
  bakeFailed: (reason: string, evidence: readonly string[]): Problem => ({
    code: "GTY4002",
    what: `The build did not start: ${reason}`,
    evidence,
  }),
  overBudget: (image: string, size: string, budget: string): Problem => ({
    code: "GTY4003",
    what: `The image ${image} is ${size}; its budget is ${budget}`,
    why: "An image over its budget is slower to move and start, and often carries what production does not need.",
    fix: `See what is in it with \`docker history ${image}\`; or raise the budget in the stack.`,
  }),
  unknownImage: (name: string, known: readonly string[]): Problem => ({
    code: "GTY4004",
    what: `The stack builds no image ${name}`,
    why: known.length === 0 ? "It builds none." : `It builds ${listing(known)}.`,
  }),
  notOurs: (file: string): Problem => ({
    code: "GTY4005",
    what: `${file} was not written by Gantry and would be overwritten`,
    why: "It stands where a rendered file goes, and has no header of Gantry's.",
    fix: "Move it away, or delete it if nobody needs it.",
    file,
  }),
  packageMissing: (missing: {
    image: string;
    name: string;
    why: string;
    path: string | undefined;
    base: string | undefined;
    file: string | undefined;
    line: number | undefined;
    evidence: readonly string[];
  }): Problem => ({
    code: "GTY4006",
    what: `Building ${missing.image} failed: ${missing.why}`,
    why: `The distribution of ${missing.base ?? "the base image"} does not have it under that name; names change from one release to the next.`,
    fix: `Look it up where it is installed: \`docker run --rm ${missing.base ?? "IMAGE"} sh -c "apt-get update -qq && apt-cache search ${missing.name.replace(/[=\d].*$/, "")}"\`; then correct ${missing.path ?? "the Dockerfile"}.`,
    ...(missing.path === undefined ? {} : { path: missing.path }),
    ...(missing.file === undefined ? {} : { file: missing.file }),
    ...(missing.line === undefined ? {} : { line: missing.line }),
    evidence: missing.evidence,
  }),

  portTaken: (port: string, service: string | undefined, owner: string): Problem => ({
    code: "GTY5001",
    what: `Port ${port} is in use${service === undefined ? "" : `, and ${service} wants to publish it`}`,
    why: `It belongs to ${owner}.`,
    fix: `Stop the other one, or choose another port: ${service === undefined ? "the service's variable in deploy/.env" : `${variableName(service)}_PORT in deploy/.env`} for this machine, \`publish\` in the stack for all.`,
  }),
  serviceExited: (service: string, how: string, fix: string, evidence: readonly string[]): Problem => ({
    code: "GTY5002",
    what: `${service} ended although it should run on: ${how}`,
    fix,
    evidence,
    path: `services.${service}`,
  }),
  jobFailed: (service: string, how: string, fix: string, evidence: readonly string[]): Problem => ({
    code: "GTY5003",
    what: `The job ${service} failed: ${how}`,
    why: "Services that wait for it were not started.",
    fix,
    evidence,
    path: `services.${service}`,
  }),
  serviceUnhealthy: (
    service: string,
    probe: string,
    failures: number,
    fix: string | undefined,
    evidence: readonly string[],
  ): Problem => ({
    code: "GTY5004",
    what: `${service} runs, but its health check failed ${failures} times in a row`,
    why: `The probe is \`${probe}\`.`,
    fix:
      fix ??
      "If the probe's output names an error, that is it; if the service is only slow to start, give it more time in `health`.",
    evidence,
    path: `services.${service}`,
  }),
  startRefused: (service: string, message: string): Problem => ({
    code: "GTY5005",
    what: `The engine could not start ${service}: ${message}`,
    path: `services.${service}`,
  }),
  secretMissing: (name: string, usedBy: readonly string[], environment: string, file: string): Problem => ({
    code: "GTY5006",
    what: `The secret ${name} is not set for ${environment}`,
    why: `${listing(usedBy)} ${usedBy.length === 1 ? "needs" : "need"} it; Gantry makes none up for ${environment}.`,
    fix: `Set it: \`gantry secrets set ${name} --env ${environment}\`, once after \`gantry secrets init --env ${environment}\`. Or set the variable ${name}, or ${name}_FILE to a file that holds it, or write it to ${file} (readable by you alone).`,
    path: `secrets.${name}`,
  }),
  secretUnreadable: (name: string, file: string, detail: string): Problem => ({
    code: "GTY5007",
    what: `The file ${file} of the secret ${name} cannot be read`,
    why: detail,
    path: `secrets.${name}`,
  }),
  unknownService: (name: string, meant: string | undefined, known: readonly string[]): Problem => ({
    code: "GTY5008",
    what: `The stack has no service ${name}`,
    why: `It has ${listing(known)}.`,
    ...(meant === undefined ? {} : { fix: `Did you mean ${meant}?` }),
  }),
  notRunning: (service: string, environment: string): Problem => ({
    code: "GTY5009",
    what: `${service} does not run in ${environment}`,
    fix: environment === "dev" ? "Start it: `gantry up`." : `Start it: \`gantry up --env ${environment}\`.`,
  }),
  noShell: (service: string, container: string, debug: string): Problem => ({
    code: "GTY5010",
    what: `The image of ${service} has no shell`,
    why: "It holds the program and what that needs, so that an attacker finds nothing else.",
    fix: `Run a program that it has with \`gantry exec ${service} PROGRAM\`, or look in from an image with a shell: \`docker run --rm -it --pid container:${container} --network container:${container} ${debug}\`.`,
  }),
  noTests: (): Problem => ({
    code: "GTY5011",
    what: "The stack says no test command",
    fix: "Add `test: { service: …, command: […] }` to it.",
  }),
  locked: (what: string, owner: string, since: string, file: string): Problem => ({
    code: "GTY5012",
    what: `Another run is busy with ${what}`,
    why: `${owner} began ${since}.`,
    fix: `Wait until it ends. If you are sure that it is gone, delete ${file}.`,
  }),
  composeFailed: (reason: string, evidence: readonly string[]): Problem => ({
    code: "GTY5013",
    what: `Docker Compose failed: ${reason}`,
    evidence,
  }),
  fileMissing: (file: string): Problem => ({
    code: "GTY5014",
    what: `The file ${file} is missing`,
    fix: "Write it: `gantry render`.",
    file,
  }),
  interrupted: (state: string): Problem => ({
    code: "GTY5015",
    what: `Interrupted. ${state}`,
  }),
  onlyInDev: (what: string): Problem => ({
    code: "GTY5016",
    what: `${what} works only in the environment dev`,
    fix: "Leave out --env, or say --env dev.",
  }),
  noDebugger: (service: string): Problem => ({
    code: "GTY5017",
    what: `${service} has no debug command`,
    why: "Its image is not built by a recipe that knows how to start a debugger.",
  }),
  mountMissing: (message: string): Problem => ({
    code: "GTY5018",
    what: `Something that a service mounts is not there: ${message}`,
    fix: "Create it, or correct the path in the stack.",
  }),
  notRemoved: (names: readonly string[]): Problem => ({
    code: "GTY5019",
    what: `${listing(names)} could not be removed`,
    why: "Something outside of the stack still uses it.",
  }),
  nothingToWatch: (): Problem => ({
    code: "GTY5020",
    what: "No service of the stack says what to watch",
    fix: "Recipes such as `node` do; for others add `develop` to the service.",
  }),
  secretChanged: (names: readonly string[], services: readonly string[]): Problem => ({
    code: "GTY5021",
    what: `${listing(names)} changed; ${listing(services)} ${services.length === 1 ? "is" : "are"} restarted to read it`,
    why: "A file that is mounted into a running container keeps its old content until a restart.",
  }),
  badTime: (text: string): Problem => ({
    code: "GTY5022",
    what: `${text} is neither a span of time nor a time`,
    fix: "Write a span back from now such as 90s, 10m or 2h, or a time such as 2026-11-21T08:00:00Z.",
  }),
  kernelSetting: (
    setting: string,
    found: number,
    wanted: { readonly value: number; readonly orMore: boolean },
    services: readonly string[],
    why: string,
  ): Problem => ({
    code: "GTY5023",
    what: `${setting} is ${found} on the engine's machine; ${listing(services)} ${services.length === 1 ? "wants" : "want"} ${wanted.orMore ? "at least " : ""}${wanted.value}`,
    why,
    fix: `On that machine: \`sudo sysctl -w ${setting}=${wanted.value}\`, and the line \`${setting} = ${wanted.value}\` in /etc/sysctl.d/90-containers.conf, so that it is so after the next start too.`,
  }),
  openFiles: (found: number, wanted: number, services: readonly string[], why: string): Problem => ({
    code: "GTY5024",
    what: `${listing(services)} may have ${found} files open; wanted are at least ${wanted}`,
    why,
    fix: `Where the engine runs: \`{ "default-ulimits": { "nofile": { "Name": "nofile", "Soft": ${wanted}, "Hard": ${wanted} } } }\` in /etc/docker/daemon.json, and LimitNOFILE=infinity in the engine's unit; then start the engine anew.`,
  }),
  limitRefused: (service: string | undefined, message: string): Problem => ({
    code: "GTY5025",
    what: `The engine may not give ${service ?? "the container"} the limits (ulimits) that the stack asks for`,
    why: `They are higher than its own: ${message}`,
    fix: "Ask for less (`openFiles` of a QuestDB), or raise the engine's own: LimitNOFILE=infinity in its unit.",
  }),
  notWritten: (what: string, reason: string, fix: string): Problem => ({
    code: "GTY5026",
    what: `${what} could not be written: ${reason}`,
    why: "Nothing is done that was not written down first, so that the next run knows where this one stood.",
    fix,
  }),
} as const;
