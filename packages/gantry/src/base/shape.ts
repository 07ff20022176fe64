import type { Problem } from "./errors.ts";
import { closest, listing } from "./names.ts";
import { parseBytes, parseDuration } from "./units.ts";

/** Collects what is wrong with a value at a path; nothing is thrown, so that all problems come out at once. */
export type Report = (path: string, what: string, why?: string, fix?: string) => void;

/** Knows whether a value of unknown origin has the form that the types promise. */
export interface Shape {
  /** What a reader would call it: `a port from 1 to 65535`. */
  readonly is: string;
  check(value: unknown, path: string, report: Report): void;
}

/** Makes a shape of a description and a test. */
export function shape(is: string, accepts: (value: unknown) => boolean, fix?: string): Shape {
  return {
    is,
    check(value, path, report) {
      if (!accepts(value)) report(path, `${path} is ${shown(value)}, and should be ${is}`, undefined, fix);
    },
  };
}

/** Text that is not empty. */
export const text: Shape = shape("a text", (value) => typeof value === "string" && value !== "");

/** `true` or `false`. */
export const flag: Shape = shape("true or false", (value) => typeof value === "boolean");

/** Whole number within bounds, both included. */
export function integer(least: number, most: number): Shape {
  return shape(
    `a whole number from ${least} to ${most}`,
    (value) => Number.isInteger(value) && (value as number) >= least && (value as number) <= most,
  );
}

/** Number above zero. */
export const positive: Shape = shape("a number above 0", (value) => typeof value === "number" && value > 0);

/** TCP port. */
export const port: Shape = integer(1, 65_535);

/** Size such as `"512m"`. */
export const size: Shape = shape(
  'a size such as "512m" or "1.5g"',
  (value) => typeof value === "string" && parseBytes(value) !== undefined,
);

/** Span of time such as `"30s"`. */
export const span: Shape = shape(
  'a duration such as "500ms", "30s" or "2m"',
  (value) => typeof value === "string" && parseDuration(value) !== undefined,
);

/** Program and arguments as a list; a single text would need a shell, which many images do not have. */
export const command: Shape = {
  is: 'a list of program and arguments, such as ["node", "server.js"]',
  check(value, path, report) {
    if (typeof value === "string") {
      const parts = value.trim().split(/\s+/);
      report(
        path,
        `${path} is one text, and should be a list of program and arguments`,
        "A text would be run by a shell: it would not get signals, and small images have no shell.",
        `Write ${JSON.stringify(parts)}.`,
      );
      return;
    }
    if (!Array.isArray(value) || value.length === 0 || !value.every((word) => typeof word === "string")) {
      report(path, `${path} is ${shown(value)}, and should be ${command.is}`);
    }
  },
};

/** One of a few words. */
export function oneOf(words: readonly string[]): Shape {
  return {
    is: listing(
      words.map((word) => JSON.stringify(word)),
      "or",
    ),
    check(value, path, report) {
      if (typeof value === "string" && words.includes(value)) return;
      const meant = typeof value === "string" ? closest(value, words) : undefined;
      report(
        path,
        `${path} is ${shown(value)}, and should be ${this.is}`,
        undefined,
        meant === undefined ? undefined : `Did you mean ${JSON.stringify(meant)}?`,
      );
    },
  };
}

/** List in which every entry has one shape. */
export function list(of: Shape): Shape {
  return {
    is: `a list, each entry ${of.is}`,
    check(value, path, report) {
      if (!Array.isArray(value)) report(path, `${path} is ${shown(value)}, and should be ${this.is}`);
      else value.forEach((entry, index) => void of.check(entry, `${path}[${index}]`, report));
    },
  };
}

/** Object whose keys the user chooses. */
export function record(of: Shape, key?: (name: string) => string | undefined): Shape {
  return {
    is: `an object, each value ${of.is}`,
    check(value, path, report) {
      if (!isPlain(value)) {
        report(path, `${path} is ${shown(value)}, and should be ${this.is}`);
        return;
      }
      for (const [name, entry] of Object.entries(value)) {
        const at = join(path, name);
        const wrong = key?.(name);
        if (wrong !== undefined) report(at, `${JSON.stringify(name)} cannot be a name here`, wrong);
        of.check(entry, at, report);
      }
    },
  };
}

/** Object with known keys; a misspelt one is answered with the right one. `required` ones must be there. */
export function object(keys: Readonly<Record<string, Shape>>, required: readonly string[] = []): Shape {
  return {
    is: "an object",
    check(value, path, report) {
      if (!isPlain(value)) {
        report(
          path,
          `${path} is ${shown(value)}, and should be an object with ${listing(Object.keys(keys))}`,
        );
        return;
      }
      for (const [name, entry] of Object.entries(value)) {
        const known = keys[name];
        if (known !== undefined) {
          if (entry !== undefined) known.check(entry, join(path, name), report);
          continue;
        }
        const meant = closest(name, Object.keys(keys));
        report(
          join(path, name),
          `${path === "" ? "the stack" : path} has no setting ${JSON.stringify(name)}`,
          meant === undefined ? `It knows ${listing(Object.keys(keys).sort())}.` : undefined,
          meant === undefined
            ? "Remove it, or look it up in docs/stack.md."
            : `Did you mean ${JSON.stringify(meant)}?`,
        );
      }
      for (const name of required) {
        if (value[name] === undefined)
          report(join(path, name), `${join(path, name)} is missing; it is ${keys[name]?.is ?? "needed"}`);
      }
    },
  };
}

/** The first of several shapes whose kind of value fits; its problems are the ones reported. */
export function either(
  ...options: readonly { readonly when: (value: unknown) => boolean; readonly use: Shape }[]
): Shape {
  return {
    is: listing(
      options.map((option) => option.use.is),
      "or",
    ),
    check(value, path, report) {
      const fitting = options.find((option) => option.when(value));
      if (fitting === undefined) report(path, `${path} is ${shown(value)}, and should be ${this.is}`);
      else fitting.use.check(value, path, report);
    },
  };
}

/** Anything: for escape hatches that go through as they are. */
export const anything: Shape = { is: "anything", check: () => {} };

export const isText = (value: unknown): boolean => typeof value === "string";
export const isNumber = (value: unknown): boolean => typeof value === "number";
export const isList = (value: unknown): boolean => Array.isArray(value);

/** Whether a value is an object made by braces or JSON: not a list, not a class instance. */
export function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `services.api`, `environments.production`, `env["a.b"]`. */
export function join(path: string, name: string): string {
  if (!/^[A-Za-z_][\w-]*$/.test(name)) return `${path}[${JSON.stringify(name)}]`;
  return path === "" ? name : `${path}.${name}`;
}

/** A value as it may stand in a message: short, and never a function's source. */
export function shown(value: unknown): string {
  if (value === undefined) return "not set";
  if (typeof value === "function") return "a function";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (typeof value === "object" && value !== null) return "an object";
  const written = JSON.stringify(value);
  return written.length > 60 ? `${written.slice(0, 57)}..."` : written;
}

/** Turns reports into problems of one code. */
export function collect(shape: Shape, value: unknown, path: string, code: string): Problem[] {
  const problems: Problem[] = [];
  shape.check(value, path, (at, what, why, fix) => {
    problems.push({
      code,
      path: at,
      what,
      ...(why === undefined ? {} : { why }),
      ...(fix === undefined ? {} : { fix }),
    });
  });
  return problems;
}
