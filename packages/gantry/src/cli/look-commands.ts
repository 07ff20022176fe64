import {
  environment,
  noTty,
  nothing,
  replica,
  services,
  someServices,
  user,
  words,
} from "./command-options.ts";
import type { CommandSpec } from "./spec.ts";

/** Commands that look. */
export const lookCommands: readonly CommandSpec[] = [
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
          "kernel",
          "honesty",
          "comeback",
          "durability",
        ),
      },
    ],
    options: [
      { name: "disruptive", summary: "In production too: take off the network, kill, restart and re-create" },
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
];
