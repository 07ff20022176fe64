import { run as runOnce } from "../../operations/run.ts";
import type { Invocation } from "../invocation.ts";
import { operationContext } from "../project.ts";
import type { Ending } from "../spec.ts";

/** `gantry run`: ends as the program ended. */
export async function run(call: Invocation): Promise<Ending> {
  const user = call.text("user");
  const result = await runOnce(await operationContext(call, { typeCheck: false }), {
    service: call.argument("SERVICE")[0] ?? "",
    command: call.argument("COMMAND"),
    environment: call.pairs("set"),
    ...(user === undefined ? {} : { user }),
    ...(call.flag("no-deps") ? { dependencies: false } : {}),
    ...(call.flag("no-tty") ? { tty: false } : {}),
  });
  call.result(result, "");
  return result.exitCode;
}
