import type { Blueprint, ServiceBlueprint } from "./model.ts";

/** Services that run on, in order of name, without jobs and tests. */
export function runningServices(blueprint: Blueprint): readonly ServiceBlueprint[] {
  return Object.values(blueprint.services).filter(
    (service) => service.role !== "job" && service.role !== "test",
  );
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
