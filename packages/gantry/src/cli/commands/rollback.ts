import { GantryError } from "../../base/errors.ts";
import { rollback } from "../../operations/rollback.ts";
import { deployProblems } from "../../operations/ship/problems.ts";
import type { Invocation } from "../invocation.ts";
import { shipText } from "../output/generations.ts";
import { patienceFrom, requireProduction } from "../patience.ts";
import { operationContext } from "../project.ts";
import type { Ending } from "../spec.ts";

/** `gantry rollback`: an earlier generation serves again. */
export async function run(call: Invocation): Promise<Ending> {
  requireProduction(call, "rollback");
  const patience = patienceFrom(call);
  const [wanted] = call.argument("GENERATION");
  if (wanted !== undefined && !/^\d+$/.test(wanted))
    throw new GantryError(deployProblems.unknownGeneration(wanted, []), { exit: "usage" });
  // A stack that does not even compile is a good reason to go back.
  const context = await operationContext(call, { typeCheck: false });
  const result = await rollback(context, {
    ...patience,
    ...(wanted === undefined ? {} : { generation: Number(wanted) }),
  });
  call.result(result, shipText(result, call.paintResult));
  return "ok";
}
