import { type Rank, type Rule, ranks } from "../../check/types.ts";
import type { Palette } from "./palette.ts";
import { pad, wrap } from "./text.ts";

/** How rules are printed. */
export interface RuleStyle {
  readonly paint: Palette;
  readonly columns: number;
}

const consequences: Readonly<Record<Rank, string>> = {
  "will-fail": "something will fail",
  "loses-data": "data can be lost",
  leaks: "something secret or closed is open",
  hardening: "a way in that could be closed",
  tidy: "works, and could be better",
};

/** A rule for people: what, why, fix, examples, names elsewhere. */
export function ruleText(rule: Rule, { paint, columns }: RuleStyle): string {
  const room = Math.max(40, Math.min(columns - 1, 96));
  const paragraph = (label: string, text: string): readonly string[] =>
    wrap(text, room - 6).map(
      (line, index) => `${index === 0 ? paint("dim", pad(label, 6)) : "      "}${line}`,
    );
  const off = rule.enabled === false ? ", off unless the settings turn it on" : "";
  const same = rule.aliases?.map(({ tool, id }) => `${tool} ${id}`).join(", ") ?? "";
  return [
    `${paint("bad", rule.code)} ${paint("strong", rule.name)}`,
    paint("dim", `${rule.rank}: ${consequences[rule.rank]}${off}`),
    "",
    ...wrap(rule.what, room),
    "",
    ...paragraph("why", rule.why),
    ...paragraph("fix", rule.fix),
    ...(same === "" ? [] : paragraph("same", same)),
    ...exampleText("Found", "bad", rule.examples.bad, paint),
    ...exampleText("Not found", "good", rule.examples.good, paint),
  ].join("\n");
}

function exampleText(
  heading: string,
  tone: "bad" | "good",
  examples: Rule["examples"]["bad"],
  paint: Palette,
): readonly string[] {
  return examples.slice(0, 2).flatMap(({ title, files }) => [
    "",
    paint(tone, `${heading}${title === undefined ? "" : `: ${title}`}`),
    ...Object.entries(files).flatMap(([path, text]) => [
      `  ${paint("link", path)}`,
      ...text
        .trimEnd()
        .split("\n")
        .map((line) => `  ${paint("dim", "│")} ${line}`.trimEnd()),
    ]),
  ]);
}

/** All rules, worst first. */
export function ruleListText(rules: readonly Rule[], { paint, columns }: RuleStyle): string {
  const room = Math.max(40, columns - 1);
  const groups = ranks.map((rank) => {
    const own = rules.filter((rule) => rule.rank === rank);
    const lines = own.flatMap(({ code, what, enabled }) =>
      wrap(`${what}${enabled === false ? " (off by default)" : ""}`, room - 9).map(
        (line, index) => `  ${index === 0 ? paint("busy", code) : "     "}  ${line}`,
      ),
    );
    return [
      `${paint("strong", rank)} ${paint("dim", `${own.length}: ${consequences[rank]}`)}`,
      ...lines,
    ].join("\n");
  });
  return [...groups, paint("dim", "gantry explain CODE explains one, with examples.")].join("\n\n");
}
