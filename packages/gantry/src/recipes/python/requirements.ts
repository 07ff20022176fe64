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
  /** Files that are included and not there, with the one that names them. */
  readonly missing: readonly { readonly file: string; readonly from: string }[];
}

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
  const unpinned: { file: string; line: number; text: string }[] = [];
  const plain: { file: string; line: number; text: string }[] = [];
  const missing: { file: string; from: string }[] = [];
  let hashed = 0;
  const visit = (file: string, from: string): void => {
    if (read.includes(file)) return;
    const text = files.read(file);
    if (text === undefined) {
      missing.push({ file, from });
      return;
    }
    read.push(file);
    for (const { line, text: entry } of logicalLines(text)) {
      const included = /^(?:-r|--requirement|-c|--constraint)[\s=]+(\S+)/.exec(entry);
      if (included !== null) {
        visit(
          joinPath(file.includes("/") ? file.slice(0, file.lastIndexOf("/")) : "", included[1] as string),
          file,
        );
        continue;
      }
      if (entry.startsWith("-") && !/^(-e|--editable)\s/.test(entry)) continue;
      const at = { file, line, text: (entry.split(/\s+--hash/)[0] as string).trim() };
      const local = /^(-e\s+|--editable\s+)?\.{0,2}(\/|$)/.test(entry);
      const exact = /===?\s*[\w.!+-]+(?!\*)\s*(;|\\|--|$)/.test(entry) && !/==\s*[\w.]*\*/.test(entry);
      const address = /@\s*\S+:\/\//.test(entry);
      const name = requirementName(entry);
      if (name !== undefined && !local) names.push(name);
      if (!exact && !address && !local) unpinned.push(at);
      if (entry.includes("--hash=")) hashed++;
      else if (!local) plain.push(at);
    }
  };
  visit(start, start);
  return { files: read, names, unpinned, unhashed: hashed > 0 ? plain : [], missing };
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
