import { type ExitName, exitCodes } from "../base/errors.ts";
import { commands, globalOptions, optionsOf } from "./commands.ts";
import { optionText, usageLine } from "./help.ts";
import type { CommandSpec, OptionSpec } from "./spec.ts";

const exitMeanings: Readonly<Record<ExitName, string>> = {
  ok: "It worked.",
  failed: "It did not work; the problems that were printed say why.",
  usage: "The command line is wrong, or Node is too old.",
  invalidStack: "`stack.ts` cannot be loaded, or something in it is wrong.",
  noEngine: "No engine answers, or it lacks something that is needed.",
  buildFailed: "An image did not build.",
  unhealthy: "A service died, stayed unhealthy, or a job failed.",
  differs: "`render --check` found files that differ from the stack.",
  tidy: "`check`: the worst finding is untidy.",
  hardening: "`check`: the worst finding is a way in that could be closed.",
  leaks: "`check`: the worst finding shows a secret or opens a way in.",
  losesData: "`check`: the worst finding loses data.",
  willFail: "`check`: the worst finding will fail.",
  nothingToCheck: "`check`: there is no file of a kind that it reads.",
  interrupted: "Ctrl-C, or a signal that asks to stop.",
};
const always: readonly ExitName[] = ["ok", "failed", "usage", "interrupted"];

/** docs/cli.md, made from the table of commands. */
export function referenceText(): string {
  return [
    "# The command line",
    "",
    "<!-- Made from packages/gantry/src/cli/commands.ts by `npm run docs`; change it there. -->",
    "",
    "`gantry COMMAND [OPTIONS]`, from any folder below the one that holds `stack.ts`.",
    "",
    ...commands.map(({ name, summary }) => `- [\`gantry ${name}\`](#gantry-${name}): ${lowerFirst(summary)}`),
    "",
    "## Options of every command",
    "",
    "They may stand before or after the command's name.",
    "",
    ...optionTable(globalOptions),
    "",
    ...outputSection,
    "",
    "## Exit codes",
    "",
    "| code | name | meaning |",
    "| --- | --- | --- |",
    ...(Object.keys(exitCodes) as ExitName[]).map(
      (name) => `| ${exitCodes[name]} | \`${name}\` | ${exitMeanings[name]} |`,
    ),
    "",
    "`exec`, `run`, `shell` and `test` end with the exit code of the program that they ran.",
    "",
    ...commands.flatMap(commandSection),
  ].join("\n");
}

const outputSection = [
  "## Output",
  "",
  "Results go to standard output; progress and problems go to standard error, so that `gantry run api node report.js > out` holds only the report.",
  "",
  "- `tty`: every image and service on its line, redrawn in place. The default when both streams are a terminal and `CI` is not set.",
  "- `plain`: one line per change, with the seconds since the start. The default everywhere else.",
  "- `json`: one event per line on standard output, and nothing on standard error. The last line is the result:",
  "",
  "  ```json",
  '  {"kind":"result","command":"ps","exit":"ok","code":0,"problems":[],"result":{"project":"parcel-dev","services":[]}}',
  "  ```",
  "",
  "`config`, `check` and `explain` print documents instead of events: their `--format` has words of its own, and JSON is the document alone.",
  "",
  "A problem has a permanent code, says what is wrong, where and why, and what to do. All problems are printed, not just the first.",
  "",
  "The first Ctrl-C stops and cleans up, the second leaves at once. A reader that goes away (`gantry logs | head`) is no error. Colours follow `NO_COLOR` and `FORCE_COLOR`.",
];

function commandSection(command: CommandSpec): readonly string[] {
  const own = optionsOf(command).filter((option) => !globalOptions.includes(option));
  const exits = (Object.keys(exitCodes) as ExitName[]).filter(
    (name) => always.includes(name) || command.exits.includes(name),
  );
  return [
    `## gantry ${command.name}`,
    "",
    `\`${usageLine(command)}\``,
    "",
    `${command.summary}.`,
    ...command.details.flatMap((paragraph) => ["", cell(paragraph)]),
    ...(command.arguments.length === 0
      ? []
      : [
          "",
          "| argument | |",
          "| --- | --- |",
          ...command.arguments.map(({ name, summary }) => `| \`${name}\` | ${cell(summary)} |`),
        ]),
    ...(own.length === 0 ? [] : ["", ...optionTable(own)]),
    "",
    "```sh",
    ...command.examples.map(({ line, says }) => `${line}  # ${says}`),
    "```",
    "",
    `Exit codes: ${exits.map((name) => `${exitCodes[name]} ${name}`).join(", ")}.`,
    "",
  ];
}

function optionTable(options: readonly OptionSpec[]): readonly string[] {
  const rows = options.map(
    (option) =>
      `| \`${optionText(option)}\` | ${cell(option.summary)}${option.repeat === true ? "; may be repeated" : ""} |`,
  );
  return ["| option | |", "| --- | --- |", ...rows];
}

/** Angle brackets and bars would be read as markup. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("<", "&lt;");
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
