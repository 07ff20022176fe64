import { GantryError } from "../../base/errors.ts";
import type { Task } from "../../base/events.ts";
import type { Manifest } from "../../engine/registry/client.ts";
import { registryProblems } from "../../engine/registry/problems.ts";
import type { Shelf } from "../../engine/registry/shelf.ts";
import { type Choice, choose, type Item, type Keep, reachable, subjectOf } from "./choose.ts";

/** What was, or would be, removed from one repository. */
export interface ShelfReport extends Choice {
  readonly repository: string;
  /** Parts of kept images that the registry does not have any more. */
  readonly vanished: readonly { readonly digest: string; readonly partOf: string }[];
  /** Manifests that were removed now; none in a dry run. */
  readonly removed: readonly string[];
  /** Those that the registry keeps whatever it is told, and why. */
  readonly refused: readonly { readonly item: Item; readonly because: string }[];
}

/** Looks at a repository, decides, and removes when told to. */
export async function pruneShelf(
  shelf: Shelf,
  keep: Keep,
  options: { readonly apply: boolean; readonly task?: Task },
): Promise<ShelfReport> {
  const { items, vanished } = await survey(shelf, keep.digests);
  const choice = choose(items, keep);
  // Everything would go: that is never what somebody meant.
  const kept = choice.verdicts.some((verdict) => verdict.keep);
  if (choice.remove.length > 0 && !kept)
    throw new GantryError(registryProblems.unsafe(shelf.name, "Not one image would be left."));
  const byDigest = new Map(items.map((item) => [item.digest, item]));
  const removed: string[] = [];
  const refused: { item: Item; because: string }[] = [];
  const stay = new Set<string>();
  for (const digest of options.apply ? choice.remove : []) {
    if (stay.has(digest)) continue;
    options.task?.progress(`removing ${removed.length + 1} of ${choice.remove.length}`);
    const because = await shelf.remove(digest);
    if (because === undefined) removed.push(digest);
    else {
      const item = byDigest.get(digest) as Item;
      refused.push({ item, because });
      for (const part of reachable(item, byDigest, items)) stay.add(part);
    }
  }
  return { repository: shelf.name, ...choice, vanished, removed, refused };
}

/** All manifests that can be found from what the shelf lists: children of indexes, and what refers to them. */
async function survey(
  shelf: Shelf,
  also: ReadonlySet<string>,
): Promise<{ readonly items: readonly Item[]; readonly vanished: ShelfReport["vanished"] }> {
  const listed = await shelf.list();
  const items = new Map<string, Item>();
  const vanished: { digest: string; partOf: string }[] = [];
  // What is deployed may have lost its tag, and shares parts with what has one.
  const open: { digest: string; partOf: string | undefined }[] = [...listed.keys(), ...also].map(
    (digest) => ({ digest, partOf: undefined }),
  );
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    const { digest, partOf } = next;
    if (items.has(digest)) continue;
    const manifest = await shelf.registry.manifest(digest);
    if (manifest === undefined) {
      // Something that was listed a moment ago and is gone now needs no removing; a hole in an index needs telling.
      if (partOf !== undefined) vanished.push({ digest, partOf });
      continue;
    }
    const referrers = await shelf.registry.referrers(digest);
    const item = await itemOf(shelf, manifest, listed.get(digest) ?? []);
    items.set(digest, item);
    for (const child of item.children) open.push({ digest: child, partOf: item.tags[0] ?? digest });
    // A signature may be listed when what it signs has lost its tag.
    for (const other of [...referrers.map((referrer) => referrer.digest), subjectOf(item) ?? digest])
      open.push({ digest: other, partOf: undefined });
  }
  return { items: withAge([...items.values()]), vanished };
}

async function itemOf(shelf: Shelf, manifest: Manifest, tags: readonly string[]): Promise<Item> {
  const { config } = manifest;
  const isImage = config !== undefined && /image\.(config\.)?v1\+json$/.test(config.mediaType);
  return {
    digest: manifest.digest,
    tags,
    created: isImage ? await shelf.registry.created(config) : undefined,
    children: manifest.manifests.map(({ digest }) => digest),
    config: config?.digest,
    subject: manifest.subject?.digest,
  };
}

/** An index is as old as the newest image that it lists. */
function withAge(items: readonly Item[]): readonly Item[] {
  const byDigest = new Map(items.map((item) => [item.digest, item]));
  const age = (item: Item, depth: number): number | undefined => {
    if (item.created !== undefined || depth > 4) return item.created;
    const ages = item.children.flatMap((digest) => {
      const child = byDigest.get(digest);
      return child === undefined ? [] : (age(child, depth + 1) ?? []);
    });
    return ages.length === 0 ? undefined : Math.max(...ages);
  };
  return items.map((item) => ({ ...item, created: age(item, 0) }));
}
