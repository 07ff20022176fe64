/** A value of a stack as it is written: plain data, and calls such as `node({ … })`. */
export type Written =
  | string
  | number
  | boolean
  | readonly Written[]
  | Call
  | { readonly [key: string]: Written | undefined };

/** A call with one object. */
export class Call {
  readonly of: string;
  readonly options: { readonly [key: string]: Written | undefined };
  /** Part that is bought, instead of a recipe. */
  readonly part: boolean;

  constructor(of: string, options: { readonly [key: string]: Written | undefined }, part = false) {
    this.of = of;
    this.options = options;
    this.part = part;
  }
}

/** A comment inside a service. */
export interface Comment {
  readonly text: string;
  readonly about: string;
}

/** A stack to be written down. */
export interface DraftStack {
  readonly name: string;
  readonly services: Readonly<Record<string, Written>>;
  readonly test?: Written;
  readonly environments?: Written;
  /** Comments of services: each above the line that it is about, or above the service that has no such line. */
  readonly comments: Readonly<Record<string, readonly Comment[]>>;
}

const widest = 110;

/** Text of stack.ts. */
export function stackText(draft: DraftStack): string {
  const calls = new Set<string>(["defineStack"]);
  collect(draft.services, calls);
  const services = Object.entries(draft.services).flatMap(([name, value], index) => {
    const keys = value instanceof Call ? value.options : (value as Readonly<Record<string, unknown>>);
    // Without a path for its health, the port is what is asked.
    const comments = (draft.comments[name] ?? []).map((comment) =>
      comment.about === "health" && keys["health"] === undefined ? { ...comment, about: "port" } : comment,
    );
    const has = ({ about }: Comment): boolean => keys[about] !== undefined;
    const above = comments.filter((comment) => !has(comment));
    return [
      ...(index > 0 && above.length > 0 ? [""] : []),
      ...commentLines(above, 4),
      `    ${key(name)}: ${print(value, 4, key(name).length + 2, comments.filter(has))},`,
    ];
  });
  return [
    `import { ${[...calls].sort().join(", ")} } from "gantry";`,
    "",
    "export default defineStack({",
    `  name: ${JSON.stringify(draft.name)},`,
    "  services: {",
    ...services,
    "  },",
    ...(["test", "environments"] as const).flatMap((name) => {
      const value = draft[name];
      return value === undefined ? [] : [`  ${name}: ${print(value, 2, name.length + 2)},`];
    }),
    "});",
    "",
  ].join("\n");
}

/** The same as data: what running the file would give. */
export function stackData(draft: DraftStack): Record<string, unknown> {
  return {
    name: draft.name,
    services: data(draft.services),
    ...(draft.test === undefined ? {} : { test: data(draft.test) }),
    ...(draft.environments === undefined ? {} : { environments: data(draft.environments) }),
  };
}

function data(value: Written | undefined): unknown {
  if (value instanceof Call)
    return { [value.part ? "backing" : "recipe"]: value.of, options: data(value.options) };
  if (Array.isArray(value)) return value.map((entry) => data(entry as Written));
  if (typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, entry]) => entry !== undefined)
      .map(([name, entry]) => [name, data(entry as Written)]),
  );
}

function collect(value: unknown, calls: Set<string>): void {
  if (value instanceof Call) {
    calls.add(value.of);
    collect(value.options, calls);
  } else if (typeof value === "object" && value !== null) {
    for (const entry of Object.values(value)) collect(entry, calls);
  }
}

const key = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name));

function commentLines(comments: readonly Comment[], indent: number): readonly string[] {
  return comments
    .flatMap(({ text }) => wrap(text, widest - indent - 3))
    .map((line) => `${" ".repeat(indent)}// ${line}`);
}

/** A value, on one line where there is room after `used` columns; `indent` is that of the line it starts on. */
function print(value: Written, indent: number, used: number, comments: readonly Comment[] = []): string {
  const line = oneLine(value);
  // The comma behind it counts too.
  if (comments.length === 0 && indent + used + line.length + 1 <= widest) return line;
  const inner = " ".repeat(indent + 2);
  const end = " ".repeat(indent);
  if (value instanceof Call)
    return `${value.of}(${print(value.options, indent, used + value.of.length + 2, comments)})`;
  if (Array.isArray(value)) {
    const lines = value.map((entry) => `${inner}${print(entry as Written, indent + 2, 0)},`);
    return ["[", ...lines, `${end}]`].join("\n");
  }
  if (typeof value !== "object") return line;
  const lines = Object.entries(value)
    .filter(([, entry]) => entry !== undefined)
    .flatMap(([name, entry]) => [
      ...commentLines(
        comments.filter(({ about }) => about === name),
        indent + 2,
      ),
      `${inner}${key(name)}: ${print(entry as Written, indent + 2, key(name).length + 2)},`,
    ]);
  return ["{", ...lines, `${end}}`].join("\n");
}

function oneLine(value: Written): string {
  if (value instanceof Call) {
    const options = oneLine(value.options);
    return `${value.of}(${options === "{}" ? "" : options})`;
  }
  if (Array.isArray(value)) return `[${value.map((entry) => oneLine(entry as Written)).join(", ")}]`;
  if (typeof value !== "object") return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
  if (entries.length === 0) return "{}";
  return `{ ${entries.map(([name, entry]) => `${key(name)}: ${oneLine(entry as Written)}`).join(", ")} }`;
}

function wrap(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + word.length + 1 > columns) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
  }
  return line === "" ? lines : [...lines, line];
}
