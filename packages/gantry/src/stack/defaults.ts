import { parseBytes, parseDuration } from "../base/units.ts";
import type { Resources, Security } from "../blueprint/model.ts";
import type { EnvironmentName, ImageTraits } from "../blueprint/plan.ts";
import type { ApplicationService } from "./types.ts";

/** Limits of a service in production when the stack names none: a runaway process must not take the machine along. */
export const productionLimits: { readonly memory: number; readonly cpus: number; readonly pids: number } = {
  memory: 512 * 1024 ** 2,
  cpus: 1,
  pids: 512,
};

/** Limits as given; in production with the defaults for what is not. */
export function resourcesOf(
  service: Pick<ApplicationService, "cpus" | "memory" | "reserve" | "cpuSet" | "pids">,
  environment: EnvironmentName,
): Resources {
  const production = environment === "production";
  return {
    memory: parseBytes(service.memory ?? "") ?? (production ? productionLimits.memory : undefined),
    cpus: service.cpus ?? (production ? productionLimits.cpus : undefined),
    reservedMemory: parseBytes(service.reserve?.memory ?? ""),
    reservedCpus: service.reserve?.cpus,
    cpuSet: service.cpuSet,
    pids: service.pids ?? (production ? productionLimits.pids : undefined),
  };
}

/** What a user's own process may do: nothing it does not need, in production; the same without limits of writing in dev. */
export function securityOf(
  service: ApplicationService,
  image: ImageTraits | undefined,
  environment: EnvironmentName,
): Security {
  const hardened = environment !== "dev";
  // In dev files are copied in for hot reload, and the engine looks the owner up by this very text: a group after the
  // number is no entry of /etc/passwd (seen with engine 26).
  const known = image !== undefined && !(image.user.uid === 0);
  return {
    user:
      service.user ??
      (known ? (hardened ? `${image.user.uid}:${image.user.gid}` : String(image.user.uid)) : undefined),
    readOnlyRoot: service.readOnly ?? hardened,
    dropCapabilities: ["ALL"],
    addCapabilities: service.capabilities ?? [],
    noNewPrivileges: true,
    init: service.init ?? true,
  };
}

/** Time between SIGTERM and SIGKILL. */
export function graceOf(grace: string | undefined): number {
  return parseDuration(grace ?? "") ?? 30_000;
}
