import type { EnvironmentEntry } from "../compose/model.ts";
import type { Tracked } from "../source.ts";
import type { BakeTarget } from "./model.ts";

/** Lists of a target that are `undefined` when it does not give them. */
type Lists = "tags" | "platforms" | "cacheFrom" | "cacheTo" | "secrets" | "output";

/** A target as written, before it inherits. */
export interface TargetDraft
  extends Omit<BakeTarget, Lists | "link">,
    Readonly<Record<Lists, readonly Tracked<string>[] | undefined>> {
  /** Whether its context, Dockerfile or stage cannot be told. */
  readonly dynamic: boolean;
}

/** Targets that inherit from each other in a row. */
const deepest = 50;

/** Merges blocks of the same name, then lets each target inherit; cycles end where they begin. */
export function resolveTargets(drafts: readonly TargetDraft[]): readonly TargetDraft[] {
  const byName = new Map<string, TargetDraft>();
  for (const draft of drafts) {
    const before = byName.get(draft.name);
    byName.set(draft.name, before === undefined ? draft : laidOver(before, draft));
  }
  const resolved = new Map<string, TargetDraft>();
  const resolve = (draft: TargetDraft, chain: readonly string[]): TargetDraft => {
    const done = resolved.get(draft.name);
    if (done !== undefined || chain.length > deepest) return done ?? draft;
    let base: TargetDraft | undefined;
    for (const { value } of draft.inherits) {
      const parent = byName.get(value);
      if (parent === undefined || chain.includes(value) || value === draft.name) continue;
      const full = resolve(parent, [...chain, draft.name]);
      base = base === undefined ? full : laidOver(base, full);
    }
    const made = base === undefined ? draft : laidOver(base, draft);
    if (chain.length === 0) resolved.set(draft.name, made);
    return made;
  };
  return [...byName.values()].map((draft) => resolve(draft, []));
}

function laidOver(base: TargetDraft, over: TargetDraft): TargetDraft {
  return {
    name: over.name,
    span: over.span,
    inherits: over.inherits,
    context: over.context ?? base.context,
    dockerfile: over.dockerfile ?? base.dockerfile,
    inline: over.inline ?? base.inline,
    target: over.target ?? base.target,
    dynamic: over.dynamic || base.dynamic,
    args: byKey(base.args, over.args),
    contexts: byKey(base.contexts, over.contexts),
    labels: byKey(base.labels, over.labels),
    tags: over.tags ?? base.tags,
    platforms: over.platforms ?? base.platforms,
    cacheFrom: over.cacheFrom ?? base.cacheFrom,
    cacheTo: over.cacheTo ?? base.cacheTo,
    secrets: over.secrets ?? base.secrets,
    output: over.output ?? base.output,
  };
}

function byKey(
  base: readonly EnvironmentEntry[],
  over: readonly EnvironmentEntry[],
): readonly EnvironmentEntry[] {
  const entries = new Map(base.map((entry) => [entry.name, entry]));
  for (const entry of over) entries.set(entry.name, entry);
  return [...entries.values()];
}
