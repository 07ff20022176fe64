import type { Session } from "../session.ts";
import { named } from "./containers.ts";
import { readPresent } from "./look.ts";
import type { Journal, Present } from "./model.ts";

/** The journal with all containers that its run made, written down or not; jobs end by themselves. */
export async function withLeftBehind(session: Session, journal: Journal): Promise<Journal> {
  const present = await readPresent(session);
  const jobs = new Set(
    Object.values(session.blueprint.services).flatMap(({ name, role }) => (role === "job" ? [name] : [])),
  );
  const fresh = leftBehind(journal, present)
    .filter(({ service }) => !jobs.has(service))
    .map(named);
  return { ...journal, fresh };
}

/**
 * Containers that a run made which did not come to its end. Between making them and writing them down they are those that were not there
 * before; unless nothing of before is left, because somebody ran `gantry up` since: then they are what serves.
 */
export function leftBehind(
  journal: Pick<Journal, "fresh" | "before" | "keep" | "remove">,
  present: readonly Present[],
): readonly Present[] {
  const ids = new Set(journal.fresh.map(({ id }) => id));
  const old = [...journal.keep, ...journal.remove];
  return present.filter(({ id, service }) => {
    if (ids.has(id)) return true;
    if (ids.size > 0 || journal.before.includes(id)) return false;
    const before = old.filter((one) => one.service === service);
    return before.length === 0 || before.some((one) => present.some((there) => there.id === one.id));
  });
}
