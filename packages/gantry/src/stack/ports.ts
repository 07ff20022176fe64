import { compareText } from "../base/errors.ts";
import type { PublishedPort } from "../blueprint/model.ts";
import type { EnvironmentName } from "../blueprint/plan.ts";
import { type Draft, portVariable } from "./services.ts";

/**
 * Drafts with the ports that the host publishes for them. Ports that the user or a gateway chose come first; in dev
 * every other listening service gets its own number, or the next free one, on the loopback address.
 */
export function publish(drafts: readonly Draft[], environment: EnvironmentName): Draft[] {
  const taken = new Set<number>();
  const chosen = new Map<string, readonly PublishedPort[]>();
  const ordered = [...drafts].sort((a, b) => rank(a) - rank(b) || compareText(a.name, b.name));
  for (const draft of ordered) {
    const ports =
      environment === "test"
        ? []
        : draft.published.length > 0
          ? draft.published
          : wanted(draft, environment, taken);
    for (const port of ports) taken.add(port.port);
    chosen.set(draft.name, ports);
  }
  return drafts.map((draft) => ({ ...draft, published: chosen.get(draft.name) ?? [] }));
}

/** Fixed numbers first, so that they are not taken by a default. */
function rank(draft: Draft): number {
  if (draft.published.length > 0) return 0;
  return typeof draft.wantsPublish === "number" || typeof draft.wantsPublish === "object" ? 1 : 2;
}

function wanted(
  draft: Draft,
  environment: EnvironmentName,
  taken: ReadonlySet<number>,
): readonly PublishedPort[] {
  const listener = draft.listens[0];
  if (listener === undefined || draft.wantsPublish === false || draft.role === "gateway") return [];
  if (draft.wantsPublish === undefined && environment !== "dev") return [];
  const explicit =
    typeof draft.wantsPublish === "number"
      ? { port: draft.wantsPublish }
      : typeof draft.wantsPublish === "object"
        ? draft.wantsPublish
        : undefined;
  let port = explicit?.port ?? listener.port;
  if (explicit === undefined) while (taken.has(port)) port++;
  return [
    {
      host: explicit?.host ?? "127.0.0.1",
      port,
      target: listener.port,
      variable: portVariable(draft.name),
      protocol: listener.protocol,
    },
  ];
}
