import { commands, globalOptions, optionsOf } from "./commands.ts";
import type { Palette } from "./output/palette.ts";
import { pad, width, wrap } from "./output/text.ts";
import type { ArgumentSpec, CommandSpec, OptionSpec } from "./spec.ts";

/** Help of one command, or of all. */
export function helpText(command: CommandSpec | undefined, paint: Palette, columns: number): string {
  const room = Math.max(40, Math.min(columns - 1, 96));
  return command === undefined ? overview(paint, room) : details(command, paint, room);
}

/** `gantry exec [OPTIONS] SERVICE COMMAND...` */
export function usageLine(command: CommandSpec): string {
  return [
    "gantry",
    command.name,
    ...(command.options.length > 0 ? ["[OPTIONS]"] : []),
    ...command.arguments.map(argumentText),
  ].join(" ");
}

/** `-n, --tail N` */
export function optionText(option: OptionSpec): string {
  const short = option.short === undefined ? "" : `-${option.short}, `;
  return `${short}--${option.name}${option.value === undefined ? "" : ` ${option.value.name}`}`;
}

function argumentText(argument: ArgumentSpec): string {
  const name = argument.many === true || argument.raw === true ? `${argument.name}...` : argument.name;
  return argument.required === true ? name : `[${name}]`;
}

function overview(paint: Palette, room: number): string {
  const groups = ["Write", "Check", "Run", "Ship", "Look", "More"] as const;
  const rows = (group: (typeof groups)[number]): readonly (readonly [string, string])[] =>
    commands.filter((command) => command.group === group).map((command) => [command.name, command.summary]);
  return [
    ...wrap(
      "Gantry: one typed file describes your containers; Gantry writes their files, builds and runs them.",
      room,
    ),
    "",
    `${paint("strong", "Usage")}  gantry COMMAND [OPTIONS]`,
    ...groups.flatMap((group) => ["", paint("strong", group), ...table(rows(group), paint, room, 12)]),
    "",
    paint("strong", "Options of every command"),
    ...table(globalOptions.map(optionRow), paint, room),
    "",
    paint("strong", "Example"),
    ...table([["gantry up --watch", "start everything for dev, and reload as sources change"]], paint, room),
    "",
    ...wrap("gantry COMMAND --help explains a command, with examples.", room),
  ].join("\n");
}

function details(command: CommandSpec, paint: Palette, room: number): string {
  const section = (heading: string, rows: readonly (readonly [string, string])[]): readonly string[] =>
    rows.length === 0 ? [] : ["", paint("strong", heading), ...table(rows, paint, room)];
  const own = optionsOf(command).filter((option) => !globalOptions.includes(option));
  return [
    ...wrap(`${command.summary}.`, room),
    "",
    `${paint("strong", "Usage")}  ${usageLine(command)}`,
    ...command.details.flatMap((paragraph) => ["", ...wrap(paragraph, room)]),
    ...section(
      "Arguments",
      command.arguments.map((argument) => [argument.name, argument.summary]),
    ),
    ...section("Options", own.map(optionRow)),
    ...section(
      command.examples.length > 1 ? "Examples" : "Example",
      command.examples.map((example) => [example.line, example.says]),
    ),
    "",
    ...wrap(
      `gantry --help lists the options of every command${own.length === 0 ? "" : ", such as --env and --format"}.`,
      room,
    ),
  ].join("\n");
}

function optionRow(option: OptionSpec): readonly [string, string] {
  const text = optionText(option);
  return [
    option.short === undefined ? `    ${text}` : text,
    `${option.summary}${option.repeat === true ? "; may be repeated" : ""}`,
  ];
}

/** Two columns where they fit; where the first is too wide for that, its text goes below it. */
function table(
  rows: readonly (readonly [string, string])[],
  paint: Palette,
  room: number,
  least = 0,
): readonly string[] {
  const first = Math.max(least, ...rows.map(([left]) => width(left)).filter((size) => size <= room * 0.45));
  const text = room - first - 4;
  return rows.flatMap(([left, right]) => {
    const lines = wrap(right, text);
    if (width(left) > first)
      return [`  ${paint("busy", left)}`, ...lines.map((line) => " ".repeat(first + 4) + line)];
    return lines.map((line, index) =>
      index === 0 ? `  ${paint("busy", pad(left, first))}  ${line}` : " ".repeat(first + 4) + line,
    );
  });
}
