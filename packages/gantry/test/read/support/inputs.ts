import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { rules } from "../../../src/check/rules/index.ts";
import { fileKindOf, fileNameOf } from "../../../src/read/paths.ts";
import { pieces, soup } from "./soup.ts";

/** A file to read. */
export interface Input {
  readonly name: string;
  readonly text: string;
}

/** Real files to break: the examples of all rules, fixtures, and what the samples render. */
export function corpus(): readonly Input[] {
  const found: Input[] = rules.flatMap((rule) =>
    [...rule.examples.bad, ...rule.examples.good].flatMap(({ files }) =>
      Object.entries(files).map(([path, text]) => ({ name: fileNameOf(path), text })),
    ),
  );
  const root = new URL("../../../../../", import.meta.url);
  for (const folder of ["packages/gantry/test/", "samples/"]) {
    for (const path of readdirSync(new URL(folder, root), { recursive: true, encoding: "utf8" })) {
      if (path.includes("node_modules") || fileKindOf(path) === undefined) continue;
      const text = readFileSync(new URL(folder + path, root), "utf8");
      if (text.length < 20_000) found.push({ name: fileNameOf(path), text });
    }
  }
  return found.filter(({ name }) => fileKindOf(name) !== undefined);
}

/** Input number `index` of a seed: half of them soup, half of them real files with some damage. */
export function inputOf(seed: number, index: number, files: readonly Input[]): Input {
  const random = randomOf(seed * 1_000_003 + index);
  const names = Object.keys(pieces);
  if (index % 2 === 0) {
    const name = names[(index / 2) % names.length] as string;
    const [text = ""] = fc.sample(soup(name), { seed: seed * 7919 + index, numRuns: 1 });
    return { name, text };
  }
  const file = files[random(files.length)] as Input;
  let text = file.text;
  for (let count = 1 + random(6); count > 0; count--) text = damaged(text, file.name, files, random);
  return { name: file.name, text };
}

type Random = (below: number) => number;

function damaged(text: string, name: string, files: readonly Input[], random: Random): string {
  const at = random(text.length + 1);
  const to = Math.min(text.length, at + 1 + random(40));
  const lines = text.split("\n");
  const line = random(lines.length);
  const own = pieces[name] ?? pieces["compose.yaml"] ?? [];
  switch (random(10)) {
    case 0:
      return text.slice(0, at) + text.slice(to);
    case 1:
      return text.slice(0, at) + (own[random(own.length)] ?? "") + text.slice(at);
    case 2:
      return text.slice(0, at) + text.slice(at, to).repeat(1 + random(4)) + text.slice(to);
    case 3:
      return lines.toSpliced(line, 1).join("\n");
    case 4:
      return lines.toSpliced(line, 0, lines[random(lines.length)] ?? "").join("\n");
    case 5:
      return text.slice(0, at);
    case 6:
      return text.replaceAll("\n", "\r\n");
    case 7: {
      const other = (files[random(files.length)] as Input).text;
      const from = random(other.length + 1);
      return text.slice(0, at) + other.slice(from, from + random(200)) + text.slice(at);
    }
    case 8:
      return text.slice(0, at) + String.fromCodePoint(random(0xd7ff)) + text.slice(at + 1);
    default:
      return text.slice(0, at) + "\"'{}[]$\\`#&*|>-:\t ,!%@<=()"[random(27)] + text.slice(at + random(2));
  }
}

/** Small generator of numbers (mulberry32): the same everywhere for the same seed. */
function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % Math.max(1, below);
  };
}
