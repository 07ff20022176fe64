import { shell } from "../../operations/shell.ts";
import type { Invocation } from "../invocation.ts";
import { operationContext } from "../project.ts";
import type { Ending } from "../spec.ts";

/** `gantry shell`: ends as the shell ended. */
export async function run(call: Invocation): Promise<Ending> {
  const replica = call.count("replica");
  const user = call.text("user");
  const result = await shell(await operationContext(call, { typeCheck: false }), {
    service: call.argument("SERVICE")[0] ?? "",
    ...(replica === undefined ? {} : { replica }),
    ...(user === undefined ? {} : { user }),
  });
  call.result(result, "");
  return result.exitCode;
}
