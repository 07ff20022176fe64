import { listing } from "../../base/names.ts";
import { humanDuration } from "../../base/units.ts";
import { down } from "../../operations/down.ts";
import type { Invocation } from "../invocation.ts";
import { operationContext } from "../project.ts";
import type { Ending } from "../spec.ts";

/** `gantry down`: removes, and says what stays. */
export async function run(call: Invocation): Promise<Ending> {
  const result = await down(await operationContext(call, { typeCheck: false }), {
    volumes: call.flag("volumes"),
  });
  const { paintResult: paint } = call;
  const gone = [
    counted(result.containers, "container"),
    counted(result.networks, "network"),
    counted(result.volumes, "volume"),
  ].filter((part) => part !== "");
  const head =
    gone.length === 0
      ? `${paint("dim", "✓")} ${paint("strong", result.project)} was not running`
      : `${paint("good", "✓")} ${paint("strong", result.project)} is down after ${humanDuration(result.durationMs)}: ${listing(gone)} removed`;
  const kept =
    result.kept.length === 0
      ? []
      : [`  ${paint("dim", `data stays in ${listing(result.kept)}; --volumes removes it`)}`];
  call.result(result, [head, ...kept].join("\n"));
  return "ok";
}

function counted(list: readonly string[], word: string): string {
  return list.length === 0 ? "" : `${list.length} ${word}${list.length === 1 ? "" : "s"}`;
}
