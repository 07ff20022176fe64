import type { Problem } from "../base/errors.ts";
import { closest, listing } from "../base/names.ts";
import type { CheckOptions } from "./run.ts";
import { type Rank, type Rule, ranks } from "./types.ts";

/** Where the settings of a project stand, in the folder that is checked. */
export const settingsFile = ".gantry-check.json";

/** Settings of a project, read from {@link settingsFile}. */
export interface CheckSettings {
  readonly rules: CheckOptions;
  /** Path of the baseline, relative to the folder of the settings. */
  readonly baseline: string | undefined;
  readonly failOn: Rank | undefined;
  /** Files and folders whose findings are not told, relative to the folder of the settings. */
  readonly skip: readonly string[];
}

/** What holds without a file. */
export const noSettings: CheckSettings = { rules: {}, baseline: undefined, failOn: undefined, skip: [] };

/** Codes of problems with what steers a check. */
export const settingsCodes = { unreadable: "GTY2501", unknownKey: "GTY2502", wrongValue: "GTY2503" } as const;

const keys = ["$schema", "rules", "baseline", "failOn", "skip"] as const;

/** Reads the settings: what they say, and everything that is wrong with them. */
export function parseSettings(
  text: string,
  rules: readonly Pick<Rule, "code" | "name">[],
): { readonly settings: CheckSettings; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const say = (code: string, what: string, fix: string): void => {
    problems.push({ code, file: settingsFile, what, fix });
  };
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    say(settingsCodes.unreadable, "it is no JSON", error instanceof Error ? error.message : "");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    if (problems.length === 0)
      say(settingsCodes.unreadable, "it holds no object", 'Write { "rules": {} }, for example.');
    return { settings: noSettings, problems };
  }
  const given = value as Record<string, unknown>;
  for (const key of Object.keys(given)) {
    if (keys.some((known) => known === key)) continue;
    const near = closest(key, keys);
    say(
      settingsCodes.unknownKey,
      `it has no setting "${key}"`,
      near === undefined ? `There are ${listing(keys.slice(1))}.` : `Did you mean "${near}"?`,
    );
  }
  const { baseline, failOn, skip } = given;
  const wrong = (key: string, fix: string): void =>
    say(settingsCodes.wrongValue, `"${key}" cannot be ${JSON.stringify(given[key])}`, fix);
  if (baseline !== undefined && typeof baseline !== "string") wrong("baseline", "Write the path of a file.");
  if (failOn !== undefined && !isRank(failOn)) wrong("failOn", `It is ${listing(ranks, "or")}.`);
  const paths = Array.isArray(skip) && skip.every((one) => typeof one === "string");
  if (skip !== undefined && !paths) wrong("skip", 'Write a list of paths, such as ["test/fixtures"].');
  return {
    settings: {
      rules: ruleSettings(given["rules"], rules, say),
      baseline: typeof baseline === "string" ? baseline : undefined,
      failOn: isRank(failOn) ? failOn : undefined,
      skip: paths ? (skip as readonly string[]).map((path) => path.replace(/^\.\/|\/+$/g, "")) : [],
    },
    problems,
  };
}

function ruleSettings(
  given: unknown,
  rules: readonly Pick<Rule, "code" | "name">[],
  say: (code: string, what: string, fix: string) => void,
): CheckOptions {
  if (given === undefined) return {};
  const example = 'Write { "rules": { "GD001": "off" } }, for example.';
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    say(settingsCodes.wrongValue, '"rules" is no object', example);
    return {};
  }
  const off: string[] = [];
  const on: string[] = [];
  const changed: Record<string, Rank> = {};
  const names = rules.flatMap(({ code, name }) => [code, name]);
  for (const [rule, value] of Object.entries(given)) {
    if (!names.includes(rule)) {
      const near = closest(rule, names);
      say(
        settingsCodes.unknownKey,
        `there is no rule "${rule}"`,
        near === undefined ? "gantry explain lists the rules." : `Did you mean "${near}"?`,
      );
    } else if (value === "off") off.push(rule);
    else if (value === "on") on.push(rule);
    else if (isRank(value)) {
      on.push(rule);
      changed[rule] = value;
    } else {
      const all = listing(["off", "on", ...ranks], "or");
      say(settingsCodes.wrongValue, `rule ${rule} cannot be ${JSON.stringify(value)}`, `It is ${all}.`);
    }
  }
  return { off, on, ranks: changed };
}

/** Whether a word names a rank. */
export function isRank(value: unknown): value is Rank {
  return ranks.some((rank) => rank === value);
}
