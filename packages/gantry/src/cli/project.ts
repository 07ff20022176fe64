import type { OperationContext } from "../operations/context.ts";
import type { Invocation } from "./invocation.ts";

/** Loads the stack that the command line means, and makes what operations need of it. */
export async function operationContext(call: Invocation): Promise<OperationContext> {
  const { loadProject } = await import("../operations/load.ts");
  const file = call.text("file");
  const project = await loadProject({ cwd: call.cwd, ...(file === undefined ? {} : { file }) });
  return { project, environment: call.environment, emit: call.emit, signal: call.signal };
}
