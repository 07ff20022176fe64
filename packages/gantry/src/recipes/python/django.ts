import { type FileTree, joinPath } from "../../blueprint/files.ts";
import type { Guess, Suggestion } from "../../blueprint/suggestion.ts";

/** What the settings of a Django project mean for its stack. */
export interface DjangoClues {
  readonly stack: Pick<Suggestion, "env" | "devEnv" | "testEnv" | "keeps">;
  readonly buildEnv: Readonly<Record<string, string>>;
  readonly guesses: readonly Guess[];
}

const variable = "DJANGO_SETTINGS_MODULE";

/** Reads manage.py and the settings; `secrets` are the names that the stack gives. */
export function djangoClues(files: FileTree, secrets: readonly string[]): DjangoClues {
  const { usual, folder } = settingsOf(files);
  const module = (...names: readonly string[]): string | undefined =>
    names.map((name) => `${folder}.${name}`).find((path) => sourceOf(files, path) !== undefined);
  const production = module("production", "prod", "live", "deploy");
  const development = module("dev", "development", "local");
  const test = iniOf(files) ?? module("test", "tests", "testing", "ci") ?? development;
  // One module for all environments is found by manage.py itself.
  const split = production !== undefined && production !== usual;
  const text = [
    production ?? usual,
    ...["base", "common", "defaults", "__init__"].map((name) => `${folder}.${name}`),
  ]
    .map((path) => (path === undefined ? "" : (sourceOf(files, path) ?? "")))
    .join("\n");
  const hosts = allowedHosts(text);
  const build = module("build");
  return {
    stack: {
      env: { ...(split ? { [variable]: production } : {}), ...hosts.env },
      ...(split ? { devEnv: { [variable]: development ?? (usual as string) } } : {}),
      ...(split ? { testEnv: { [variable]: test ?? (usual as string) } } : {}),
      ...mediaOf(text),
    },
    buildEnv:
      build === undefined
        ? { ...(split ? { [variable]: production } : {}), ...standIns(text, secrets) }
        : { [variable]: build },
    guesses: hosts.guesses,
  };
}

/** Module that manage.py names, and the package in which those of other environments would lie. */
function settingsOf(files: FileTree): { readonly usual: string | undefined; readonly folder: string } {
  const usual = /DJANGO_SETTINGS_MODULE["']\s*,\s*["']([\w.]+)["']/.exec(files.read("manage.py") ?? "")?.[1];
  if (usual === undefined) return { usual, folder: "config.settings" };
  const isPackage = files.list(usual.replaceAll(".", "/")).includes("__init__.py");
  return { usual, folder: isPackage ? usual : usual.slice(0, Math.max(0, usual.lastIndexOf("."))) };
}

function sourceOf(files: FileTree, module: string): string | undefined {
  const path = module.replaceAll(".", "/");
  return files.read(`${path}.py`) ?? files.read(joinPath(path, "__init__.py"));
}

/** Settings that pytest-django is told to take. */
function iniOf(files: FileTree): string | undefined {
  const texts = ["pytest.ini", "pyproject.toml", "setup.cfg", "tox.ini"].map(
    (name) => files.read(name) ?? "",
  );
  return texts
    .map((text) => /^\s*DJANGO_SETTINGS_MODULE\s*=\s*["']?([\w.]+)/m.exec(text)?.[1])
    .find((found) => found !== undefined);
}

/** A variable that lists the hosts; the health check and the gateway ask by the loopback address. */
function allowedHosts(text: string): {
  readonly env: Readonly<Record<string, string>>;
  readonly guesses: readonly Guess[];
} {
  const line = /^ALLOWED_HOSTS\s*(?::[^=\n]+)?=([^\n]*(?:\n[ \t)\]][^\n]*)*)/m.exec(text)?.[1];
  if (line === undefined || /["']\*["']/.test(line)) return { env: {}, guesses: [] };
  const name = /\(\s*["']([A-Z][A-Z0-9_]*)["']|\[["']([A-Z][A-Z0-9_]*)["']\]/
    .exec(line)
    ?.slice(1)
    .find(Boolean);
  const said = "must let in 127.0.0.1, which the health check asks, and the names that people use";
  if (name === undefined) return { env: {}, guesses: [{ about: "health", text: `ALLOWED_HOSTS ${said}.` }] };
  const separator = /split\(\s*(?:["'] ["'])?\s*\)/.test(line) ? " " : ",";
  return {
    env: { [name]: ["localhost", "127.0.0.1"].join(separator) },
    guesses: [{ about: "env", text: `${name} ${said}: add yours.` }],
  };
}

/** A folder of uploads: production's file system is read-only, and what is written elsewhere goes with the container. */
function mediaOf(text: string): Pick<Suggestion, "keeps"> {
  const match =
    /^MEDIA_ROOT\s*=\s*(?:str\()?(?:BASE_DIR|ROOT_DIR)\s*\/\s*["']([\w-]+)["']|^MEDIA_ROOT\s*=\s*os\.path\.join\(\s*BASE_DIR\s*,\s*["']([\w-]+)\/?["']/m.exec(
      text,
    );
  const folder = match?.[1] ?? match?.[2];
  return folder === undefined ? {} : { keeps: { [folder]: `/app/${folder}` } };
}

/** What settings insist on while static files are collected: no secrets, and nothing that is used. */
function standIns(text: string, secrets: readonly string[]): Readonly<Record<string, string>> {
  const required = [
    ...text.matchAll(/\benv(?:\.\w+)?\(\s*["']([A-Z][A-Z0-9_]*)["']\s*\)/g),
    ...text.matchAll(/\benviron\[\s*["']([A-Z][A-Z0-9_]*)["']\s*\]/g),
    ...text.matchAll(/\bconfig\(\s*["']([A-Z][A-Z0-9_]*)["']\s*(?:,\s*cast=\w+\s*)?\)/g),
  ].map((match) => match[1] as string);
  const wanted = new Set([
    ...secrets,
    ...required,
    ...(text.includes("DATABASE_URL") ? ["DATABASE_URL"] : []),
  ]);
  wanted.delete(variable);
  return Object.fromEntries([...wanted].map((name) => [name, standIn(name)]));
}

function standIn(name: string): string {
  if (/(^|_)PORT$/.test(name)) return "1";
  if (/REDIS|BROKER|CELERY|CACHE/.test(name) && /UR[IL]|BROKER|BACKEND/.test(name))
    return "redis://localhost/0";
  if (/(DATABASE|DB|POSTGRES|PG|SQL)\w*(UR[IL]|DSN)$/.test(name)) return "postgres://nobody@localhost/none";
  if (/EMAIL_URL$/.test(name)) return "consolemail://";
  if (/UR[IL]$/.test(name)) return "http://localhost";
  return "none-while-static-files-are-collected";
}
