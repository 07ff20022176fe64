import { matchesGlob } from "node:path";
import type { Blueprint } from "../blueprint/model.ts";
import type { WatchRule } from "../blueprint/plan.ts";

/** What a batch of changed files means for one service. */
export type SyncAction =
  | { readonly kind: "rebuild"; readonly service: string; readonly because: string }
  | {
      readonly kind: "sync";
      readonly service: string;
      readonly restart: boolean;
      /** Changed path (relative to the stack's folder) to the absolute path in the container. */
      readonly files: ReadonlyMap<string, string>;
    };

/** What editors leave for a moment beside a file that they write. */
const editorFiles =
  /(^|\/)(\.git|\.#[^/]*|#[^/]*#|4913|[^/]*~|[^/]*\.sw[px]|\.goutputstream-[^/]*|[^/]*___jb_[^/]*)(\/|$)/;

/** Where a path stands below a rule's own, if it does and the rule does not ignore it; empty for the rule's path itself. */
export function below(rule: WatchRule, path: string): string | undefined {
  const inner =
    rule.path === "."
      ? path
      : path === rule.path
        ? ""
        : path.startsWith(`${rule.path}/`)
          ? path.slice(rule.path.length + 1)
          : undefined;
  if (inner === undefined || editorFiles.test(path)) return undefined;
  return isIgnored(rule.ignore ?? [], inner) ? undefined : inner;
}

/** Whether no rule of any service wants to know of a path or of anything below it. */
export function uninteresting(blueprint: Blueprint, services: readonly string[], path: string): boolean {
  return services.every((name) =>
    (blueprint.services[name]?.develop?.watch ?? []).every(
      (rule) => below(rule, path) === undefined && !rule.path.startsWith(`${path}/`) && path !== "",
    ),
  );
}

/** What to do about changed paths, by service; a rebuild makes every sync of that service needless. */
export function syncPlan(
  blueprint: Blueprint,
  services: readonly string[],
  changed: readonly string[],
): readonly SyncAction[] {
  return services.flatMap((service): readonly SyncAction[] => {
    const rules = blueprint.services[service]?.develop?.watch ?? [];
    const rebuild = changed.find((path) =>
      rules.some((rule) => rule.action === "rebuild" && below(rule, path) !== undefined),
    );
    if (rebuild !== undefined) return [{ kind: "rebuild", service, because: rebuild }];
    const files = new Map<string, string>();
    let restart = false;
    for (const path of changed) {
      for (const rule of rules) {
        const inner = below(rule, path);
        if (inner === undefined || rule.action === "rebuild" || rule.target === undefined) continue;
        files.set(path, inner === "" ? rule.target : `${rule.target.replace(/\/$/, "")}/${inner}`);
        restart ||= rule.action === "sync+restart";
      }
    }
    return files.size === 0 ? [] : [{ kind: "sync", service, restart, files }];
  });
}

/** As in `.dockerignore`: a pattern is anchored, and takes everything below what it matches. `!` takes back. */
function isIgnored(patterns: readonly string[], path: string): boolean {
  const parts = path.split("/");
  const prefixes = parts.map((_, i) => parts.slice(0, i + 1).join("/"));
  let ignored = false;
  for (const pattern of patterns) {
    const keeps = pattern.startsWith("!");
    const plain = pattern
      .replace(/^!/, "")
      .replace(/^\.?\//, "")
      .replace(/\/$/, "");
    if (prefixes.some((prefix) => matchesGlob(prefix, plain))) ignored = !keeps;
  }
  return ignored;
}
