import { push } from "../../operations/push/run.ts";
import type { Invocation } from "../invocation.ts";
import { operationContext } from "../project.ts";
import type { Ending } from "../spec.ts";

/** `gantry push`: each image, its digest and its tags. */
export async function run(call: Invocation): Promise<Ending> {
  const images = call.argument("IMAGE");
  const registry = call.text("registry");
  const tags = call.texts("tag");
  const platforms = call.texts("platform").flatMap((text) => text.split(","));
  const result = await push(await operationContext(call), {
    ...(images.length === 0 ? {} : { images }),
    ...(registry === undefined ? {} : { registry }),
    ...(tags.length === 0 ? {} : { tags }),
    ...(platforms.length === 0 ? {} : { platforms }),
    ...(call.flag("no-build") ? { build: false } : {}),
  });
  const { paintResult: paint } = call;
  const lines = result.images.flatMap((image) => [
    `${paint("good", "✓")} ${paint("strong", image.repository)}@${image.digest}`,
    `  ${image.tags.join(", ")}`,
  ]);
  call.result(result, lines.join("\n"));
  return "ok";
}
