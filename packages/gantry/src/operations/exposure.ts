import type { Problem } from "../base/errors.ts";
import type { Blueprint } from "../blueprint/model.ts";
import { storeProblems } from "../engine/secret-store/problems.ts";

/** What has to be said openly before a run: one warning per secret that goes into a service's environment. */
export function exposureWarnings(blueprint: Blueprint, services: ReadonlySet<string>): readonly Problem[] {
  return Object.values(blueprint.services)
    .filter(({ name }) => services.has(name))
    .flatMap((service) =>
      service.secrets.flatMap(({ secret, exposed }) =>
        exposed === undefined ? [] : [storeProblems.exposed(secret, service.name, exposed.variable)],
      ),
    );
}
