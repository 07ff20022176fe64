import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { createSecrets, describeError, type Secrets } from "./secrets.ts";

/** Where a value of the configuration came from; later ones win in this order. */
export type ConfigSource =
  | { readonly kind: "default" }
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "environment"; readonly variable: string }
  | { readonly kind: "secret file"; readonly variable: string; readonly path: string }
  | { readonly kind: "nowhere" };

/** One thing wrong with the configuration. Never holds the value of a secret. */
export interface ConfigProblem {
  /** The key, such as `databaseUrl`, with a path inside it where there is one. Empty: the configuration as a whole. */
  readonly key: string;
  readonly source: ConfigSource;
  readonly message: string;
}

/** Options of {@link loadConfig}. */
export interface ConfigOptions<Input> {
  /** Which variable of the environment sets which key. Each `NAME` may also be given as `NAME_FILE`, a path to read. */
  readonly variables: Readonly<Partial<Record<keyof Input & string, string>>>;
  /** Keys whose values must never be shown. Values read from secret files are secret without being named here. */
  readonly secret?: readonly (keyof Input & string)[];
  readonly defaults?: Readonly<Partial<Record<keyof Input & string, unknown>>>;
  /** A JSON file with an object of keys. */
  readonly file?: string;
  /** `process.env` unless told. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** A folder, such as `/run/secrets`, where a file named like the variable is read when no `NAME_FILE` names one. */
  readonly secretsDir?: string;
}

/** A configuration that fits its schema. */
export interface LoadedConfig<Output> {
  readonly config: Output;
  /** The secret values in it, for logs and health reports to leave out. */
  readonly secrets: Secrets;
  /** Where each key came from; safe to log. */
  readonly sources: Readonly<Record<string, ConfigSource>>;
}

/** Thrown by {@link loadConfig} with every problem at once. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(
      ["The configuration is not usable:", ...problems.map((problem) => `  ${line(problem)}`)].join("\n"),
    );
    this.problems = problems;
  }
}

interface Found {
  readonly value: unknown;
  readonly source: ConfigSource;
}

/**
 * Collects the configuration from defaults, a JSON file, the environment and secret files, in that order, and checks it
 * with any Standard Schema (zod, valibot, arktype…). Values from the environment are text: let the schema convert them.
 * A variable that is empty counts as not set.
 * @throws ConfigError with all problems, each with the source of the value.
 */
export async function loadConfig<Schema extends StandardSchemaV1<object, unknown>>(
  schema: Schema,
  options: ConfigOptions<StandardSchemaV1.InferInput<Schema>>,
): Promise<LoadedConfig<StandardSchemaV1.InferOutput<Schema>>> {
  const problems: ConfigProblem[] = [];
  const found = new Map<string, Found>();
  for (const [key, value] of Object.entries(options.defaults ?? {})) {
    found.set(key, { value, source: { kind: "default" } });
  }
  for (const [key, entry] of await fromFile(options.file, problems)) found.set(key, entry);
  for (const [key, entry] of await fromEnvironment(options, problems)) found.set(key, entry);

  const secretKeys = new Set<string>(options.secret ?? []);
  const secrets = createSecrets();
  for (const [key, { value, source }] of found) {
    if (source.kind === "secret file") secretKeys.add(key);
    if (secretKeys.has(key) && typeof value === "string") secrets.add(value);
  }

  const input = Object.fromEntries([...found].map(([key, { value }]) => [key, value]));
  const result = await schema["~standard"].validate(input);
  const unreadable = new Set(problems.map(({ key }) => key));
  for (const issue of result.issues ?? []) {
    const path = (issue.path ?? []).map((part) => String(typeof part === "object" ? part.key : part));
    const root = path[0] ?? "";
    // Its file could not be read: that it is also missing says nothing new.
    if (root !== "" && unreadable.has(root)) continue;
    const entry = found.get(root);
    problems.push({
      key: path.join("."),
      source: entry?.source ?? missingSource(options.variables, root),
      message: safeMessage(issue.message, secretKeys.has(root) ? entry?.value : undefined, secrets),
    });
  }
  if (problems.length > 0 || result.issues !== undefined) throw new ConfigError(problems);
  return {
    config: result.value as StandardSchemaV1.InferOutput<Schema>,
    secrets,
    sources: Object.fromEntries([...found].map(([key, { source }]) => [key, source])),
  };
}

/**
 * The URL with the password in it, encoded as URLs need it. Gantry gives `DATABASE_URL` without a password, which is
 * safe to show, and the password as a file.
 * @throws TypeError when `url` is not a URL.
 */
export function withPassword(url: string, password: string | undefined): string {
  if (password === undefined || password === "") return url;
  const result = new URL(url);
  result.password = encodeURIComponent(password);
  return result.href;
}

async function fromFile(
  path: string | undefined,
  problems: ConfigProblem[],
): Promise<readonly (readonly [string, Found])[]> {
  if (path === undefined) return [];
  const source = { kind: "file", path } as const;
  try {
    const content: unknown = JSON.parse(await readFile(path, "utf8"));
    if (typeof content === "object" && content !== null && !Array.isArray(content)) {
      return Object.entries(content).map(([key, value]) => [key, { value, source }] as const);
    }
    problems.push({ key: "", source, message: "holds no JSON object" });
  } catch (error) {
    // V8 quotes a piece of the text in its message, which may be a piece of a secret.
    const message = error instanceof SyntaxError ? "is not valid JSON" : `cannot be read: ${reason(error)}`;
    problems.push({ key: "", source, message });
  }
  return [];
}

async function fromEnvironment<Input>(
  options: ConfigOptions<Input>,
  problems: ConfigProblem[],
): Promise<readonly (readonly [string, Found])[]> {
  const environment = options.environment ?? process.env;
  const result: (readonly [string, Found])[] = [];
  for (const [key, variable] of Object.entries<string | undefined>(options.variables)) {
    if (variable === undefined) continue;
    const value = environment[variable];
    // Compose passes an empty text for a variable that is not set; numbers would take it for 0.
    if (value !== undefined && value !== "")
      result.push([key, { value, source: { kind: "environment", variable } }]);

    const named = environment[`${variable}_FILE`];
    const path = named ?? (options.secretsDir && join(options.secretsDir, variable));
    if (path === undefined || path === "") continue;
    const source = { kind: "secret file", variable: `${variable}_FILE`, path } as const;
    try {
      // Editors and `echo` end files with a line break that is no part of the secret.
      const content = (await readFile(path, "utf8")).replace(/\r?\n$/, "");
      result.push([key, { value: content, source }]);
    } catch (error) {
      const optional = named === undefined && (error as NodeJS.ErrnoException).code === "ENOENT";
      if (!optional) problems.push({ key, source, message: `cannot be read: ${reason(error)}` });
    }
  }
  return result;
}

function reason(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? describeError(error);
}

function missingSource(variables: Readonly<Record<string, string | undefined>>, key: string): ConfigSource {
  const variable = variables[key];
  return variable === undefined ? { kind: "nowhere" } : { kind: "environment", variable };
}

/** Some schema libraries quote the value that they refuse. */
function safeMessage(message: string, secretValue: unknown, secrets: Secrets): string {
  const quotes = secretValue !== undefined && secretValue !== "" && message.includes(String(secretValue));
  return quotes
    ? "is not valid (the message is withheld because it quotes the secret)"
    : secrets.redact(message);
}

function line({ key, source, message }: ConfigProblem): string {
  const name = key === "" ? "configuration" : key;
  return `${name} (${describeSource(source)}): ${message}`;
}

function describeSource(source: ConfigSource): string {
  switch (source.kind) {
    case "default":
      return "from the defaults";
    case "file":
      return `from ${source.path}`;
    case "environment":
      return `from ${source.variable}`;
    case "secret file":
      return `from ${source.variable}=${source.path}`;
    case "nowhere":
      return "set nowhere";
    default:
      return source satisfies never;
  }
}
