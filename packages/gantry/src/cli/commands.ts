import { checkCommands } from "./check-commands.ts";
import type { CommandSpec, Completion, OptionSpec } from "./spec.ts";

const nothing: Completion = { kind: "nothing" };
const services: Completion = { kind: "services" };
const words = (...list: readonly string[]): Completion => ({ kind: "words", words: list });

/** Options that every command takes, before or after its name. */
export const globalOptions: readonly OptionSpec[] = [
  {
    name: "file",
    value: { name: "FILE", complete: { kind: "files" } },
    summary: "The stack; without it the nearest stack.ts, from here upwards",
  },
  {
    name: "env",
    short: "e",
    value: { name: "ENV", complete: words("dev", "test", "production"), type: "words" },
    summary: "Environment: dev, test or production; without it GANTRY_ENV, else dev",
  },
  {
    name: "format",
    value: { name: "FORMAT", complete: words("tty", "plain", "json"), type: "words" },
    summary:
      "tty redraws, plain prints a line per change, json prints events; without it tty on a terminal, plain in CI",
  },
  { name: "no-color", summary: "No colours; NO_COLOR in the environment does the same" },
  { name: "quiet", short: "q", summary: "No progress: only results and problems" },
  { name: "help", short: "h", summary: "Explain the command" },
  { name: "version", short: "V", summary: "Print Gantry's version" },
];

const environment = (name: string): OptionSpec => ({
  name,
  value: { name: "NAME=VALUE", complete: nothing, type: "pair" },
  repeat: true,
  summary: "Set a variable for the command",
});
const user: OptionSpec = {
  name: "user",
  short: "u",
  value: { name: "USER", complete: nothing },
  summary: "Run as this user, such as 1000:1000 or root",
};
const replica: OptionSpec = {
  name: "replica",
  value: { name: "N", complete: nothing, type: "count" },
  summary: "Which replica, counted from 1; the first that runs without it",
};
const noBuild: OptionSpec = { name: "no-build", summary: "Use the images that are there" };
const span = { name: "TIME", complete: words("0s", "5s", "30s") } as const;
const patience: readonly OptionSpec[] = [
  {
    name: "soak",
    value: span,
    summary: "How long new containers must keep well before they get requests; 5s without it",
  },
  {
    name: "drain",
    value: span,
    summary: "Longest wait for requests in flight; the gateway's own without it",
  },
  {
    name: "watch",
    value: span,
    summary: "How long old containers stay beside the new after the switch, at least; 5s without it",
  },
];
const noTty: OptionSpec = { name: "no-tty", short: "T", summary: "Give the command no terminal" };
const someServices = {
  name: "SERVICE",
  summary: "Only these services; every one without it",
  many: true,
  complete: services,
} as const;

/** Every command, in the order that help lists them. */
export const commands: readonly CommandSpec[] = [
  {
    name: "render",
    summary: "Write Dockerfiles, Compose files and the rest from stack.ts",
    details: [
      "Writes the files of all three environments into the stack's output folder; only those that differ are touched. They are plain Docker files that work without Gantry.",
      "With --check nothing is written: a difference is printed as a diff and ends with exit code 7, which is what CI wants.",
    ],
    group: "Write",
    arguments: [],
    options: [{ name: "check", summary: "Write nothing; fail with a diff when files and stack disagree" }],
    examples: [
      { line: "gantry render", says: "write what differs" },
      { line: "gantry render --check", says: "in CI: fail when somebody forgot to render" },
    ],
    exits: ["invalidStack", "differs"],
  },
  {
    name: "config",
    summary: "Print the stack with every default spelt out",
    details: [
      "The blueprint of one environment, as the renderers see it. Secrets are named, their values are never in it.",
      "With --format yaml or json (yaml without it).",
    ],
    group: "Write",
    formats: { words: ["yaml", "json"], summary: "yaml or json; yaml without it" },
    arguments: [],
    options: [],
    examples: [
      { line: "gantry config --env production", says: "what production would run" },
      { line: "gantry config --format json | jq .services.api", says: "one service, for a script" },
    ],
    exits: ["invalidStack"],
  },
  ...checkCommands,
  {
    name: "build",
    summary: "Build the images of an environment",
    details: [
      "Renders first, then builds with BuildKit, side by side where images allow it, and holds each image to its size budget.",
    ],
    group: "Run",
    arguments: [
      {
        name: "IMAGE",
        summary: "Only these images; every one without it",
        many: true,
        complete: { kind: "images" },
      },
    ],
    options: [
      { name: "no-cache", summary: "Take nothing from the cache" },
      { name: "pull", summary: "Fetch base images anew" },
      {
        name: "registry",
        value: { name: "PREFIX", complete: nothing },
        summary: "Registry and path, such as ghcr.io/acme; the stack's own without it",
      },
      { name: "tag", value: { name: "TAG", complete: nothing }, summary: "Tag; the stack's own without it" },
    ],
    examples: [
      { line: "gantry build", says: "all images for dev" },
      { line: "gantry build api --env production --tag 1.4.2", says: "one image, as it would be shipped" },
    ],
    stopping: "Stopping the build.",
    exits: ["invalidStack", "noEngine", "buildFailed"],
  },
  {
    name: "up",
    summary: "Build, start and wait until everything is healthy",
    details: [
      "Builds what changed, creates what is missing, starts each service as soon as what it needs is healthy, and ends when all are. A service that dies or stays unhealthy ends it at once, with its last lines and the probe's output.",
      "Ctrl-C stops what this run started and leaves what ran before.",
    ],
    group: "Run",
    arguments: [{ ...someServices, summary: "Only these, and what they need; every one without it" }],
    options: [
      {
        name: "watch",
        short: "w",
        summary: "Then follow the sources into the containers until Ctrl-C (dev)",
      },
      {
        name: "debug",
        value: { name: "SERVICE", complete: services },
        summary: "Start this service under a debugger (dev)",
      },
      noBuild,
      { name: "keep", summary: "When a service fails, leave what this run started, to look at it" },
    ],
    examples: [
      { line: "gantry up", says: "everything, for dev" },
      { line: "gantry up --watch", says: "and reload as sources change" },
      { line: "gantry up api --debug api", says: "the api and what it needs, waiting for a debugger" },
    ],
    stopping: "Stopping what this run started; what ran before stays.",
    exits: ["invalidStack", "noEngine", "buildFailed", "unhealthy"],
  },
  {
    name: "down",
    summary: "Stop and remove the containers; data stays",
    details: [
      "Removes the containers and networks of one environment. Volumes stay, and are named, unless --volumes is given.",
    ],
    group: "Run",
    arguments: [],
    options: [
      {
        name: "volumes",
        short: "v",
        summary: "Remove the volumes too: all data of this environment is lost",
      },
    ],
    examples: [
      { line: "gantry down", says: "keep the data" },
      { line: "gantry down --volumes", says: "start afresh next time" },
    ],
    stopping: "Stopping; what is removed by now stays removed.",
    exits: ["invalidStack", "noEngine"],
  },
  {
    name: "run",
    summary: "Run a one-off container of a service",
    details: [
      "Starts what the service needs, runs the command in a container of its own, and removes it. What follows SERVICE belongs to the command. Ends with the command's exit code.",
    ],
    group: "Run",
    arguments: [
      {
        name: "SERVICE",
        summary: "Whose image, environment and networks",
        required: true,
        complete: services,
      },
      { name: "COMMAND", summary: "The service's own command without it", raw: true, complete: nothing },
    ],
    options: [{ name: "no-deps", summary: "Start nothing else" }, environment("set"), user, noTty],
    examples: [
      { line: "gantry run migrate", says: "run the migrations once more" },
      {
        line: "gantry run --set DRY_RUN=1 api node dist/import.js",
        says: "a script with the api's environment",
      },
    ],
    stopping: "Stopping the container and removing it.",
    handsOver: true,
    exits: ["invalidStack", "noEngine", "unhealthy"],
  },
  {
    name: "test",
    summary: "Run the stack's tests in a copy of their own",
    details: [
      "Starts a throw-away copy of the stack under a name of its own with databases in memory, runs the test command in a container built like production, and removes everything. Ends with the exit code of the tests. Runs at the same time do not meet.",
      "What follows -- is added to the test command.",
    ],
    group: "Run",
    arguments: [
      { name: "ARGS", summary: "Added to the test command", raw: true, complete: { kind: "files" } },
    ],
    options: [noBuild, { name: "keep", summary: "Leave everything running when tests fail, to look at it" }],
    examples: [
      { line: "gantry test", says: "all tests" },
      { line: "gantry test -- test/parcels.test.ts", says: "one file of them" },
    ],
    stopping: "Stopping the tests and removing their copy of the stack.",
    exits: ["invalidStack", "noEngine", "buildFailed", "unhealthy"],
  },
  {
    name: "deploy",
    summary: "Ship what changed to production, without dropping a request",
    details: [
      "Builds, runs migrations once, starts the new containers beside the old, asks them from the gateway's network until they are ready and keep well, lets the gateway switch and proves it, waits for requests in flight, and stops the old. Whatever goes wrong before that is taken back by itself.",
      "What may never run twice is stopped first; --plan says so, and how long it will be away. A deploy that was cut off (a lost connection, kill -9) is finished or taken back by the next run. docs/deploy.md explains each step.",
    ],
    group: "Run",
    environment: "production",
    arguments: [],
    options: [
      { name: "plan", summary: "Change nothing; say in words what would change" },
      noBuild,
      { name: "no-room-check", summary: "Start beside the old even when memory may not do for both" },
      ...patience,
    ],
    examples: [
      { line: "gantry deploy --plan", says: "what would change, and what would be away" },
      { line: "gantry deploy", says: "build and ship" },
      { line: "gantry deploy --no-build", says: "ship the images that are there" },
    ],
    stopping: "Taking back what this run began; what ran before serves on.",
    exits: ["invalidStack", "noEngine", "buildFailed", "unhealthy"],
  },
  {
    name: "rollback",
    summary: "Let an earlier generation serve again",
    details: [
      "The images and the description of the last five generations are kept. Going back is a deploy like every other: no request is dropped. Migrations are not undone.",
    ],
    group: "Run",
    environment: "production",
    arguments: [
      {
        name: "GENERATION",
        summary: "Its number in gantry history; the one before the present one without it",
        complete: nothing,
      },
    ],
    options: patience,
    examples: [
      { line: "gantry rollback", says: "what served before" },
      { line: "gantry rollback 12", says: "generation 12" },
    ],
    stopping: "Taking back what this run began; what ran before serves on.",
    exits: ["invalidStack", "noEngine", "unhealthy"],
  },
  {
    name: "scale",
    summary: "Run more or fewer of a service, without dropping a request",
    details: [
      "More of the generation that serves, whatever was built since. Later deploys keep the number until it is set back to the stack's own.",
    ],
    group: "Run",
    environment: "production",
    arguments: [
      {
        name: "SERVICE=N",
        summary: "How many of which service",
        required: true,
        many: true,
        complete: services,
      },
    ],
    options: patience,
    examples: [{ line: "gantry scale api=3 worker=2", says: "three of one, two of the other" }],
    stopping: "Taking back what this run began; what ran before serves on.",
    exits: ["invalidStack", "noEngine", "unhealthy"],
  },
  {
    name: "ps",
    summary: "Show what runs: state, health, ports, CPU, memory",
    details: ["One line per replica, and one for each service that should be there and is not."],
    group: "Look",
    arguments: [someServices],
    options: [
      { name: "watch", short: "w", summary: "Look again every two seconds until Ctrl-C" },
      { name: "no-stats", summary: "Do not measure CPU and memory; quicker" },
    ],
    examples: [
      { line: "gantry ps", says: "now" },
      { line: "gantry ps --watch --env production", says: "keep looking" },
    ],
    streams: true,
    exits: ["invalidStack", "noEngine"],
  },
  {
    name: "history",
    summary: "Show who deployed what, when, and how it ended",
    details: ["Newest first. It is kept beside the stack, in .gantry; no engine is needed."],
    group: "Look",
    environment: "production",
    arguments: [],
    options: [],
    examples: [
      { line: "gantry history", says: "all deploys that are written down" },
      { line: "gantry history --format json", says: "with every digest, for a script" },
    ],
    exits: ["invalidStack"],
  },
  {
    name: "logs",
    summary: "Print the logs of services, merged in order of time",
    details: [
      "Understands JSON logs: time, level, message, then the other fields. With --format json each record is one line of JSON.",
    ],
    group: "Look",
    arguments: [someServices],
    options: [
      { name: "follow", short: "f", summary: "Go on as lines come, until Ctrl-C" },
      {
        name: "level",
        short: "l",
        value: {
          name: "LEVEL",
          complete: words("trace", "debug", "info", "warn", "error", "fatal"),
          type: "words",
        },
        summary: "This level and worse; leaves out lines without a level",
      },
      {
        name: "since",
        value: { name: "TIME", complete: words("1m", "10m", "1h", "24h") },
        summary: "A span back from now, such as 10m, or a time, such as 2026-11-21T08:00:00Z",
      },
      {
        name: "tail",
        short: "n",
        value: { name: "N", complete: nothing, type: "count" },
        summary: "The last N lines of each container",
      },
    ],
    examples: [
      { line: "gantry logs --follow --tail 20", says: "every service, from a little way back" },
      { line: "gantry logs api worker --level warn --since 1h", says: "what went wrong in the last hour" },
    ],
    streams: true,
    exits: ["invalidStack", "noEngine"],
  },
  {
    name: "exec",
    summary: "Run a command in a running service",
    details: ["What follows SERVICE belongs to the command. Ends with the command's exit code."],
    group: "Look",
    arguments: [
      { name: "SERVICE", summary: "A service that runs", required: true, complete: services },
      { name: "COMMAND", summary: "Program and its arguments", required: true, raw: true, complete: nothing },
    ],
    options: [
      replica,
      environment("set"),
      user,
      {
        name: "workdir",
        value: { name: "PATH", complete: nothing },
        summary: "Folder in the container to run in",
      },
      noTty,
    ],
    examples: [
      { line: "gantry exec db psql -U parcel", says: "a prompt of the database" },
      { line: "gantry exec --replica 2 api node -v", says: "in the second replica" },
    ],
    handsOver: true,
    exits: ["invalidStack", "noEngine"],
  },
  {
    name: "shell",
    summary: "Open a shell in a running service",
    details: [
      "The first of bash and sh that the image has. An image without a shell is said so, with another way to look in.",
    ],
    group: "Look",
    arguments: [{ name: "SERVICE", summary: "A service that runs", required: true, complete: services }],
    options: [replica, user],
    examples: [{ line: "gantry shell api", says: "look around in the api" }],
    handsOver: true,
    exits: ["invalidStack", "noEngine"],
  },
  {
    name: "verify",
    summary: "Check the running stack against its description",
    details: [
      "Every declared connection works and no other does; processes have the rights they should; no secret's value is in an image, an environment or a log; health answers tell the truth; what is killed comes back; data survives.",
      "The parts that interrupt service run in dev and test, and in production only with --disruptive. It leaves the stack as it found it.",
    ],
    group: "Look",
    arguments: [
      {
        name: "GROUP",
        summary: "Only these groups of checks",
        many: true,
        complete: words(
          "images",
          "health",
          "connections",
          "rights",
          "secrets",
          "logs",
          "honesty",
          "comeback",
          "durability",
        ),
      },
    ],
    options: [
      { name: "disruptive", summary: "In production too: pause, kill, restart and re-create" },
      { name: "calm", summary: "Nothing that interrupts service, in dev and test either" },
      {
        name: "html",
        value: { name: "FILE", complete: { kind: "files" } },
        summary: "Also write the report as a page",
      },
    ],
    examples: [
      { line: "gantry verify", says: "everything, in dev" },
      {
        line: "gantry verify --env production --html report.html",
        says: "what harms nobody, with a page to keep",
      },
    ],
    exits: ["failed", "invalidStack", "noEngine"],
  },
  {
    name: "secrets",
    summary: "Keep secrets encrypted beside the stack",
    details: [
      "One file per environment, secrets/ENVIRONMENT.json: names can be read, each value is encrypted with age for everybody in its list. Commit it.",
      "init makes a key for you and the file. set NAME asks for a value without showing it, or reads standard input. get NAME prints one. list says where each value comes from. import FILE takes them out of an env file. edit opens all in $EDITOR, in memory. remove NAME takes one out.",
      "rotate NAME makes a new value and redeploys what uses it; a database's own password is changed inside the server first, and old and new containers both work meanwhile.",
      "allow PERSON KEY and deny PERSON change who may read; reseal encrypts everything anew after the list was changed by hand.",
      "Your key comes from GANTRY_AGE_KEY, the file that GANTRY_AGE_KEY_FILE names, or ~/.config/gantry/age.key.",
    ],
    group: "Ship",
    arguments: [
      {
        name: "ACTION",
        summary:
          "init, list, set, get, import, edit, remove, rotate, allow, deny or reseal, and what it needs",
        required: true,
        many: true,
        complete: words(
          "init",
          "list",
          "set",
          "get",
          "import",
          "edit",
          "remove",
          "rotate",
          "allow",
          "deny",
          "reseal",
        ),
      },
    ],
    options: [
      { name: "reveal", summary: "get: print the value although standard output is no terminal" },
      { name: "yaml", summary: "init: make a YAML file, for comments" },
      { name: "stdin", summary: "rotate: ask for the new value instead of making one up" },
      { name: "no-deploy", summary: "rotate: change the value and leave what runs as it is" },
    ],
    examples: [
      { line: "gantry secrets init --env production", says: "a key and an empty file" },
      { line: "gantry secrets set SESSION_KEY --env production", says: "asks for the value" },
      {
        line: "gantry secrets rotate DB_PASSWORD --env production",
        says: "a new password, without downtime",
      },
    ],
    exits: ["invalidStack", "noEngine", "unhealthy"],
  },
  {
    name: "push",
    summary: "Push the images to the registry, under every tag they deserve",
    details: [
      "Builds, then pushes each image under all of its tags, which name one digest: sha-COMMIT always; vX.Y.Z of a release; of a branch its name and BRANCH-COMMIT; latest on the main branch only; of a pull request pr-N. They come from Git, or in CI from the variables of GitHub and GitLab.",
      "Where the stack asks for several platforms, a bill of materials or provenance, the builder pushes by itself. Log in with docker login first.",
    ],
    group: "Ship",
    arguments: [
      {
        name: "IMAGE",
        summary: "Only these images; every one that a service runs without it",
        many: true,
        complete: { kind: "images" },
      },
    ],
    options: [
      {
        name: "registry",
        value: { name: "PREFIX", complete: nothing },
        summary: "Registry and path, such as ghcr.io/acme; the stack's own without it",
      },
      {
        name: "tag",
        value: { name: "TAG", complete: nothing },
        repeat: true,
        summary: "This tag instead of those that Git gives",
      },
      {
        name: "platform",
        value: { name: "PLATFORM", complete: words("linux/amd64", "linux/arm64") },
        repeat: true,
        summary: "Build for this platform too, such as linux/arm64; the stack's own without it",
      },
      noBuild,
    ],
    examples: [
      { line: "gantry push --env production", says: "all images, named after the commit" },
      { line: "gantry push api --env production --tag try-1", says: "one image under a name of your own" },
    ],
    stopping: "Stopping; what was pushed stays.",
    exits: ["invalidStack", "noEngine", "buildFailed"],
  },
  {
    name: "prune",
    summary: "Remove old images, generations and build cache",
    details: [
      "Keeps the newest images of each name, and everything that runs, is deployed, or is kept for rollback. In the registry it walks from each index to its platforms, attestations and signatures, and removes an image with all of them. Without --yes it only says what would go, and why the rest stays.",
      "registry works with every registry that has the distribution API and allows deleting, and with ghcr.io through GitHub's packages (GITHUB_TOKEN). A registry frees its disk when its own garbage collection runs.",
    ],
    group: "Ship",
    arguments: [
      {
        name: "WHAT",
        summary: "registry, images, generations, cache; all without it",
        many: true,
        complete: words("registry", "images", "generations", "cache"),
      },
    ],
    options: [
      { name: "yes", short: "y", summary: "Remove; without it nothing is touched" },
      {
        name: "keep",
        value: { name: "N", complete: nothing, type: "count" },
        summary: "Newest images to keep, of each name; 10 without it",
      },
      {
        name: "keep-tag",
        value: { name: "PATTERN", complete: nothing },
        repeat: true,
        summary: "Keep these tags too, such as v*; latest and buildcache always stay",
      },
      {
        name: "cache",
        value: { name: "SIZE", complete: nothing },
        summary: "Build cache to leave; 5g without it",
      },
      {
        name: "registry",
        value: { name: "PREFIX", complete: nothing },
        summary: "Registry and path, such as ghcr.io/acme; the stack's own without it",
      },
    ],
    examples: [
      { line: "gantry prune --env production", says: "what would go" },
      {
        line: "gantry prune registry --keep 20 --keep-tag 'v*' --yes",
        says: "keep 20 images and all releases",
      },
    ],
    stopping: "Stopping; what is removed by now stays removed.",
    exits: ["invalidStack", "noEngine"],
  },
  {
    name: "version",
    summary: "Print the versions of Gantry, Node and the engine",
    details: [
      "Also where the engine was found. Without an engine it says why there is none, and still ends with 0.",
    ],
    group: "More",
    arguments: [],
    options: [],
    examples: [{ line: "gantry version", says: "what to put into a bug report" }],
    exits: [],
  },
  {
    name: "completion",
    summary: "Print a script that completes gantry in your shell",
    details: [
      "Completes commands, options, and names of services and images from the stack.",
      "bash: add  source <(gantry completion bash)  to ~/.bashrc.  zsh: the same in ~/.zshrc, after compinit.  fish: write it to ~/.config/fish/completions/gantry.fish.",
    ],
    group: "More",
    arguments: [
      { name: "SHELL", summary: "bash, zsh or fish", required: true, complete: words("bash", "zsh", "fish") },
    ],
    options: [],
    examples: [{ line: "source <(gantry completion bash)", says: "for this bash, at once" }],
    exits: [],
  },
  {
    name: "help",
    summary: "Explain a command",
    details: ["The same as the command with --help."],
    group: "More",
    arguments: [{ name: "COMMAND", summary: "Everything without it", complete: { kind: "commands" } }],
    options: [],
    examples: [{ line: "gantry help up", says: "explain gantry up" }],
    exits: [],
  },
];

/** The command of that name. */
export function findCommand(name: string): CommandSpec | undefined {
  return commands.find((command) => command.name === name);
}

/** All options of a command, its own first. */
export function optionsOf(command: CommandSpec | undefined): readonly OptionSpec[] {
  const formats = command?.formats;
  if (formats === undefined) return [...(command?.options ?? []), ...globalOptions];
  const format: OptionSpec = {
    name: "format",
    value: { name: "FORMAT", complete: words(...formats.words), type: "words" },
    summary: formats.summary,
  };
  const others = globalOptions.filter((option) => option.name !== "format");
  return [...(command?.options ?? []), format, ...others];
}
