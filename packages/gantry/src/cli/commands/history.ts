import { history } from "../../operations/history.ts";
import type { Invocation } from "../invocation.ts";
import { historyTable } from "../output/generations.ts";
import { requireProduction } from "../patience.ts";
import { operationContext } from "../project.ts";
import type { Ending } from "../spec.ts";

/** `gantry history`: who deployed what, when, and how it ended. */
export async function run(call: Invocation): Promise<Ending> {
  requireProduction(call, "history");
  const result = await history(await operationContext(call, { typeCheck: false }));
  call.result(result, historyTable(result, call.paintResult, call.writer.resultColumns));
  return "ok";
}
