import type { OperationContext } from "../operations/context.ts";
import type { Invocation } from "./invocation.ts";

/**
 * Loads the stack that the command line means, and makes what operations need of it. Commands that only look at what
 * runs do without the compiler's opinion: a type error must not keep anyone from the logs.
 */
export async function operationContext(
  call: Invocation,
  { typeCheck = true }: { readonly typeCheck?: boolean } = {},
): Promise<OperationContext> {
  const { loadProject } = await import("../operations/load.ts");
  const file = call.text("file");
  const project = await loadProject({ cwd: call.cwd, typeCheck, ...(file === undefined ? {} : { file }) });
  return { project, environment: call.environment, emit: call.emit, signal: call.signal };
}
