import type { ComposeProject, ComposeService, EnvironmentEntry } from "../../read/compose/model.ts";
import { type Address, addressesOf } from "./addresses.ts";
import { namesOf } from "./projects.ts";

/** A variable of a service that points somewhere. */
export interface Reference {
  readonly service: ComposeService;
  readonly entry: EnvironmentEntry;
  readonly address: Address;
}

/** Every address in the variables of a project's services. */
export function* referencesIn(project: ComposeProject): Generator<Reference> {
  for (const service of project.services) {
    for (const entry of service.environment) {
      for (const address of addressesOf(entry, service.environment)) yield { service, entry, address };
    }
  }
}

/** The other service of the project that an address names; `undefined` when none, or when it is not clear which. */
export function serviceAt(
  project: ComposeProject,
  { service, address }: Reference,
): ComposeService | undefined {
  const found = project.services.filter((one) =>
    [...namesOf(one)].some((name) => name.toLowerCase() === address.host),
  );
  return found.length === 1 && found[0] !== service ? found[0] : undefined;
}
