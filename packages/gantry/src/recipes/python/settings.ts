import type { Guess, Need } from "../../blueprint/suggestion.ts";
import type { Source } from "../clues/sources.ts";

/** What pydantic's settings classes read from the environment. */
export interface SettingsClasses {
  /** What their variables begin with, beside the field's name. */
  readonly prefixes: readonly string[];
  /** Variables without which the program does not start. */
  readonly required: readonly string[];
}

/** Reads the classes of pydantic-settings, field by field. */
export function settingsClasses(sources: readonly Source[]): SettingsClasses {
  const classes = sources.flatMap(({ text }) => [
    ...text.matchAll(/^class \w+\([^)]*\bBase\w*Settings\b[^)]*\):[^\n]*\n((?:[ \t]+[^\n]*\n|\s*\n)*)/gm),
  ]);
  const bodies = classes.map((match) => {
    const text = `${match[0]}\n`;
    const prefix = /env_prefix["']?\s*[=:]\s*["'](\w*)["']/.exec(text)?.[1] ?? "";
    const fields = [
      ...(match[1] as string).matchAll(/^(?: {4}|\t)([a-z]\w*)\s*:\s*([^=\n#]+?)\s*(?:#.*)?$/gm),
    ];
    return {
      prefix,
      required: fields
        // A group of settings is no variable, and None is what an optional one has.
        .filter(([, , type]) => !/\bNone\b|Optional\[|ClassVar/.test(type as string))
        .filter(([, , type]) => !/^[A-Z]\w*(Settings|Config)$/.test(type as string))
        .map(([, name]) => `${prefix}${name}`.toUpperCase()),
    };
  });
  return {
    prefixes: [
      ...new Set(bodies.map(({ prefix }) => prefix.toUpperCase()).filter((prefix) => prefix !== "")),
    ],
    required: [...new Set(bodies.flatMap(({ required }) => required))],
  };
}

/** What is said about required settings that the stack gives no value. */
export function missingSettings(
  { required }: SettingsClasses,
  needs: readonly Need[],
  given: readonly string[],
): readonly Guess[] {
  const known = new Set([
    ...given,
    ...needs.flatMap(({ variables, also }) => [...Object.values(variables), ...(also ?? [])]),
  ]);
  const missing = required.filter((name) => !known.has(name));
  if (missing.length === 0) return [];
  return [
    {
      about: "env",
      text: `Its settings want ${missing.join(", ")} and say no default: give them in \`env\`, or name them in \`secrets\`.`,
    },
  ];
}
