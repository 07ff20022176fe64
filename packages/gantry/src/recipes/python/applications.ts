import { type FileTree, joinPath } from "../../blueprint/files.ts";
import type { Source } from "../clues/sources.ts";

/** An application object in the sources, and how a server finds it. */
export interface Application {
  readonly framework: "django" | "fastapi" | "flask";
  /** File that makes it. */
  readonly path: string;
  readonly module: string;
  readonly variable: string;
  /** The name is a function that makes it. */
  readonly factory: boolean;
  readonly asynchronous: boolean;
  /** Folder that imports start from. */
  readonly importFrom: string;
  readonly port: number | undefined;
  /** For messages. */
  readonly name: string;
}

/** Where a module is found: its dotted name, and the folder that imports start from. */
export interface Module {
  readonly module: string;
  readonly importFrom: string;
}

/** Applications of a project, the likeliest main one first. */
export function applicationsIn(
  files: FileTree,
  sources: readonly Source[],
  installed: ReadonlySet<string>,
): readonly Application[] {
  const django = djangoIn(files, sources, installed);
  const found = sources.flatMap((source) => objectsIn(files, sources, source));
  return [...(django === undefined ? [] : [django]), ...found.sort((a, b) => rank(a) - rank(b))];
}

/** Main modules lie high and have usual names; FastAPI before Flask. */
function rank(app: Application): number {
  const last = app.module.split(".").at(-1) as string;
  const usual = ["main", "app", "asgi", "wsgi", "server", "application", "api", "__init__"].indexOf(last);
  const depth = app.path.split("/").length;
  return (
    (app.framework === "flask" ? 100 : 0) +
    (app.factory ? 10 : 0) +
    depth * 2 +
    (usual === -1 ? 9 : usual * 0.5)
  );
}

function objectsIn(files: FileTree, sources: readonly Source[], source: Source): readonly Application[] {
  const { text, path } = source;
  const made =
    /^([ \t]*)(?:(\w+)(?:\s*:\s*[\w.]+)?\s*=\s*|return )(?:fastapi\.|flask\.)?(FastAPI|Flask|APIFlask)\(/m.exec(
      text,
    );
  if (made === null) return [];
  const kind = made[3] as string;
  const factory = made[1] === "" ? undefined : enclosing(text, made.index);
  if (made[1] !== "" && factory === undefined) return [];
  // What calls the factory is a better target than the factory: it knows the arguments.
  const caller = factory === undefined ? undefined : callerOf(files, sources, source, factory.name);
  // PEP 562: the module makes the object when it is asked for that name.
  const asked = /^def __getattr__\((\w+)[\s\S]*?\1 [!=]= ["'](\w+)["']/m.exec(text);
  const lazy = asked?.[2];
  if (factory !== undefined && caller === undefined && lazy === undefined && !factory.callable) return [];
  return [
    {
      framework: kind === "FastAPI" ? "fastapi" : "flask",
      path: caller?.path ?? path,
      ...(caller?.where ?? moduleOf(files, sources, source)),
      variable: caller?.variable ?? lazy ?? factory?.name ?? (made[2] as string),
      factory: factory !== undefined && caller === undefined && lazy === undefined,
      asynchronous: kind === "FastAPI",
      port:
        gunicornPort(files) ??
        portOf(text) ??
        portOf(sources.find((other) => other.path === caller?.path)?.text ?? ""),
      name: `${kind} in ${path}`,
    },
  ];
}

/** The function around a place, and whether it can be called without arguments. */
function enclosing(
  text: string,
  place: number,
): { readonly name: string; readonly callable: boolean } | undefined {
  const before = text.slice(0, place);
  const found = [...before.matchAll(/^(?:async )?def (\w+)\(([^)]*)\)/gm)].at(-1);
  if (found === undefined) return undefined;
  const parameters = (found[2] as string).split(",").filter((part) => part.trim() !== "");
  return {
    name: found[1] as string,
    callable: parameters.every((part) => /[=*]/.test(part)),
  };
}

/** The module in which `app = create_app()` stands: the same, or one such as wsgi.py. */
function callerOf(
  files: FileTree,
  sources: readonly Source[],
  made: Source,
  factory: string,
): { readonly path: string; readonly where: Module; readonly variable: string } | undefined {
  for (const source of [made, ...sources]) {
    const match = new RegExp(`^(\\w+)\\s*=\\s*(?:\\w+\\.)?${factory}\\(`, "m").exec(source.text);
    if (match !== null)
      return { path: source.path, where: moduleOf(files, sources, source), variable: match[1] as string };
  }
  return undefined;
}

/** gunicorn reads this file in the folder that it is started from. */
function gunicornPort(files: FileTree): number | undefined {
  const bind = /^bind\s*=\s*(.+)$/m.exec(files.read("gunicorn.conf.py") ?? "")?.[1] ?? "";
  const port = Number(/(?:\bPORT\b.{0,20}?|:)(\d{4,5})\b/.exec(bind)?.[1]);
  return port > 0 ? port : undefined;
}

function portOf(text: string): number | undefined {
  const match = /(?:uvicorn\.run|\.run)\([^)]*?\bport\s*=\s*(?:int\()?[^,)\d]*?(\d{4,5})/.exec(text);
  return match === null ? undefined : Number(match[1]);
}

/**
 * The module's dotted name. Imports start from the project's folder, unless the module itself imports a neighbour by a
 * name that only exists beside it.
 */
export function moduleOf(files: FileTree, sources: readonly Source[], source: Source): Module {
  const folder = source.path.includes("/") ? source.path.slice(0, source.path.lastIndexOf("/")) : "";
  const importFrom = startOf(files, sources, source, folder);
  const inside = importFrom === "" ? source.path : source.path.slice(importFrom.length + 1);
  return {
    module: inside
      .replace(/\.py$/, "")
      .replace(/\/__init__$/, "")
      .replaceAll("/", "."),
    importFrom,
  };
}

function startOf(files: FileTree, sources: readonly Source[], source: Source, folder: string): string {
  const steps = folder === "" ? [] : folder.split("/");
  const near = sources.filter(({ path }) => path.startsWith(folder));
  const roots = new Set(
    [source, ...near].flatMap(({ text }) =>
      [...text.matchAll(/^\s*(?:from|import)\s+([A-Za-z_]\w*)/gm)].map((match) => match[1] as string),
    ),
  );
  const exists = (at: string, name: string): boolean => {
    const names = files.list(at);
    return names.includes(`${name}.py`) || names.includes(`${name}/`);
  };
  // From the top: the first folder in which one of the imported names lies.
  for (let depth = 0; depth <= steps.length; depth++) {
    const at = steps.slice(0, depth).join("/");
    const next = steps[depth];
    const inner = [...roots].some(
      (name) => exists(at, name) && files.list(at).length > 0 && isCode(files, at, name),
    );
    if (inner && (next === undefined || roots.has(next) || depth === steps.length)) return at;
    if (inner && next !== undefined && !roots.has(next)) {
      const deeper = steps.slice(0, depth + 1).join("/");
      const beside = [...roots].some((name) => isCode(files, deeper, name) && !isCode(files, at, name));
      if (!beside) return at;
    }
  }
  // A layout with `src` keeps packages in it, unless it is a package itself.
  return steps[0] === "src" && steps.length > 1 && !files.list("src").includes("__init__.py") ? "src" : "";
}

function isCode(files: FileTree, at: string, name: string): boolean {
  if (files.list(at).includes(`${name}.py`)) return true;
  return files.list(joinPath(at, name)).some((entry) => entry.endsWith(".py") || entry.endsWith("/"));
}

function djangoIn(
  files: FileTree,
  sources: readonly Source[],
  installed: ReadonlySet<string>,
): Application | undefined {
  const manage = files.read("manage.py");
  if (manage === undefined) return undefined;
  const settings = /DJANGO_SETTINGS_MODULE["']\s*,\s*["']([\w.]+)["']/.exec(manage)?.[1];
  const named = sources
    .map(({ text }) => /^WSGI_APPLICATION\s*=\s*["']([\w.]+)\.(\w+)["']/m.exec(text))
    .find((match) => match !== null);
  const asgi = sources
    .map(({ text }) => /^ASGI_APPLICATION\s*=\s*["']([\w.]+)\.(\w+)["']/m.exec(text))
    .find((match) => match !== null);
  const top = settings?.split(".")[0] ?? "config";
  const onlyAsynchronous =
    !installed.has("gunicorn") && ["uvicorn", "daphne"].some((name) => installed.has(name));
  const file = files.list(top.replaceAll(".", "/")).find((name) => name === "asgi.py" || name === "asgi/");
  if (asgi === undefined && onlyAsynchronous && file !== undefined)
    return djangoAt(files, `${top}.asgi`, "application", true);
  const chosen = asgi ?? named;
  return djangoAt(files, chosen?.[1] ?? `${top}.wsgi`, chosen?.[2] ?? "application", asgi !== undefined);
}

function djangoAt(files: FileTree, module: string, variable: string, asynchronous: boolean): Application {
  return {
    framework: "django",
    path: "manage.py",
    module,
    variable,
    factory: false,
    asynchronous,
    importFrom: "",
    port: gunicornPort(files),
    name: "Django",
  };
}

/** Celery's application, as `--app` names it: where it is made, or where a factory's result gets its usual name. */
export function celeryIn(
  sources: readonly Source[],
  installed: boolean,
): { readonly target: string; readonly importFrom: string } | undefined {
  const patterns = [
    /^(\w+)(?:\s*:\s*[\w.]+)?\s*=\s*(?:celery\.)?Celery\(/m,
    ...(installed ? [/^(celery|celery_app)\s*=\s*[\w.]+/m] : []),
  ];
  for (const pattern of patterns) {
    for (const { path, text } of sources) {
      const variable = pattern.exec(text)?.[1];
      if (variable === undefined) continue;
      const module = path
        .replace(/\.py$/, "")
        .replace(/\/__init__$/, "")
        .replaceAll("/", ".");
      // celery looks for `app` and `celery` by itself.
      const found = variable === "app" || variable === "celery";
      return { target: found ? module : `${module}:${variable}`, importFrom: "" };
    }
  }
  return undefined;
}

/** Programs that run a schedule in the foreground. */
export function schedulersIn(sources: readonly Source[]): readonly Source[] {
  return sources.filter(
    ({ text }) => /\bBlockingScheduler\(/.test(text) && /^if __name__ == ["']__main__["']/m.test(text),
  );
}
