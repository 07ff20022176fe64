import { exec } from "../../operations/exec.ts";
import type { Invocation } from "../invocation.ts";
import { operationContext } from "../project.ts";
import type { Ending } from "../spec.ts";

/** `gantry exec`: ends as the program ended. */
export async function run(call: Invocation): Promise<Ending> {
  const replica = call.count("replica");
  const user = call.text("user");
  const workdir = call.text("workdir");
  const result = await exec(await operationContext(call, { typeCheck: false }), {
    service: call.argument("SERVICE")[0] ?? "",
    command: call.argument("COMMAND"),
    environment: call.pairs("set"),
    ...(replica === undefined ? {} : { replica }),
    ...(user === undefined ? {} : { user }),
    ...(workdir === undefined ? {} : { workdir }),
    ...(call.flag("no-tty") ? { tty: false } : {}),
  });
  call.result(result, "");
  return result.exitCode;
}
