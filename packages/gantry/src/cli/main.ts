import { exitCodes } from "../base/errors.ts";
import { findCommand } from "./commands.ts";
import type { Host } from "./host.ts";
import { palette, wantsColour } from "./output/palette.ts";
import { Writer } from "./output/writer.ts";
import { type CommandSpec, usageCodes } from "./spec.ts";

/**
 * Runs one command line (without `node` and the script) and gives its exit code. Never throws.
 * Everything beyond help is imported when it is needed: what is not used costs nothing at start.
 */
export async function main(line: readonly string[], host: Host): Promise<number> {
  const writer = new Writer(host.stdout, host.stderr);
  const code = await dispatch(line, host, writer);
  // Streams report a failed write a moment later.
  await new Promise((resolve) => setImmediate(resolve));
  if (writer.failure === undefined) return code;
  writer.note(`error ${usageCodes.cannotWrite}  output cannot be written: ${writer.failure.message}`);
  return exitCodes.failed;
}

async function dispatch(line: readonly string[], host: Host, writer: Writer): Promise<number> {
  if (line.length === 0 || (line.length === 1 && (line[0] === "--help" || line[0] === "-h"))) {
    return help(undefined, host, writer, false);
  }
  if (line[0] === "__complete") {
    const { completeLine } = await import("./completion/answer.ts");
    const text = await completeLine(line.slice(1), host.cwd);
    if (text !== "") writer.result(text);
    return exitCodes.ok;
  }
  const { parseLine } = await import("./parse.ts");
  const parsed = parseLine(line);
  if (parsed.problems.length === 0 && parsed.options["version"] !== undefined) {
    const { gantryVersion } = await import("./commands/version.ts");
    writer.result(`gantry ${gantryVersion()}`);
    return exitCodes.ok;
  }
  if (parsed.problems.length === 0 && (parsed.help || parsed.command?.name === "help")) {
    const named = parsed.arguments["COMMAND"]?.[0];
    const explained =
      parsed.command?.name === "help" && named !== undefined ? findCommand(named) : parsed.command;
    const all = parsed.command?.name === "help" && named === undefined && !parsed.help;
    return help(all ? undefined : explained, host, writer, parsed.options["no-color"] !== undefined);
  }
  const { execute } = await import("./execute.ts");
  return execute(parsed, host, writer);
}

async function help(
  command: CommandSpec | undefined,
  host: Host,
  writer: Writer,
  noColour: boolean,
): Promise<number> {
  const { helpText } = await import("./help.ts");
  const paint = palette(wantsColour(host.stdout.isTTY === true, host.env, noColour));
  writer.result(helpText(command, paint, writer.resultColumns ?? 80));
  return exitCodes.ok;
}
