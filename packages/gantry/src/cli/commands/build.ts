import { humanBytes, humanDuration } from "../../base/units.ts";
import { type BuiltImage, build } from "../../operations/build.ts";
import type { Invocation } from "../invocation.ts";
import { type Column, tableLines } from "../output/table.ts";
import { operationContext } from "../project.ts";
import type { Ending } from "../spec.ts";

/** `gantry build`: a table of the images. */
export async function run(call: Invocation): Promise<Ending> {
  const images = call.argument("IMAGE");
  const registry = call.text("registry");
  const tag = call.text("tag");
  const result = await build(await operationContext(call), {
    ...(images.length === 0 ? {} : { images }),
    ...(call.flag("no-cache") ? { noCache: true } : {}),
    ...(call.flag("pull") ? { pull: true } : {}),
    ...(registry === undefined ? {} : { registry }),
    ...(tag === undefined ? {} : { tag }),
  });
  const { paintResult: paint } = call;
  const columns: readonly Column<BuiltImage>[] = [
    {
      heading: "IMAGE",
      text: (image) => image.reference,
      paint: (_image, text) => paint("strong", text),
      spare: 0,
    },
    { heading: "SIZE", text: (image) => humanBytes(image.sizeBytes), side: "right", spare: 0 },
    {
      heading: "BUDGET",
      text: (image) => (image.budgetBytes === undefined ? "" : humanBytes(image.budgetBytes)),
      side: "right",
      spare: 3,
    },
    {
      heading: "CACHED",
      text: (image) => `${image.steps.cached}/${image.steps.all}`,
      side: "right",
      spare: 2,
    },
    {
      heading: "TOOK",
      text: (image) => (image.unchanged ? "unchanged" : humanDuration(image.durationMs)),
      side: "right",
      spare: 1,
    },
  ];
  const lines = tableLines(result.images, columns, call.writer.resultColumns, (text) => paint("dim", text));
  call.result(result, lines.join("\n"));
  return "ok";
}
