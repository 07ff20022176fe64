import { listing } from "../../base/names.ts";
import { humanDuration } from "../../base/units.ts";
import type { Invocation } from "../invocation.ts";
import { operationContext } from "../project.ts";
import type { Ending } from "../spec.ts";

/** `gantry deploy`: ships what changed, and says which generation serves. */
export async function run(call: Invocation): Promise<Ending> {
  const { deploy, readDuration } = await import("../../operations/deploy.ts");
  const context = await operationContext(call);
  const soakMs = readDuration("soak", call.text("soak"));
  const drainMs = readDuration("drain", call.text("drain"));
  const watchMs = readDuration("watch", call.text("watch"));
  const result = await deploy(context, {
    ...(call.flag("no-build") ? { build: false } : {}),
    ...(soakMs === undefined ? {} : { soakMs }),
    ...(drainMs === undefined ? {} : { drainMs }),
    ...(watchMs === undefined ? {} : { watchMs }),
  });
  const { paintResult: paint } = call;
  const name = paint("strong", result.project);
  call.result(
    result,
    result.generation === undefined
      ? `${paint("good", "✓")} ${name} runs as it should, nothing was touched`
      : `${paint("good", "✓")} ${name} serves generation ${result.generation} after ${humanDuration(result.durationMs)}: ${listing(result.changed)} changed`,
  );
  return "ok";
}
