import type { Invocation } from "../invocation.ts";
import { operationContext } from "../project.ts";
import type { Ending } from "../spec.ts";

/** `gantry config`: the blueprint, as YAML or JSON. */
export async function run(call: Invocation): Promise<Ending> {
  const { project, environment } = await operationContext(call);
  const blueprint = project.blueprint(environment);
  if (call.text("format") === "json") {
    call.writer.result(JSON.stringify(blueprint, undefined, 2));
  } else {
    const { stringify } = await import("yaml");
    call.writer.result(stringify(blueprint, { aliasDuplicateObjects: false, lineWidth: 0 }).trimEnd());
  }
  return "ok";
}
