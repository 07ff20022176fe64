import { GantryError } from "../../base/errors.ts";
import { scale } from "../../operations/scale.ts";
import { deployProblems } from "../../operations/ship/problems.ts";
import type { Invocation } from "../invocation.ts";
import { shipText } from "../output/generations.ts";
import { patienceFrom, requireProduction } from "../patience.ts";
import { operationContext } from "../project.ts";
import type { Ending } from "../spec.ts";

/** `gantry scale`: more or fewer of what serves. */
export async function run(call: Invocation): Promise<Ending> {
  requireProduction(call, "scale");
  const patience = patienceFrom(call);
  const replicas = Object.fromEntries(call.argument("SERVICE=N").map(readScale));
  const context = await operationContext(call, { typeCheck: false });
  const result = await scale(context, { ...patience, replicas });
  call.result(result, shipText(result, call.paintResult));
  return "ok";
}

function readScale(text: string): readonly [string, number] {
  const [, service, count] = /^([^=]+)=(\d{1,3})$/.exec(text) ?? [];
  if (service === undefined) throw new GantryError(deployProblems.badScale(text), { exit: "usage" });
  return [service, Number(count)];
}
