import { readFileSync } from "node:fs";

/** Interfaces that a user writes, in the order in which they are met: heading, file below packages/gantry/src, name. */
const sections: readonly (readonly [string, string, string])[] = [
  ["The stack", "stack/types.ts", "StackInput"],
  ["A service of your own", "stack/types.ts", "ApplicationService"],
  ["A service that is used", "stack/types.ts", "UseOptions"],
  ["Times of a health probe", "stack/types.ts", "HealthTiming"],
  ["Tests", "stack/types.ts", "TestOptions"],
  ["Builds", "stack/types.ts", "BuildOptions"],
  ["Networks", "stack/types.ts", "NetworkOptions"],
  ["Overrides", "stack/types.ts", "OverrideOptions"],
  ["Options of every JavaScript recipe", "recipes/javascript/options.ts", "PackageOptions"],
  ["`node({ … })`", "recipes/node.ts", "NodeOptions"],
  ["`site({ … })`", "recipes/site.ts", "SiteOptions"],
  ["`python({ … })`", "recipes/python/options.ts", "PythonOptions"],
  ["`rust({ … })`", "recipes/rust/options.ts", "RustOptions"],
  ["`dockerfile({ … })`", "recipes/dockerfile/index.ts", "DockerfileOptions"],
  ["Options of every backing service", "backing/types.ts", "CommonOptions"],
  ["`postgres({ … })`", "backing/postgres/index.ts", "PostgresOptions"],
  ["`redis({ … })`", "backing/redis.ts", "RedisOptions"],
  ["`nginx({ … })`", "backing/nginx/options.ts", "NginxOptions"],
  ["A route of `nginx`", "backing/nginx/options.ts", "RouteOptions"],
  ["A rate limit of `nginx`", "backing/nginx/options.ts", "RateLimit"],
  ["`questdb({ … })`", "backing/questdb.ts", "QuestdbOptions"],
  ["`pgadmin({ … })`", "backing/pgadmin.ts", "PgadminOptions"],
  ["`redisCommander({ … })`", "backing/redis-commander.ts", "RedisCommanderOptions"],
];

const source = new URL("../packages/gantry/src/", import.meta.url);

interface Member {
  readonly name: string;
  readonly optional: boolean;
  readonly type: string;
  readonly text: string;
}

/** `docs/stack.md`: every option of a stack's file, from the comments of its types. */
export function stackReference(): string {
  const parts = sections.flatMap(([heading, file, name]) => {
    const text = readOrNothing(file);
    if (text === undefined) return [];
    const found = interfaceOf(text, name);
    if (found === undefined) throw new Error(`${file} has no interface ${name}`);
    return [`## ${heading}\n\n${found.text}\n\n${found.members.map(row).join("\n")}`];
  });
  return `${[intro, ...parts].join("\n\n")}\n`;
}

const intro = `# The stack file

<!-- Made from the comments of the types; change those and run \`npm run docs\`. -->

\`stack.ts\` exports one \`defineStack({ … })\`. An editor shows all of this while you write, and marks what does not fit;
\`gantry render\` reports every problem at once. Options marked * are needed. Sizes are written \`"512m"\` (powers of 1024),
times \`"30s"\` or \`"500ms"\`, paths relative to \`stack.ts\`.`;

function readOrNothing(file: string): string | undefined {
  try {
    return readFileSync(new URL(file, source), "utf8");
  } catch {
    return undefined;
  }
}

function row({ name, optional, type, text }: Member): string {
  return `- **\`${name}\`**${optional ? "" : " *"} \`${type}\`  \n  ${text}`;
}

/** An interface with its comment and commented members. The sources are formatted alike, so that lines are enough. */
function interfaceOf(text: string, name: string): { text: string; members: readonly Member[] } | undefined {
  const start = new RegExp(
    `(?:/\\*\\*((?:(?!\\*/)[\\s\\S])*)\\*/\\s*)?export interface ${name}\\b[^{]*\\{`,
  ).exec(text);
  if (start === null) return undefined;
  const body = text.slice(start.index + start[0].length, closing(text, start.index + start[0].length));
  const members: Member[] = [];
  const pattern = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*readonly (\w+)(\??):\s*/g;
  for (let match = pattern.exec(body); match !== null; match = pattern.exec(body)) {
    const begin = match.index + match[0].length;
    const end = memberEnd(body, begin);
    members.push({
      name: match[2] as string,
      optional: match[3] === "?",
      type: shortType(body.slice(begin, end)),
      text: comment(match[1] ?? ""),
    });
    pattern.lastIndex = end;
  }
  return { text: comment(start[1] ?? ""), members };
}

function closing(text: string, from: number): number {
  let depth = 1;
  for (let at = from; at < text.length; at++) {
    if (text[at] === "{") depth++;
    if (text[at] === "}" && --depth === 0) return at;
  }
  return text.length;
}

function memberEnd(body: string, from: number): number {
  let depth = 0;
  for (let at = from; at < body.length; at++) {
    if ("{([<".includes(body[at] as string)) depth++;
    if ("})]".includes(body[at] as string) || (body[at] === ">" && body[at - 1] !== "=")) depth--;
    if (body[at] === ";" && depth === 0) return at;
  }
  return body.length;
}

/** The type as a reader wants it: without `readonly` and helpers of the compiler. */
function shortType(type: string): string {
  return type
    .replaceAll(/\s+/g, " ")
    .replaceAll("readonly ", "")
    .replaceAll(/Readonly<(Record<[^<>]*(?:<[^<>]*>)?[^<>]*>)>/g, "$1")
    .replaceAll("NoInfer<Names>", "Names")
    .replaceAll("(string & {})", "string")
    .trim();
}

function comment(text: string): string {
  return text
    .split("\n")
    .map((line) => line.replace(/^\s*\*? ?/, "").trimEnd())
    .join(" ")
    .replaceAll(/\{@link (\w+)\}/g, "`$1`")
    .replaceAll(/\s+/g, " ")
    .trim();
}
