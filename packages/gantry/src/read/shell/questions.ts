import type { CommandLine, Dockerfile, Instruction } from "../dockerfile/model.ts";
import { spanInText } from "../dockerfile/parse.ts";
import { probeStart } from "../dockerfile/words.ts";
import { once } from "../once.ts";
import { type SourceFile, type Span, spanOf } from "../source.ts";
import type { ShellWord, SimpleCommand } from "./model.ts";
import { parseShell } from "./parse.ts";

/** A command of a RUN, with its place in the file. */
export interface ShellCommand extends SimpleCommand {
  readonly span: Span;
  /** Where a word of it stands. */
  readonly spanOfWord: (word: ShellWord) => Span;
}

/** Names of shells. */
export const shells: ReadonlySet<string> = new Set(["sh", "bash", "ash", "dash", "zsh", "ksh"]);

const commandsBySource = once(
  (_: SourceFile): WeakMap<Instruction, readonly ShellCommand[]> => new WeakMap(),
);

/** The commands of a RUN (or CMD, ENTRYPOINT, HEALTHCHECK): shell form, exec form, `sh -c` and here-documents. */
export function shellCommands(dockerfile: Dockerfile, instruction: Instruction): readonly ShellCommand[] {
  const known = commandsBySource(dockerfile.source);
  const before = known.get(instruction);
  if (before !== undefined) return before;
  const made = readCommands(dockerfile.source, instruction);
  known.set(instruction, made);
  return made;
}

function readCommands(source: SourceFile, instruction: Instruction): readonly ShellCommand[] {
  if (instruction.form === "exec") return execCommands(source, instruction);
  const skip = instruction.keyword === "HEALTHCHECK" ? probeStart(instruction.text) : 0;
  const place = (start: number, end: number): Span =>
    spanInText(source, instruction, start + skip, end + skip);
  const commands = parseShell(instruction.text.slice(skip)).map((command) => placed(command, place));
  for (const heredoc of instruction.heredocs) {
    const from = heredoc.contentSpan.start;
    const body = source.text.slice(from, heredoc.contentSpan.end);
    if (!isScript(commands, body)) continue;
    const within = (start: number, end: number): Span => spanOf(source, from + start, from + end);
    commands.push(...parseShell(body).map((command) => placed(command, within)));
  }
  return commands;
}

/** The commands of an instruction's text and of all its here-documents, wherever they stand and whoever runs them. */
export const scriptCommands: (instruction: Instruction) => readonly SimpleCommand[] = once((instruction) =>
  [instruction.text, ...instruction.heredocs.map(({ content }) => content)].flatMap((script) =>
    parseShell(script),
  ),
);

/** Whether a here-document of a RUN is run by a shell: it stands alone, or feeds one, and no shebang says otherwise. */
function isScript(commands: readonly ShellCommand[], body: string): boolean {
  const shebang = body.startsWith("#!")
    ? /^#!\s*(?:\S*\/env\s+(?:-\S+\s+)*)?(?:\S*\/)?([\w.-]+)/.exec(body)
    : null;
  if (shebang !== null) return shells.has(shebang[1] as string);
  return commands.length === 0 || commands.some((command) => shells.has(command.name));
}

function placed(command: SimpleCommand, place: (start: number, end: number) => Span): ShellCommand {
  return {
    ...command,
    span: place(command.start, command.end),
    spanOfWord: (word) => place(word.start, word.end),
  };
}

function execCommands(source: SourceFile, instruction: Instruction): readonly ShellCommand[] {
  const script = scriptOf(instruction.json.map((word) => word.value));
  const span = instruction.textSpan;
  if (script !== undefined) return parseShell(script).map((command) => placed(command, () => span));
  const words = instruction.json.map((word): ShellWord => {
    return { raw: word.raw, value: word.value, dynamic: false, start: word.span.start, end: word.span.end };
  });
  return words.length === 0 ? [] : [placed(plainCommand(words), (start, end) => spanOf(source, start, end))];
}

function plainCommand(words: readonly ShellWord[]): SimpleCommand {
  const name = words[0]?.value ?? "";
  return {
    name: name.slice(name.lastIndexOf("/") + 1),
    words,
    assignments: [],
    redirections: [],
    before: "",
    piped: false,
    depth: 0,
    start: words[0]?.start ?? 0,
    end: words.at(-1)?.end ?? 0,
  };
}

/** The script of `sh -c SCRIPT`; `undefined` for other commands. */
function scriptOf(words: readonly string[]): string | undefined {
  const program = words[0]?.slice((words[0]?.lastIndexOf("/") ?? -1) + 1) ?? "";
  if (!shells.has(program)) return undefined;
  const option = words.findIndex((word) => /^-[a-z]*c$/.test(word));
  return option === -1 ? undefined : words[option + 1];
}

/** The commands that a command line runs, seen through the shell where one is involved. */
export function commandsOf(command: CommandLine): readonly SimpleCommand[] {
  if (command.form === "shell") return parseShell(command.text);
  const script = scriptOf(command.words);
  if (script !== undefined) return parseShell(script);
  const words = command.words.map((value): ShellWord => {
    return { raw: value, value, dynamic: false, start: 0, end: 0 };
  });
  return words.length === 0 ? [] : [plainCommand(words)];
}

/** Whether a shell is needed to run it. */
export function needsShell(command: CommandLine): boolean {
  const program = command.words[0]?.slice((command.words[0]?.lastIndexOf("/") ?? -1) + 1) ?? "";
  return command.form === "shell" || shells.has(program);
}

/** Values of the words: `["apt-get", "install", "-y", "curl"]`. */
export function wordValues(command: SimpleCommand): readonly string[] {
  return command.words.map((word) => word.value);
}

/** Whether one of these options is given: `hasOption(command, "-y", "--yes")`; short ones also in bundles (`-qy`). */
export function hasOption(command: SimpleCommand, ...options: readonly string[]): boolean {
  return command.words.slice(1).some(({ value }) =>
    options.some((option) => {
      if (value === option || value.startsWith(`${option}=`)) return true;
      const mayBundle = option.length === 2 && value.startsWith("-") && value.includes(option[1] as string);
      return mayBundle && /^-[A-Za-z]+$/.test(value);
    }),
  );
}

/** Arguments that are no options. Options that take their value as the next word must be named. */
export function operands(command: SimpleCommand, valued: readonly string[] = []): readonly ShellWord[] {
  const found: ShellWord[] = [];
  for (let index = 1; index < command.words.length; index++) {
    const word = command.words[index] as ShellWord;
    if (valued.includes(word.value)) index++;
    else if (!word.value.startsWith("-")) found.push(word);
  }
  return found;
}
