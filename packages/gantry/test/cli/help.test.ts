import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { commands, optionsOf } from "../../src/cli/commands.ts";
import { helpText } from "../../src/cli/help.ts";
import { palette } from "../../src/cli/output/palette.ts";
import { width } from "../../src/cli/output/text.ts";
import { parseLine } from "../../src/cli/parse.ts";

const plain = palette(false);

test("help of a command, as it is printed", () => {
  const down = commands.find((command) => command.name === "down");
  assert.equal(
    helpText(down, plain, 80),
    `Stop and remove the containers; data stays.

Usage  gantry down [OPTIONS]

Removes the containers and networks of one environment. Volumes stay, and are
named, unless --volumes is given.

Options
  -v, --volumes  Remove the volumes too: all data of this environment is lost

Examples
  gantry down            keep the data
  gantry down --volumes  start afresh next time

gantry --help lists the options of every command, such as --env and --format.`,
  );
});

test("every command is listed, and no line is wider than the terminal", () => {
  for (const columns of [60, 80, 120]) {
    for (const command of [undefined, ...commands]) {
      const text = helpText(command, plain, columns);
      for (const line of text.split("\n")) assert.ok(width(line) < columns, `${columns}: ${line}`);
    }
  }
  const overview = helpText(undefined, plain, 80);
  for (const command of commands) assert.match(overview, new RegExp(`^  ${command.name} `, "m"));
});

test("every example parses as the command that it explains", () => {
  for (const command of commands) {
    assert.notEqual(command.examples.length, 0, command.name);
    for (const { line } of command.examples) {
      const words = /gantry ([^|)]*)/.exec(line)?.[1]?.trim().split(" ") ?? [];
      const parsed = parseLine(words);
      assert.deepEqual(parsed.problems, [], line);
      assert.equal(parsed.command?.name, command.name, line);
    }
  }
});

test("no two options of a command share a name or a letter", () => {
  for (const command of commands) {
    const names = optionsOf(command).flatMap((option) => [
      option.name,
      ...(option.short === undefined ? [] : [option.short]),
    ]);
    assert.deepEqual([...new Set(names)], names, command.name);
  }
});

test("every command of the table has its file, and no file lacks its command", () => {
  const files = readdirSync(new URL("../../src/cli/commands/", import.meta.url)).map((file) =>
    file.replace(/\.ts$/, ""),
  );
  // `help` is answered before any command is loaded.
  const named = commands.map((command) => command.name).filter((name) => name !== "help");
  assert.deepEqual(files.sort(), named.sort());
});
