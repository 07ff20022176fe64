import { compareText } from "../base/errors.ts";
import { looksLikeCompose } from "./compose/projects.ts";
import { copyOf } from "./copy-of.ts";
import type { NamesByKind, ProjectFiles } from "./facts.ts";
import { isKustomization } from "./kubernetes/kustomize.ts";
import { type ManifestLinks, manifestLinks } from "./kubernetes/links.ts";
import { Manifests } from "./kubernetes/manifests.ts";
import { looksLikeKubernetes } from "./kubernetes/parse.ts";
import {
  type FileKind,
  fileKindOf,
  fileNameOf,
  firstFrom,
  folderOf,
  leadsFromTopOnly,
  resolvePath,
} from "./paths.ts";
import { Groups, hashOf, Mentions } from "./ties.ts";

/** A part of a project that is judged by itself: nothing in it hangs together with a file of another part. */
export interface ProjectPart {
  /** Files of interest, sorted. */
  readonly paths: readonly string[];
  /** Names that Compose files of other parts define: who gives files of two parts together may lean on them. */
  readonly definedElsewhere: NamesByKind;
}

/** Files that are read and judged at once: enough that most projects are one part, few enough for little memory. */
const usualSize = 250;

/** Whether a project has so many files that it should be read in parts. */
export function isLarge(files: ProjectFiles): boolean {
  let count = 0;
  return files.list().some((path) => fileKindOf(path) !== undefined && ++count > usualSize);
}

/**
 * Splits a project, so that a part's facts can go before the next one is read. Files stay together when they may have to
 * do with one another: in one folder, named by path in a Compose, Bake, `.env` or Kustomization file, by an image that one
 * builds and another uses, by a name or a label of Kubernetes objects. A name that only looks like one makes a part
 * larger, and changes nothing else.
 */
export function partsOf(files: ProjectFiles, size: number = usualSize): readonly ProjectPart[] {
  const known = knownOf(files.list());
  const { paths, kinds, folders } = known;
  // Files are numbers here, and their folders the numbers after them: what ties them is most of what a split keeps.
  const top = paths.length + folders.size;
  const groups = new Groups(top + 1);
  const folderNumber = (folder: string): number => folders.get(folder) ?? top;
  const images = new Mentions();
  const manifests = new Manifests();
  const defined: Record<keyof NamesByKind, Set<string>> = {
    services: new Set(),
    networks: new Set(),
    volumes: new Set(),
    secrets: new Set(),
    configs: new Set(),
  };
  for (const [file, path] of paths.entries()) {
    const kind = kinds[file] as FileKind;
    const text = files.read(path) ?? "";
    const compose = kind === "compose" || (kind === "yaml" && looksLikeCompose(text));
    const kubernetes = kind === "yaml" && (looksLikeKubernetes(text) || isKustomization(path));
    if (kind === "yaml" && !compose && !kubernetes) continue;
    groups.join(file, folderNumber(folderOf(path)));
    if (kind === "dockerfile" && copiesFromTop(text, folderOf(path), files.list()))
      groups.join(file, folderNumber(""));
    if (kubernetes) manifests.add(file, isKustomization(path) ? noLinks : manifestLinks(text));
    if (compose) addDefined(defined, text);
    if (compose || kind === "bake" || fileNameOf(path) === ".env" || isKustomization(path)) {
      for (const other of namedIn(text, path, known)) groups.join(file, other);
    }
    const makes = kind === "bake" || (compose && /^\s+build:/m.test(text));
    for (const image of imagesIn(text, path, kind)) images.add(hashOf(image), file, makes);
  }
  images.joinDefined(groups);
  manifests.join(groups);
  return batches(groups, paths, size).map((list) => ({ paths: list, definedElsewhere: defined }));
}

const noLinks: ManifestLinks = { defines: [], mentions: [], labels: [], selectors: [] };

/** Whether a Dockerfile in a folder names what is only in the project's own: it is built there, by that .dockerignore. */
function copiesFromTop(text: string, folder: string, paths: readonly string[]): boolean {
  if (folder === "") return false;
  return [...text.matchAll(/^[ \t]*(?:COPY|ADD)[ \t]+(.*)$/gim)].some(([, words = ""]) =>
    words.split(/[\s"',[\]]+/).some((word) => leadsFromTopOnly(word, folder, paths)),
  );
}

/** Files of interest, and the folders right around them. */
interface Known {
  readonly paths: readonly string[];
  readonly kinds: readonly FileKind[];
  readonly fileNames: ReadonlySet<string>;
  /** Numbers of folders, which follow those of the files. */
  readonly folders: ReadonlyMap<string, number>;
}

function knownOf(listed: readonly string[]): Known {
  const paths: string[] = [];
  const kinds: FileKind[] = [];
  for (const path of listed) {
    const kind = fileKindOf(path);
    if (kind === undefined) continue;
    paths.push(path);
    kinds.push(kind);
  }
  const folders = new Map<string, number>();
  for (const path of paths) {
    const folder = folderOf(path);
    if (!folders.has(folder)) folders.set(folder, paths.length + folders.size);
  }
  return { paths, kinds, fileNames: new Set(paths.map(fileNameOf)), folders };
}

/** What a text may point to: files and folders of interest, seen from its own folder, those above, and those it names. */
function* namedIn(text: string, path: string, { paths, fileNames, folders }: Known): Generator<number> {
  const words = new Set(text.match(/[\w.@+-]+(?:\/[\w.@+-]+)*/g) ?? []);
  const own = folderOf(path);
  const starts = new Set([own]);
  for (let folder = own; folder !== ""; folder = folderOf(folder)) starts.add(folderOf(folder));
  const named = new Set(starts);
  for (const word of words) {
    for (const start of starts) {
      const folder = resolvePath(start, word);
      const number = folder === undefined ? undefined : folders.get(folder);
      if (folder === undefined || !(number !== undefined || word.includes("/"))) continue;
      named.add(folder);
      if (number !== undefined) yield number;
    }
  }
  // Texts name folders by the hundred, URLs among them; few words end like a file.
  for (const word of words) {
    if (!fileNames.has(fileNameOf(word))) continue;
    for (const folder of named) {
      const file = resolvePath(folder, word);
      const number = file === undefined ? -1 : firstFrom(paths, file);
      if (number !== -1 && paths[number] === file) yield number;
    }
  }
}

/** Last parts of the names of images that a text may build or use, without tags. */
function imagesIn(text: string, path: string, kind: FileKind): ReadonlySet<string> {
  const pattern =
    kind === "dockerfile"
      ? /^[ \t]*(?:FROM[ \t]+(?:--\S+[ \t]+)*|ARG[ \t]+\w+=|(?:COPY|RUN)[ \t].*?\bfrom=)["']?([^\s"',]+)/gim
      : kind === "bake"
        ? /"([^"\n]+)"/g
        : isKustomization(path)
          ? /^[ \t-]*(?:newName|name):[ \t]*["']?([^\s"'#]+)/gm
          : /^[ \t-]*(?:image|tags):[ \t]*["']?([^\s"'#]+)/gm;
  const images = new Set<string>();
  for (const [, written = ""] of text.matchAll(pattern)) {
    const plain = written.replace(/\$\{\w+(?::?[-+?=]([^{}]*))?\}|\$\w+/g, "$1").replace(/@.*$/, "");
    const last = plain.slice(plain.lastIndexOf("/") + 1).replace(/:.*$/, "");
    if (last !== "") images.add(last.toLowerCase());
  }
  return images;
}

/** Adds the names right below the top-level keys of a Compose file; by its lines, as reading all of it would take long. */
function addDefined(defined: Readonly<Record<keyof NamesByKind, Set<string>>>, text: string): void {
  let names: Set<string> | undefined;
  let indent = 0;
  for (const [, blanks = "", key = ""] of text.matchAll(/^([ \t]*)["']?([\w.-]+)["']?[ \t]*:/gm)) {
    if (blanks === "") {
      names = Object.hasOwn(defined, key) ? defined[key as keyof NamesByKind] : undefined;
      indent = Number.POSITIVE_INFINITY;
    } else if (names !== undefined && blanks.length <= indent) {
      indent = blanks.length;
      if (!names.has(key)) names.add(copyOf(key));
    }
  }
}

/** Whole groups in lists of about `size` paths. */
function batches(groups: Groups, paths: readonly string[], size: number): readonly (readonly string[])[] {
  const byGroup = new Map<number, string[]>();
  for (const [file, path] of paths.entries()) {
    const group = groups.of(file);
    if (group === undefined) continue;
    const list = byGroup.get(group);
    if (list === undefined) byGroup.set(group, [path]);
    else list.push(path);
  }
  const lists: string[][] = [];
  for (const group of byGroup.values()) {
    const last = lists.at(-1);
    if (last !== undefined && last.length + group.length <= size) last.push(...group);
    else lists.push(group);
  }
  return lists.map((list) => list.sort(compareText));
}
