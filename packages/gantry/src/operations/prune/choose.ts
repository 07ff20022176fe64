/** One manifest or index of a repository, as far as removing goes. */
export interface Item {
  readonly digest: string;
  readonly tags: readonly string[];
  /** Milliseconds since the epoch; `undefined` where nothing says it. */
  readonly created: number | undefined;
  /** What an index lists, attestations among them. */
  readonly children: readonly string[];
  /** Digest of the configuration, which is an image's id in most engines. */
  readonly config: string | undefined;
  /** What it says something about. */
  readonly subject: string | undefined;
}

/** What must stay. */
export interface Keep {
  /** Newest images. */
  readonly newest: number;
  /** Tags, with `*` for anything. */
  readonly tags: readonly string[];
  /** Digests of manifests or of configurations: what is deployed or kept for rollback. */
  readonly digests: ReadonlySet<string>;
}

/** What happens to one image, and why. */
export interface Verdict {
  readonly item: Item;
  readonly keep: boolean;
  /** `deployed`, `newest 3 of 10`, `tag latest`. */
  readonly because: string;
}

/** What to remove, in order: what lists comes before what it lists, so that no index is ever left with holes. */
export interface Choice {
  readonly verdicts: readonly Verdict[];
  readonly remove: readonly string[];
}

/** Tags that stand in for the interface for referrers, or belong to a signature: `sha256-….sig`. */
const helperTag = /^sha256-([0-9a-f]{64})(\.[\w-]+)?$/;

/** Decides about a repository; pure, so that it can be tried with every shape of repository. */
export function choose(items: readonly Item[], keep: Keep): Choice {
  const byDigest = new Map(items.map((item) => [item.digest, item]));
  const listed = new Set(items.flatMap(({ children }) => children));
  // An image is what people pull: what has a tag of its own, or stands alone. What belongs to others follows them.
  const images = items
    .filter((item) => subjectOf(item) === undefined && (item.tags.length > 0 || !listed.has(item.digest)))
    .sort((a, b) => (b.created ?? 0) - (a.created ?? 0) || compare(a.digest, b.digest));
  const reach = (item: Item): ReadonlySet<string> => reachable(item, byDigest, items);
  let count = 0;
  const verdicts = images.map((item): Verdict => {
    const all = [...reach(item)].flatMap((digest) => [digest, byDigest.get(digest)?.config ?? ""]);
    const tag = item.tags.find((own) => keep.tags.some((pattern) => matches(own, pattern)));
    // Only what people can ask for counts among the newest; leftovers without a tag go.
    const rank = item.tags.length === 0 ? undefined : ++count;
    if (all.some((digest) => keep.digests.has(digest)))
      return { item, keep: true, because: "deployed or kept for rollback" };
    if (tag !== undefined) return { item, keep: true, because: `tag ${tag}` };
    if (item.created === undefined && item.tags.length > 0)
      return { item, keep: true, because: "of unknown age" };
    if (rank !== undefined && rank <= keep.newest)
      return { item, keep: true, because: `among the newest ${keep.newest}` };
    return {
      item,
      keep: false,
      because: rank === undefined ? "has no tag" : `older than the newest ${keep.newest}`,
    };
  });
  const stay = new Set(verdicts.flatMap((verdict) => (verdict.keep ? [...reach(verdict.item)] : [])));
  const gone = new Set(verdicts.flatMap((verdict) => (verdict.keep ? [] : [...reach(verdict.item)])));
  // A signature of something that is no more says nothing to anybody.
  for (const item of items) {
    const subject = subjectOf(item);
    if (subject !== undefined && !byDigest.has(subject) && !stay.has(item.digest)) gone.add(item.digest);
  }
  const remove = [...gone].filter((digest) => !stay.has(digest) && byDigest.has(digest));
  return { verdicts, remove: inOrder(remove, byDigest) };
}

/** What an item says something about: by its own field, or by the tag that stands in for it. */
export function subjectOf(item: Item): string | undefined {
  if (item.subject !== undefined) return item.subject;
  const only = item.tags.length > 0 && item.tags.every((tag) => helperTag.test(tag));
  const hex = only ? helperTag.exec(item.tags[0] ?? "")?.[1] : undefined;
  return hex === undefined ? undefined : `sha256:${hex}`;
}

/** An item, all that it lists, and all that says something about any of these. */
export function reachable(
  from: Item,
  byDigest: ReadonlyMap<string, Item>,
  items: readonly Item[],
): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [from.digest];
  for (let digest = open.pop(); digest !== undefined; digest = open.pop()) {
    if (found.has(digest)) continue;
    found.add(digest);
    open.push(...(byDigest.get(digest)?.children ?? []));
    for (const item of items) if (subjectOf(item) === digest) open.push(item.digest);
  }
  return found;
}

/** Parents before children; a child that two have comes after both. */
function inOrder(digests: readonly string[], byDigest: ReadonlyMap<string, Item>): readonly string[] {
  const left = new Set(digests);
  const order: string[] = [];
  while (left.size > 0) {
    const needed = new Set([...left].flatMap((digest) => byDigest.get(digest)?.children ?? []));
    const next = [...left].filter((digest) => !needed.has(digest)).sort(compare);
    // Digests cannot form a circle; should a registry claim one, it ends here.
    const wave = next.length === 0 ? [...left] : next;
    order.push(...wave);
    for (const digest of wave) left.delete(digest);
  }
  return order;
}

function matches(tag: string, pattern: string): boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(tag);
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
