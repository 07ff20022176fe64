import type { Redirection, ShellJoint, ShellWord, SimpleCommand } from "./model.ts";
import { shellTokens, type Token } from "./tokens.ts";

/** Words of the shell's grammar after which a command begins. */
const openers = new Set(["if", "then", "else", "elif", "while", "until", "do", "{", "!", "time"]);
const closers = new Set(["fi", "done", "esac", "}"]);
const deepest = 20;

interface Draft {
  words: ShellWord[];
  assignments: ShellWord[];
  redirections: Redirection[];
  before: ShellJoint;
  end: number;
}

/**
 * The simple commands of a script, in order, those inside `$( )`, loops and conditions among them. A reader of common
 * scripts, not a shell: what it does not understand it passes over.
 */
export function parseShell(text: string): readonly SimpleCommand[] {
  const commands: SimpleCommand[] = [];
  readCommands(text, 0, 0, commands);
  return commands.sort((a, b) => a.start - b.start);
}

function readCommands(text: string, offset: number, depth: number, commands: SimpleCommand[]): void {
  if (depth > deepest) return;
  const tokens = shellTokens(text);
  let level = depth;
  let draft: Draft = emptyDraft("");
  /** Inside `for x in ...` and the patterns of `case`, words are no commands. */
  let skipping: "" | "for" | "case" = "";
  let caseDepth = 0;
  const finish = (joint: ShellJoint): void => {
    const command = commandOf(draft, level, offset, joint === "|");
    if (command !== undefined) commands.push(command);
    draft = emptyDraft(joint);
  };
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index] as Token;
    if (token.kind === "word") {
      for (const nested of token.nested)
        readCommands(
          nested.text,
          offset + token.word.start + (nested.start - token.word.start),
          depth + 1,
          commands,
        );
      const { raw } = token.word;
      const first = draft.words.length === 0 && draft.assignments.length === 0;
      if (skipping !== "") continue;
      if (first && openers.has(raw)) {
        if (raw === "{") level++;
        continue;
      }
      if (first && closers.has(raw)) {
        if (raw === "}") level--;
        if (raw === "esac") caseDepth--;
        continue;
      }
      if (first && (raw === "for" || raw === "select")) {
        skipping = "for";
        continue;
      }
      if (first && raw === "case") {
        skipping = "case";
        caseDepth++;
        continue;
      }
      if (draft.words.length === 0 && raw.includes("=") && /^[A-Za-z_]\w*\+?=/.test(raw))
        draft.assignments.push(token.word);
      else draft.words.push(token.word);
      draft.end = token.word.end;
    } else if (token.kind === "redirection") {
      const target = tokens[index + 1];
      if (target?.kind === "word") {
        draft.redirections.push({ operator: token.text, target: target.word.value });
        draft.end = target.word.end;
        index++;
      }
    } else if (skipping === "case") {
      if (token.text === ")") skipping = "";
    } else if (skipping === "for") {
      if (token.text === ";" || token.text === "\n") skipping = "";
    } else if (token.text === "(") {
      if (draft.words.length === 1 && tokens[index + 1]?.kind === "operator") {
        // A function's name: `build() { ...`.
        draft = emptyDraft(draft.before);
        index++;
      } else level++;
    } else if (token.text === ")") {
      finish(";");
      if (level > depth) level--;
    } else if (token.text.startsWith(";;")) {
      finish(";");
      if (caseDepth > 0) skipping = "case";
      let next = index + 1;
      while (isNewline(tokens[next])) next++;
      const ahead = tokens[next];
      if (ahead?.kind === "word" && ahead.word.raw === "esac") skipping = "";
    } else finish(token.text === "|&" ? "|" : (token.text as ShellJoint));
  }
  finish("");
}

function isNewline(token: Token | undefined): boolean {
  return token?.kind === "operator" && token.text === "\n";
}

function emptyDraft(before: ShellJoint): Draft {
  return { words: [], assignments: [], redirections: [], before, end: 0 };
}

function commandOf(draft: Draft, depth: number, offset: number, piped: boolean): SimpleCommand | undefined {
  const first = draft.assignments[0] ?? draft.words[0];
  if (first === undefined) return undefined;
  const moved = (word: ShellWord): ShellWord =>
    offset === 0 ? word : { ...word, start: word.start + offset, end: word.end + offset };
  const name = draft.words[0]?.value ?? "";
  return {
    name: name.includes("/") && !name.includes("$") ? name.slice(name.lastIndexOf("/") + 1) : name,
    words: draft.words.map(moved),
    assignments: draft.assignments.map(moved),
    redirections: draft.redirections,
    before: draft.before,
    piped,
    depth,
    start: first.start + offset,
    end: draft.end + offset,
  };
}
