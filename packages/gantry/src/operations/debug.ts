import { GantryError } from "../base/errors.ts";
import type { Blueprint } from "../blueprint/model.ts";
import { problems } from "../engine/catalogue.ts";

/** A Compose file that starts one service under its debugger, with the debugger's port on loopback. */
export function debugOverride(blueprint: Blueprint, name: string): string {
  if (blueprint.environment !== "dev")
    throw new GantryError(problems.onlyInDev("--debug"), { exit: "usage" });
  const service = blueprint.services[name];
  const image = service?.image.kind === "built" ? blueprint.images[service.image.image] : undefined;
  const debug = image?.plan.develop?.debug;
  if (debug === undefined) throw new GantryError(problems.noDebugger(name), { exit: "usage" });
  // JSON is YAML; nothing here needs more.
  return JSON.stringify({
    services: {
      [name]: {
        command: debug.command,
        ports: [{ host_ip: "127.0.0.1", published: String(debug.port), target: debug.port }],
      },
    },
  });
}
