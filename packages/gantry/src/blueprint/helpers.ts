import type { Blueprint, ServiceBlueprint } from "./model.ts";

/** Services that run on, in order of name, without jobs and tests. */
export function runningServices(blueprint: Blueprint): readonly ServiceBlueprint[] {
  return Object.values(blueprint.services).filter(
    (service) => service.role !== "job" && service.role !== "test",
  );
}

/**
 * Shell line for probes: repeats a command until it succeeds, for two seconds. What a start brings is seen at once, and by
 * one probe; each takes the engine a tenth of a second of a processor to begin, which a booting stack has no time for.
 */
export function patiently(command: string): string {
  return `i=0; until ${command} || [ $((i += 1)) -gt 20 ]; do sleep 0.1; done`;
}

/** One word for a shell, in quotes where it needs them. */
export function shellWord(text: string): string {
  return /^[\w.-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** `value` and everything below it frozen; a blueprint is never changed after it was resolved. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value;
}

/** Full reference with Compose variables: `${REGISTRY:+${REGISTRY}/}parcel-api:${TAG:-latest}` is the renderer's work; this is the plain one. */
export function imageReference(blueprint: Blueprint, image: string, tag?: string, registry?: string): string {
  const prefix = registry ?? blueprint.registry.prefix;
  const repository = blueprint.images[image]?.repository ?? image;
  return `${prefix === "" ? "" : `${prefix}/`}${repository}:${tag ?? blueprint.registry.defaultTag}`;
}
