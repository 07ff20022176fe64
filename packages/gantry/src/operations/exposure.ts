import type { Problem } from "../base/errors.ts";
import type { Blueprint } from "../blueprint/model.ts";
import { storeProblems } from "../engine/secret-store/problems.ts";

/** What has to be said openly before a run: one warning per secret that goes into the environment of services. */
export function exposureWarnings(blueprint: Blueprint, services: ReadonlySet<string>): readonly Problem[] {
  const found = Object.values(blueprint.services)
    .filter(({ name }) => services.has(name))
    .flatMap(({ name, secrets }) =>
      secrets.flatMap(({ secret, exposed }) =>
        exposed === undefined ? [] : [{ secret, service: name, variable: exposed.variable }],
      ),
    );
  // A worker has what its application has: nobody reads the same sentence eight times.
  const together = Map.groupBy(found, ({ secret, variable }) => `${secret} ${variable}`);
  return [...together.values()].flatMap((entries) => {
    const [first] = entries;
    const names = entries.map(({ service }) => service);
    return first === undefined ? [] : [storeProblems.exposed(first.secret, names, first.variable)];
  });
}
