import { compareText } from "../base/errors.ts";
import { looksLikeCompose } from "./compose/projects.ts";
import { copyOf } from "./copy-of.ts";
import type { NamesByKind, ProjectFiles } from "./facts.ts";
import { type ManifestLinks, manifestLinks } from "./kubernetes/links.ts";
import { looksLikeKubernetes } from "./kubernetes/parse.ts";
import {
  type FileKind,
  fileKindOf,
  fileNameOf,
  folderOf,
  leadsFromTopOnly,
  resolvePath,
  withFolders,
} from "./paths.ts";

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
  return files.list().filter((path) => fileKindOf(path) !== undefined).length > usualSize;
}

/**
 * Splits a project, so that a part's facts can go before the next one is read. Files stay together when they may have to do with one another: in one folder, named by path in a
 * Compose, Bake, `.env` or Kustomization file, by an image that one builds and another uses, by a name or a label of
 * Kubernetes objects. A name that only looks like one makes a part larger, and changes nothing else.
 */
export function partsOf(files: ProjectFiles, size: number = usualSize): readonly ProjectPart[] {
  const kinds = new Map<string, FileKind>();
  for (const path of files.list()) {
    const kind = fileKindOf(path);
    if (kind !== undefined) kinds.set(path, kind);
  }
  const groups = new Groups();
  const manifests = new Map<string, ManifestLinks | undefined>();
  const makers = new Map<string, string>();
  const users = new Map<string, string[]>();
  const defined: Record<keyof NamesByKind, Set<string>> = {
    services: new Set(),
    networks: new Set(),
    volumes: new Set(),
    secrets: new Set(),
    configs: new Set(),
  };
  const there = withFolders(files.list());
  const known: Known = { kinds, folders: foldersOf(kinds.keys()) };
  for (const [path, kind] of kinds) {
    const text = files.read(path) ?? "";
    const compose = kind === "compose" || (kind === "yaml" && looksLikeCompose(text));
    const kubernetes = kind === "yaml" && (looksLikeKubernetes(text) || isKustomization(path));
    if (kind === "yaml" && !compose && !kubernetes) continue;
    groups.join(path, folderGroup(folderOf(path)));
    if (kind === "dockerfile" && copiesFromTop(text, folderOf(path), there))
      groups.join(path, folderGroup(""));
    if (kubernetes) manifests.set(path, isKustomization(path) ? noLinks : manifestLinks(text));
    if (compose) addDefined(defined, text);
    if (compose || kind === "bake" || fileNameOf(path) === ".env" || isKustomization(path)) {
      for (const other of namedIn(text, path, known)) groups.join(path, other);
    }
    const makes = kind === "bake" || (compose && /^\s+build:/m.test(text));
    for (const image of imagesIn(text, path, kind)) {
      if (makes && !makers.has(image)) makers.set(image, path);
      const list = users.get(image);
      if (list === undefined) users.set(image, [path]);
      else list.push(path);
    }
  }
  for (const [image, maker] of makers) for (const user of users.get(image) ?? []) groups.join(maker, user);
  joinManifests(groups, manifests);
  return batches(groups, kinds, size).map((paths) => ({ paths, definedElsewhere: defined }));
}

const noLinks: ManifestLinks = { defines: [], mentions: [], labels: [], selectors: [] };

/** Joins manifests that may mean one another, by a name or by labels; all of them when one cannot be told. */
function joinManifests(groups: Groups, manifests: ReadonlyMap<string, ManifestLinks | undefined>): void {
  const labelled = new Map<string, string[]>();
  const defined = new Set<string>();
  for (const [path, links] of manifests) {
    if (links === undefined) {
      for (const other of manifests.keys()) groups.join(path, other);
      return;
    }
    for (const label of links.labels) {
      const list = labelled.get(label);
      if (list === undefined) labelled.set(label, [path]);
      else list.push(path);
    }
    for (const name of links.defines) defined.add(name);
  }
  for (const [path, links] of manifests) {
    for (const name of [...(links?.defines ?? []), ...(links?.mentions ?? [])])
      if (defined.has(name)) groups.join(path, objectGroup(name));
    for (const selector of links?.selectors ?? []) {
      // What it selects has all of these labels, so that the rarest one finds it.
      const lists = selector.map((label) => labelled.get(label) ?? []);
      const fewest = lists.reduce((a, b) => (b.length < a.length ? b : a));
      for (const other of fewest) groups.join(path, other);
    }
  }
}

/** A key that is no path. */
function objectGroup(name: string): string {
  return `object ${name}/:`;
}

/** Whether a Dockerfile in a folder names what is only in the project's own: it is built there, by that .dockerignore. */
function copiesFromTop(text: string, folder: string, there: ReadonlySet<string>): boolean {
  if (folder === "") return false;
  return [...text.matchAll(/^[ \t]*(?:COPY|ADD)[ \t]+(.*)$/gim)].some(([, words = ""]) =>
    words.split(/[\s"',[\]]+/).some((word) => leadsFromTopOnly(word, folder, there)),
  );
}

/** A key that is no path. */
function folderGroup(folder: string): string {
  return `${folder}/:`;
}

function isKustomization(path: string): boolean {
  return /^kustomization\.ya?ml$/i.test(fileNameOf(path));
}

interface Known {
  readonly kinds: ReadonlyMap<string, FileKind>;
  /** Folders with files of interest right in them. */
  readonly folders: ReadonlySet<string>;
}

function foldersOf(paths: Iterable<string>): ReadonlySet<string> {
  const folders = new Set<string>();
  for (const path of paths) folders.add(folderOf(path));
  return folders;
}

/** Groups of what a text may point to: files and folders of interest, seen from its own folder, those above, and those it names. */
function* namedIn(text: string, path: string, { kinds, folders }: Known): Generator<string> {
  const words = new Set(text.match(/[\w.@+-]+(?:\/[\w.@+-]+)*/g) ?? []);
  const own = folderOf(path);
  const starts = new Set([own]);
  for (let folder = own; folder !== ""; folder = folderOf(folder)) starts.add(folderOf(folder));
  const named = new Set(starts);
  for (const word of words) {
    for (const start of starts) {
      const folder = resolvePath(start, word);
      if (folder === undefined || !(folders.has(folder) || word.includes("/"))) continue;
      named.add(folder);
      if (folders.has(folder)) yield folderGroup(folder);
    }
  }
  for (const word of words) {
    for (const folder of named) {
      const file = resolvePath(folder, word);
      if (file !== undefined && kinds.has(file)) yield file;
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
    if (last !== "") images.add(copyOf(last.toLowerCase()));
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
      names.add(key);
    }
  }
}

/** Whole groups in lists of about `size` paths. */
function batches(
  groups: Groups,
  kinds: ReadonlyMap<string, FileKind>,
  size: number,
): readonly (readonly string[])[] {
  const byGroup = new Map<string, string[]>();
  for (const path of kinds.keys()) {
    const group = groups.of(path);
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

/** Disjoint groups of texts that grow together. Has a life: it changes until all files are seen. */
class Groups {
  readonly #above = new Map<string, string>();

  join(one: string, other: string): void {
    const a = this.#root(one);
    const b = this.#root(other);
    if (a !== b) this.#above.set(a, b);
  }

  /** Name of a member's group; `undefined` for what was never joined. */
  of(member: string): string | undefined {
    return this.#above.has(member) ? this.#root(member) : undefined;
  }

  #root(member: string): string {
    let at = member;
    for (let above = this.#above.get(at); above !== undefined && above !== at; above = this.#above.get(at)) {
      const higher = this.#above.get(above);
      if (higher !== undefined) this.#above.set(at, higher);
      at = above;
    }
    if (!this.#above.has(at)) this.#above.set(at, at);
    return at;
  }
}
