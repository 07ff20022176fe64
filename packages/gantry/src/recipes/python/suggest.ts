import { type FileTree, joinPath } from "../../blueprint/files.ts";
import type { Guess, Need, SuggestedService, Suggestion } from "../../blueprint/suggestion.ts";
import { joined, type Source, sourcesOf, versionBefore } from "../clues/sources.ts";
import {
  callsIn,
  foreignGuess,
  foreignSecretsIn,
  postgresNeed,
  questdbNeed,
  readsSecretFiles,
  redisNeeds,
  secretsIn,
  variablesOf,
  withoutPart,
} from "../clues/variables.ts";
import { healthIn, internetFor, noHealthPath, pathsIn } from "../clues/web.ts";
import { readToml } from "../common.ts";
import { type Application, applicationsIn, celeryIn, schedulersIn } from "./applications.ts";
import { djangoClues } from "./django.ts";
import { pyProject } from "./manifest.ts";
import { nativePackages } from "./native.ts";
import { backgroundServices, type Services, serve } from "./processes.ts";
import { developmentFile, readProject, requirementsFile } from "./project.ts";
import { normalName, type Requirements, readRequirements } from "./requirements.ts";
import { missingSettings, settingsClasses } from "./settings.ts";
import { queueWorkers, releaseOf, rqAddress, withProcfile } from "./workers.ts";

const manifests = ["pyproject.toml", "requirements.txt", "Pipfile", "setup.py", "manage.py", "uv.lock"];

/** Databases for which there is no part. */
const otherServers: Readonly<Record<string, string>> = {
  mysqlclient: "MySQL",
  pymysql: "MySQL",
  aiomysql: "MySQL",
  pymongo: "MongoDB",
  motor: "MongoDB",
  pika: "RabbitMQ",
  "aio-pika": "RabbitMQ",
  elasticsearch: "Elasticsearch",
};

/** What a folder of Python is: an application of Django, FastAPI, Flask or Celery; `undefined` for a library. */
export function suggestPython(files: FileTree): Suggestion | undefined {
  const top = files.list("");
  const known = manifests.some((name) => top.includes(name)) || top.includes("requirements/");
  if (!known) return undefined;
  const packages = packagesOf(files);
  const sources = sourcesOf(files, /\.py$/);
  const text = joined(sources);
  const guesses: Guess[] = [];
  const apps = webApps(files, sources, packages, guesses);
  const celery = celeryIn(sources, packages.has("celery"));
  const schedulers = schedulersIn(sources);
  const [first, ...more] = apps;
  const workers = withProcfile(files, {
    ...queueWorkers(files, sources, packages, guesses),
    ...backgroundServices(files, sources, packages, celery, schedulers, text),
  });
  const script = first === undefined && celery === undefined ? scriptOf(files, packages) : undefined;
  if (first === undefined && Object.keys(workers).length === 0 && script === undefined) return undefined;

  const names = variablesOf(sources, files);
  const passwordFile = readsSecretFiles(text);
  const settings = settingsClasses(sources);
  const secrets = secretsIn(names, passwordFile, settings.prefixes);
  const foreign = foreignSecretsIn(sources);
  const outside = internetFor(text, foreign);
  guesses.push(...outside.guesses, ...foreignGuess(foreign), ...withoutPart(otherServers, packages));
  const [main, others] = chooseMain(first, more, workers, script);
  const before = beforeOf(files, packages, first);
  const importFrom = first?.importFrom ?? celery?.importFrom;
  const secretNames = secrets.map(({ name }) => name);
  const django = first?.framework === "django" ? djangoClues(files, secretNames) : undefined;
  guesses.push(...(django?.guesses ?? []));
  const needs = needsOf(packages, names, text, passwordFile, celery !== undefined);
  guesses.push(...missingSettings(settings, needs, secretNames));
  return {
    sure: 0.9,
    options: {
      ...versionOf(files),
      ...openOf(files, guesses),
      ...(importFrom === undefined || importFrom === "" ? {} : { importFrom }),
      ...nativePackages(packages),
      ...(django === undefined || Object.keys(django.buildEnv).length === 0
        ? {}
        : { buildEnv: django.buildEnv }),
      command: main.command,
    },
    service: { ...withoutCommand(main), ...(Object.keys(before).length > 0 ? { before } : {}) },
    ...(Object.keys(others).length > 0 ? { others } : {}),
    needs,
    secrets,
    internet: outside.internet,
    calls: callsIn(names),
    paths: pathsIn(text),
    ...testOf(files, packages, first),
    ...(django?.stack ?? uploadsIn(text)),
    guesses,
    usualName: first === undefined ? "worker" : first.framework === "fastapi" ? "api" : "web",
  };
}

/** Python's version of a Dockerfile that is there, where nothing else says one: pinned packages were made for it. */
function versionOf(files: FileTree): Readonly<Record<string, unknown>> {
  const { value } = readToml(files, "pyproject.toml");
  const told =
    files.read(".python-version") !== undefined ||
    (value !== undefined && pyProject(value).requiresPython !== undefined);
  const version = told ? undefined : versionBefore(files, "python");
  return version?.includes(".") === true ? { version } : {};
}

/** Requirements that leave something open are what the project installs from today: so does the first stack, and says it. */
function openOf(files: FileTree, guesses: Guess[]): Readonly<Record<string, unknown>> {
  if (["uv.lock", "poetry.lock"].some((name) => files.read(name) !== undefined)) return {};
  const open = requirementsIn(files).find(
    ({ lacking, unpinned }) => lacking.length > 0 || unpinned.length > 0,
  );
  if (open === undefined) return {};
  guesses.push({
    about: "build",
    text: `${open.path} does not pin all that is installed, so pip chooses at each build (\`locked: false\`): better write all of it down, with \`uv pip compile\` or \`pip freeze\`.`,
  });
  return { locked: false };
}

/** What the files of requirements ask for: those of production, and of development. */
function requirementsIn(files: FileTree): readonly (Requirements & { readonly path: string })[] {
  return [requirementsFile(files, {}), developmentFile(files, {})].flatMap((path) =>
    path === undefined ? [] : [{ path, ...readRequirements(files, path) }],
  );
}

/** Names of the packages that its image gets, normalised: those that are asked for, and those that are locked. */
function packagesOf(files: FileTree): ReadonlySet<string> {
  const found = new Set<string>();
  const { value } = readToml(files, "pyproject.toml");
  if (value !== undefined) {
    const project = pyProject(value);
    for (const name of [...project.dependencies, ...project.groupDependencies]) found.add(name);
  }
  const { project } = readProject(files, {}, { path: "", context: "" });
  for (const name of project?.locked ?? []) found.add(name);
  for (const { names, lacking } of requirementsIn(files))
    for (const name of [...names, ...lacking.map((entry) => entry.name)]) found.add(name);
  for (const match of (files.read("Pipfile") ?? "").matchAll(/^["']?([\w.-]+)["']?\s*=/gm))
    found.add(normalName(match[1] as string));
  return found;
}

interface WebApp {
  readonly name: string;
  readonly importFrom: string;
  readonly service: SuggestedService & { readonly command: readonly string[] };
  readonly framework: Application["framework"];
}

function webApps(
  files: FileTree,
  sources: readonly Source[],
  packages: ReadonlySet<string>,
  guesses: Guess[],
): readonly WebApp[] {
  const found = applicationsIn(files, sources, packages);
  // One of each kind: a second FastAPI is nearly always mounted in the first.
  const chosen = found.filter(
    (app, index) => found.findIndex((other) => other.framework === app.framework) === index,
  );
  for (const app of found)
    if (!chosen.includes(app))
      guesses.push({
        about: "build",
        text: `${app.path} also makes an application (${app.name}); it was not made a service.`,
      });
  const apps = chosen.filter(
    // Django serves the site; what else there is in its folders is part of it.
    (app) => chosen[0]?.framework !== "django" || app.framework === "django",
  );
  return apps.map((app): WebApp => {
    const { command, port } = serve(app, packages, guesses);
    const own = sources.filter(({ path }) =>
      // Django's paths stand there, without a slash in front; elsewhere the same words are names of modules.
      app.framework === "django" ? /(^|\/)urls\.py$/.test(path) : apps.length === 1 || path === app.path,
    );
    // What includes further paths answers nothing by itself, unless it is a package for health checks.
    const text = joined(own).replaceAll(/["'](?!\/?health)[^"'\n]*["']\s*,\s*include\(/g, "");
    const health = prefixed(healthIn(text, app.framework !== "django"), joined(sources));
    if (health === undefined) guesses.push(noHealthPath);
    return {
      name: nameOf(app),
      importFrom: app.importFrom,
      framework: app.framework,
      service: {
        command,
        port,
        ...(health === undefined ? {} : { health }),
        // Behind a gateway its own host name is asked, not localhost's.
      },
    };
  });
}

/** A router of FastAPI for health may be included under a prefix. */
function prefixed(health: SuggestedService["health"], text: string): SuggestedService["health"] {
  if (health === undefined || !("http" in health)) return health;
  const prefix =
    /include_router\(\s*[\w.]*(?:health|status)[\w.]*\s*,[^)]*?prefix\s*=\s*["'](\/[\w/-]+)["']/.exec(
      text,
    )?.[1];
  if (prefix === undefined || health.http.startsWith(prefix)) return health;
  return {
    http: prefix + health.http,
    ...(health.live === undefined ? {} : { live: prefix + health.live }),
  };
}

/** The folder that Flask's examples keep uploads in: the root is read-only, and goes with the container. */
function uploadsIn(text: string): Pick<Suggestion, "keeps"> {
  const folder =
    /\bUPLOAD_FOLDER\b["'\])]*\s*[,=]\s*(?:os\.[\w.]+\(\s*["']UPLOAD_FOLDER["']\s*,\s*)?["']([\w-]+)["']/.exec(
      text,
    )?.[1];
  return folder === undefined ? {} : { keeps: { [folder]: `/app/${folder}` } };
}

/** Name of a process by its module: `wsgi_app` is `app`. */
function nameOf(app: Application): string {
  const last = app.module.split(".").at(-1) as string;
  return last.replace(/^[wa]sgi_?/, "") || "web";
}

/** A program that pyproject.toml declares, where nothing says that it is for the command line only. */
function scriptOf(files: FileTree, packages: ReadonlySet<string>): Services[string] | undefined {
  const { value } = readToml(files, "pyproject.toml");
  const scripts = value === undefined ? [] : pyProject(value).scripts;
  const web = ["aiohttp", "starlette", "litestar", "sanic", "quart", "tornado"].some((name) =>
    packages.has(name),
  );
  if (scripts.length !== 1 || !web) return undefined;
  return { command: [scripts[0] as string], port: 8000 };
}

/** What the image is for: the web application, or else the worker. */
function chooseMain(
  first: WebApp | undefined,
  more: readonly WebApp[],
  workers: Services,
  script: Services[string] | undefined,
): readonly [Services[string], Services] {
  const others = { ...Object.fromEntries(more.map((app) => [app.name, app.service])), ...workers };
  if (first !== undefined) return [first.service, others];
  if (script !== undefined) return [script, others];
  const [[name, main] = ["", undefined]] = Object.entries(workers);
  const { [name]: _main, ...rest } = others;
  return [main as Services[string], rest];
}

function withoutCommand({ command: _command, ...rest }: SuggestedService): SuggestedService {
  return rest;
}

function beforeOf(
  files: FileTree,
  packages: ReadonlySet<string>,
  first: WebApp | undefined,
): Readonly<Record<string, readonly string[]>> {
  if (first?.framework === "django") return { migrate: ["python", "manage.py", "migrate", "--noinput"] };
  const release = releaseOf(files);
  const told: Readonly<Record<string, readonly string[]>> = release === undefined ? {} : { release };
  if (!packages.has("alembic") && !packages.has("flask-migrate")) return told;
  if (packages.has("flask-migrate") && first?.framework === "flask") {
    const command = first.service.command;
    const target = command.find((word) => /^[\w.]+:[\w.()]+$/.test(word)) ?? "app";
    return { migrate: ["flask", "--app", target.replace("()", ""), "db", "upgrade"] };
  }
  const settings = ["", ...files.list("").filter((name) => name.endsWith("/"))]
    .map((folder) => joinPath(folder, "alembic.ini"))
    .find((path) => files.read(path) !== undefined);
  if (settings === undefined) return told;
  return {
    migrate:
      settings === "alembic.ini"
        ? ["alembic", "upgrade", "head"]
        : ["alembic", "--config", settings, "upgrade", "head"],
  };
}

function needsOf(
  packages: ReadonlySet<string>,
  names: ReadonlySet<string>,
  text: string,
  passwordFile: boolean,
  celery: boolean,
): readonly Need[] {
  const has = (...list: readonly string[]): boolean => list.some((name) => packages.has(name));
  const postgres = has(
    "psycopg2",
    "psycopg2-binary",
    "psycopg",
    "asyncpg",
    "pg8000",
    "psycopg-binary",
    "aiopg",
  );
  const redis = has("redis", "hiredis", "django-redis", "aioredis", "fastapi-cache2", "rq", "arq");
  const rabbit = /amqp:\/\/|pyamqp:/.test(text) && !redis;
  return [
    ...(postgres ? [postgresNeed(names, passwordFile, schemeOf(packages, text))] : []),
    ...redisNeeds(names, {
      queue: (celery && !rabbit) || has("rq", "arq", "django-rq", "huey"),
      sessions: has("flask-session"),
      client: redis,
    }).map((need) =>
      need.part === "queue" && has("rq") && !has("django-rq")
        ? { ...need, also: [...new Set([...(need.also ?? []), rqAddress])] }
        : need,
    ),
    ...questdbNeed(names, has("questdb")),
  ];
}

/** SQLAlchemy chooses its driver by the address, from 2.1 on another one where it names none, and refuses `postgres://`. */
function schemeOf(packages: ReadonlySet<string>, text: string): string | undefined {
  if (!["sqlalchemy", "sqlmodel", "databases", "flask-sqlalchemy"].some((name) => packages.has(name)))
    return undefined;
  if (
    packages.has("asyncpg") &&
    /create_async_engine|async_engine_from_config|databases\.Database/.test(text)
  )
    return "postgresql+asyncpg";
  const old = packages.has("psycopg2") || packages.has("psycopg2-binary");
  if (old) return "postgresql+psycopg2";
  return packages.has("psycopg") ? "postgresql+psycopg" : "postgresql";
}

function testOf(
  files: FileTree,
  packages: ReadonlySet<string>,
  first: WebApp | undefined,
): Pick<Suggestion, "test"> {
  const tests = files.list("").some((name) => /^tests?\/$/.test(name));
  if (packages.has("pytest") && (tests || packages.has("pytest-django")))
    return { test: ["python", "-m", "pytest", "-q"] };
  return first?.framework === "django" ? { test: ["python", "manage.py", "test"] } : {};
}
