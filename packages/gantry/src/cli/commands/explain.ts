import { GantryError } from "../../base/errors.ts";
import { closest } from "../../base/names.ts";
import { rules } from "../../check/rules/index.ts";
import type { Rule } from "../../check/types.ts";
import type { Invocation } from "../invocation.ts";
import { ruleListText, ruleText } from "../output/rules.ts";
import { type Ending, usageCodes } from "../spec.ts";

/** `gantry explain`: one rule, or the list of all. */
export async function run(call: Invocation): Promise<Ending> {
  const asked = call.argument("CODE")[0];
  const found = asked === undefined ? rules : rulesNamed(asked);
  if (call.text("format") === "json") {
    call.writer.result(
      JSON.stringify(asked === undefined ? found.map(briefly) : found.map(wholly), undefined, 2),
    );
    return "ok";
  }
  const style = { paint: call.paintResult, columns: call.writer.resultColumns ?? 100 };
  const text =
    asked === undefined
      ? ruleListText(found, style)
      : found.map((rule) => ruleText(rule, style)).join("\n\n");
  call.writer.result(text);
  return "ok";
}

function rulesNamed(asked: string): readonly Rule[] {
  const word = asked.toLowerCase();
  const own = rules.filter((rule) => rule.code.toLowerCase() === word || rule.name === word);
  if (own.length > 0) return own;
  const alike = rules.filter((rule) => rule.aliases?.some(({ id }) => id.toLowerCase() === word));
  if (alike.length > 0) return alike;
  const near = closest(
    asked,
    rules.flatMap(({ code, name }) => [name, code]),
  );
  throw new GantryError(
    {
      code: usageCodes.wrongValue,
      what: `there is no rule ${asked}`,
      fix: near === undefined ? "gantry explain lists them." : `Did you mean ${near}?`,
    },
    { exit: "usage" },
  );
}

function briefly({ code, name, family, rank, what, aliases, enabled }: Rule): object {
  return { code, name, family, rank, what, enabled: enabled !== false, aliases: aliases ?? [] };
}

function wholly(rule: Rule): object {
  const files = (list: Rule["examples"]["bad"]): object[] =>
    list.map(({ title, files }) => ({ title, files }));
  const { why, fix, examples } = rule;
  return { ...briefly(rule), why, fix, examples: { bad: files(examples.bad), good: files(examples.good) } };
}
