import { completionScript, type Shell } from "../completion/scripts.ts";
import type { Invocation } from "../invocation.ts";
import type { Ending } from "../spec.ts";

/** `gantry completion`: the script. */
export async function run(call: Invocation): Promise<Ending> {
  const shell = call.argument("SHELL")[0] as Shell;
  const script = completionScript(shell);
  call.result({ shell, script }, script.trimEnd());
  return "ok";
}
