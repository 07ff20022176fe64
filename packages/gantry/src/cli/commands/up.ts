import { GantryError } from "../../base/errors.ts";
import { humanDuration } from "../../base/units.ts";
import { up } from "../../operations/up.ts";
import type { Invocation } from "../invocation.ts";
import { whereItRuns } from "../output/services.ts";
import { operationContext } from "../project.ts";
import { type Ending, usageCodes } from "../spec.ts";

/** `gantry up`: builds, starts, says where to look; then watches when asked to. */
export async function run(call: Invocation): Promise<Ending> {
  const watching = call.flag("watch");
  if (watching && call.environment !== "dev") {
    throw new GantryError(
      {
        code: usageCodes.wrongValue,
        what: `--watch follows sources in dev, not in ${call.environment}`,
        why: "the images of the other environments hold their sources; nothing is synced into them",
        fix: "Leave out --watch, or use --env dev.",
      },
      { exit: "usage" },
    );
  }
  const context = await operationContext(call);
  const services = call.argument("SERVICE");
  const chosen = services.length === 0 ? {} : { services };
  const debug = call.text("debug");
  const follower = watching ? await import("../../operations/watch.ts") : undefined;
  // From before the build on: what is saved in the meantime may be in the image or not.
  using sources = follower?.observeSources(context, chosen);
  const result = await up(context, {
    ...chosen,
    ...(call.flag("no-build") ? { build: false } : {}),
    ...(debug === undefined ? {} : { debug }),
    ...(call.flag("keep") ? { keep: true } : {}),
  });
  const { paintResult: paint } = call;
  const took = result.unchanged
    ? "ran already, nothing was touched"
    : `is up after ${humanDuration(result.durationMs)}`;
  const head = `${paint("good", "✓")} ${paint("strong", result.project)} ${took}`;
  call.result(result, [head, ...whereItRuns(result.services, paint)].join("\n"));
  if (follower === undefined || sources === undefined) return "ok";
  if (call.format !== "json")
    call.writer.note(
      `\n${call.paint("dim", "Watching the sources; Ctrl-C ends the watching, and the stack stays up.")}`,
    );
  await follower.watch(context, { ...chosen, sources });
  return "interrupted";
}
