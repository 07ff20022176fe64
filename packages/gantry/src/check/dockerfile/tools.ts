import { hasAny } from "../../base/text.ts";
import type { Instruction, Stage } from "../../read/dockerfile/model.ts";
import { flag, lineageInstructions } from "../../read/dockerfile/questions.ts";
import { distributionOf } from "./bases.ts";

/** Tools of languages, and the official images that bring them. */
const broughtBy: Readonly<Record<string, readonly string[]>> = {
  poetry: [],
  uv: [],
  pipenv: [],
  pdm: [],
  hatch: [],
  pnpm: [],
  bun: ["bun"],
  composer: ["composer"],
  mvn: ["maven"],
  gradle: ["gradle"],
  npm: ["node"],
  npx: ["node"],
  yarn: ["node"],
  node: ["node"],
  go: ["golang"],
  cargo: ["rust"],
  rustc: ["rust"],
  bundle: ["ruby"],
  gem: ["ruby"],
};

/** Packages that bring a tool under another name. */
const packagesOf: Readonly<Record<string, readonly string[]>> = {
  mvn: ["maven"],
  go: ["golang", "go"],
  node: ["nodejs", "node"],
  npx: ["npm", "nodejs"],
  npm: ["npm", "nodejs", "node"],
  bundle: ["bundler", "ruby", "bundle"],
  gem: ["ruby", "gem"],
  rustc: ["rust", "cargo"],
  cargo: ["rust", "cargo"],
  yarn: ["yarn", "yarnpkg"],
};

/**
 * Whether a tool of a language is surely missing in a stage: the official base image does not bring it, and no
 * instruction up to `until` could have; `ahead` is what stands before the tool in that instruction itself.
 */
export function isToolMissing(stage: Stage, tool: string, until: Instruction, ahead: string): boolean {
  const bringers = broughtBy[tool];
  const official = stage.rootImage?.official;
  if (bringers === undefined || official === undefined || distributionOf(stage.rootImage) === undefined)
    return false;
  if (bringers.includes(official)) return false;
  const all = lineageInstructions(stage);
  const before = all.slice(0, all.indexOf(until));
  const scripts = [ahead, ...before.filter(({ keyword }) => keyword === "RUN").map(scriptOf)];
  return !isNamedIn(scripts, tool) && !scripts.some(mayBringAny) && !before.some(bringsUnseen);
}

/** Whether programs come that nobody here can read. */
function bringsUnseen(instruction: Instruction): boolean {
  switch (instruction.keyword) {
    case "COPY":
    case "ADD":
      // From another image or stage, an address, or a folder of programs: who knows.
      return (
        flag(instruction, "from") !== undefined ||
        /:\/\/|bin\b|\s\/(?:opt|usr)?\/?\s*$/.test(instruction.text)
      );
    case "ENV":
      return instruction.text.includes("PATH=") && /\bPATH=/.test(instruction.text);
    default:
      return false;
  }
}

function scriptOf(instruction: Instruction): string {
  const flags = instruction.flags.map((one) => `--${one.name}=${one.value ?? ""}`);
  const bodies = instruction.heredocs.map((one) => one.content);
  return [...flags, instruction.text, ...bodies].join("\n");
}

/** Whether the tool is an argument of something: `pip install poetry`, an address. */
function isNamedIn(scripts: readonly string[], tool: string): boolean {
  const names = packagesOf[tool] ?? [tool];
  const telling = scripts.filter((script) => hasAny(script, names));
  if (telling.length === 0) return false;
  const argument = new RegExp(
    `(?:install|add|-g|enable|prepare|-m|https?://|/)[^&;|\\n]*\\b(?:${names.join("|")})`,
  );
  return telling.some((script) => argument.test(script));
}

/** What brings tools that it does not name. */
const vagueWords = [
  ...["requirements", "corepack", "nodesource", "nvm", "asdf", "mise", "sdkman", "conda", "rustup", "nodejs"],
  ...["$(", "||", "--mount=type=bind"],
];
const vague = /-r\s|\|\s*(?:ba)?sh\b|\.sh\b|\bPATH=|command\s+-v|which\s|\bif\b/;

/** Whether any tool may come out of a script. */
function mayBringAny(script: string): boolean {
  return hasAny(script, vagueWords) || vague.test(script);
}
