import { humanDuration } from "../../base/units.ts";
import { test } from "../../operations/test.ts";
import type { Invocation } from "../invocation.ts";
import { operationContext } from "../project.ts";
import type { Ending } from "../spec.ts";

/** `gantry test`: ends as the tests ended. */
export async function run(call: Invocation): Promise<Ending> {
  const context = await operationContext(call);
  const result = await test(
    { ...context, environment: "test" },
    {
      arguments: call.argument("ARGS"),
      ...(call.flag("no-build") ? { build: false } : {}),
      ...(call.flag("keep") ? { keep: true } : {}),
    },
  );
  call.result(result, "");
  // The tests' own output is the result; what Gantry says about it goes beside it.
  if (call.format !== "json" && !call.quiet) {
    const verdict =
      result.exitCode === 0
        ? call.paint("good", "✓ tests passed")
        : call.paint("bad", `✗ tests ended with ${result.exitCode}`);
    const rest = result.removed
      ? "everything removed"
      : `still there: docker compose -p ${result.project} ps`;
    call.writer.note(`${verdict} ${call.paint("dim", `after ${humanDuration(result.durationMs)}, ${rest}`)}`);
  }
  return result.exitCode;
}
