import {
  environment,
  noBuild,
  noTty,
  nothing,
  patience,
  services,
  someServices,
  user,
} from "./command-options.ts";
import type { CommandSpec } from "./spec.ts";

/** Commands that build and run. */
export const runCommands: readonly CommandSpec[] = [
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
];
