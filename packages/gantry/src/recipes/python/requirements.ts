import type { FileTree } from "../../blueprint/files.ts";
import { joinPath } from "../../blueprint/files.ts";

/** A requirements file with all files that it includes. */
export interface Requirements {
  /** Paths below the context, the file itself first. */
  readonly files: readonly string[];
  /** Names of the packages, normalised. */
  readonly names: readonly string[];
  /** Lines that do not say one exact version. */
  readonly unpinned: readonly { readonly file: string; readonly line: number; readonly text: string }[];
  /** Lines without a hash, when others have one: pip refuses such a file. */
  readonly unhashed: readonly { readonly file: string; readonly line: number; readonly text: string }[];
  /** Packages that those which are named need, and that are not named: pip would choose their versions at each build. */
  readonly lacking: readonly Lacking[];
  /** A file of constraints says which versions pip may choose. */
  readonly constrained: boolean;
  /** Files that are included and not there, with the one that names them. */
  readonly missing: readonly { readonly file: string; readonly from: string }[];
}

/** A package that another one needs. */
export interface Lacking {
  readonly name: string;
  readonly neededBy: string;
}

/**
 * What well-known packages, and extras of packages, never go without: enough to tell a list of what somebody wanted from
 * a list of all that is installed, before anything is downloaded.
 */
const brought: Readonly<Record<string, string>> = {
  aiohttp: "multidict",
  alembic: "mako",
  boto3: "botocore",
  celery: "kombu",
  "celery[redis]": "redis",
  django: "sqlparse",
  djangorestframework: "django",
  "django-storages[boto3]": "boto3",
  fastapi: "starlette",
  "fastapi[standard]": "uvicorn",
  flask: "werkzeug",
  "flask-sqlalchemy": "sqlalchemy",
  httpx: "httpcore",
  jinja2: "markupsafe",
  pandas: "numpy",
  "psycopg[binary]": "psycopg-binary",
  "psycopg[c]": "psycopg-c",
  pytest: "pluggy",
  requests: "urllib3",
  "sqlalchemy[asyncio]": "greenlet",
  uvicorn: "h11",
  "uvicorn[standard]": "httptools",
};

/** A package's name as PyPI compares names: `Flask_SQLAlchemy` is `flask-sqlalchemy`. */
export function normalName(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/g, "-");
}

/** Name of the package that a requirement such as `uvicorn[standard]>=0.30; python_version > "3.9"` asks for. */
export function requirementName(requirement: string): string | undefined {
  const match = /^\s*([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)/.exec(requirement);
  return match === null ? undefined : normalName(match[1] as string);
}

/** Reads a requirements file and, as pip does, the files that it names with `-r` and `-c`. */
export function readRequirements(files: FileTree, start: string): Requirements {
  const read: string[] = [];
  const names: string[] = [];
  const asked: string[] = [];
  const bound = new Set<string>();
  const unpinned: { file: string; line: number; text: string; name: string | undefined }[] = [];
  const plain: { file: string; line: number; text: string }[] = [];
  const missing: { file: string; from: string }[] = [];
  let hashed = 0;
  const visit = (file: string, from: string, constraints: boolean): void => {
    if (read.includes(file)) return;
    const text = files.read(file);
    if (text === undefined) {
      missing.push({ file, from });
      return;
    }
    read.push(file);
    for (const { line, text: entry } of logicalLines(text)) {
      const included = /^(-r|--requirement|-c|--constraint)[\s=]+(\S+)/.exec(entry);
      if (included !== null) {
        visit(
          joinPath(file.includes("/") ? file.slice(0, file.lastIndexOf("/")) : "", included[2] as string),
          file,
          constraints || /^-c|^--c/.test(included[1] as string),
        );
        continue;
      }
      if (entry.startsWith("-") && !/^(-e|--editable)\s/.test(entry)) continue;
      const at = { file, line, text: (entry.split(/\s+--hash/)[0] as string).trim() };
      const local = /^(-e\s+|--editable\s+)?\.{0,2}(\/|$)/.test(entry);
      const exact = /===?\s*[\w.!+-]+(?!\*)\s*(;|\\|--|$)/.test(entry) && !/==\s*[\w.]*\*/.test(entry);
      const address = /@\s*\S+:\/\//.test(entry);
      const name = requirementName(entry);
      if (constraints) {
        if (name !== undefined && exact) bound.add(name);
        continue;
      }
      if (name !== undefined && !local) {
        names.push(name);
        asked.push(name, ...extrasOf(entry).map((extra) => `${name}[${extra}]`));
      }
      if (!exact && !address && !local) unpinned.push({ ...at, name });
      if (entry.includes("--hash=")) hashed++;
      else if (!local) plain.push(at);
    }
  };
  visit(start, start, false);
  return {
    files: read,
    names: [...names, ...bound],
    unpinned: unpinned.filter(({ name }) => name === undefined || !bound.has(name)),
    // With hashes pip itself wants all of them.
    lacking: hashed > 0 || bound.size > 0 ? [] : lackingIn(asked),
    constrained: bound.size > 0,
    unhashed: hashed > 0 ? plain : [],
    missing,
  };
}

function extrasOf(requirement: string): readonly string[] {
  const list = /^\s*[\w.-]+\s*\[([^\]]*)\]/.exec(requirement)?.[1] ?? "";
  return list
    .split(",")
    .map((extra) => normalName(extra.trim()))
    .filter((extra) => extra !== "");
}

function lackingIn(asked: readonly string[]): readonly Lacking[] {
  return [...new Set(asked)].flatMap((neededBy) => {
    const name = brought[neededBy];
    return name === undefined || asked.includes(name) ? [] : [{ name, neededBy }];
  });
}

/** Lines with their continuations, without comments, each with the number of its first line. */
function logicalLines(text: string): readonly { readonly line: number; readonly text: string }[] {
  const found: { line: number; text: string }[] = [];
  let open: { line: number; text: string } | undefined;
  for (const [index, raw] of text.split("\n").entries()) {
    const content = raw.replace(/(^|\s)#.*$/, "").trim();
    const continued = content.endsWith("\\");
    const piece = continued ? content.slice(0, -1).trim() : content;
    if (open === undefined) open = { line: index + 1, text: piece };
    else open = { line: open.line, text: `${open.text} ${piece}` };
    if (continued) continue;
    if (open.text.trim() !== "") found.push({ line: open.line, text: open.text.trim() });
    open = undefined;
  }
  return found;
}
