import { checkCommands } from "./check-commands.ts";
import { globalOptions, words } from "./command-options.ts";
import { lookCommands } from "./look-commands.ts";
import { runCommands } from "./run-commands.ts";
import { shipCommands } from "./ship-commands.ts";
import type { CommandSpec, OptionSpec } from "./spec.ts";

export { globalOptions } from "./command-options.ts";

/** Every command, in the order that help lists them. */
export const commands: readonly CommandSpec[] = [
  {
    name: "init",
    summary: "Write a first stack.ts for a project that has none",
    details: [
      "Looks at the folder and three levels below it for services and pages of Node, Python and Rust, and for Dockerfiles; finds ports, health paths, databases, queues and migrations in their files, and takes names and versions from a Compose file that is there. Writes them down as stack.ts, with what was guessed as comments, and says what must be looked at.",
      "An existing stack.ts is never touched. Nothing is run, built or started.",
    ],
    group: "Write",
    arguments: [
      { name: "FOLDER", summary: "The project; this folder without it", complete: { kind: "files" } },
    ],
    options: [{ name: "print", summary: "Write nothing; print what it would be" }],
    examples: [
      { line: "gantry init", says: "in a project's folder, once" },
      { line: "gantry init --print ../shop", says: "only look" },
    ],
    exits: [],
  },
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
  ...runCommands,
  ...lookCommands,
  ...shipCommands,
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
