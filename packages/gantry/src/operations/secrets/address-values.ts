import type { Problem } from "../../base/errors.ts";
import type { Secret } from "../../base/secret.ts";
import type { Blueprint } from "../../blueprint/model.ts";
import { storeProblems } from "../../engine/secret-store/problems.ts";

/** What ends the host's name, or is read as another character; programs agree about no other mark. */
const meaning = /[\s#/?[\\\]]|%[\da-f]{2}/i;

/**
 * Values that would stand in an address with marks that mean something there: a password with a slash ends the host's
 * name too early. Compose puts values in as they are.
 */
export function addressProblems(blueprint: Blueprint, secrets: readonly Secret[]): readonly Problem[] {
  return secrets.flatMap((secret) => {
    if (!meaning.test(secret.reveal())) return [];
    const at = Object.values(blueprint.services).flatMap((service) =>
      service.secrets.flatMap(({ secret: name, exposed }) =>
        name === secret.name && exposed?.template.includes("://") === true
          ? [{ service: service.name, variable: exposed.variable }]
          : [],
      ),
    );
    const [first] = at;
    return first === undefined
      ? []
      : [storeProblems.notForAddress(secret.name, first.service, first.variable, blueprint.environment)];
  });
}
