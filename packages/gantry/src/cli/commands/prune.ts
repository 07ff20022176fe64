import { GantryError } from "../../base/errors.ts";
import { humanBytes, parseBytes } from "../../base/units.ts";
import { type PrunePart, type PruneResult, prune, pruneParts } from "../../operations/prune/run.ts";
import type { Invocation } from "../invocation.ts";
import { operationContext } from "../project.ts";
import { type Ending, usageCodes } from "../spec.ts";

/** `gantry prune`: what would go and what stays, with the reason; with --yes it goes. */
export async function run(call: Invocation): Promise<Ending> {
  const words = call.argument("WHAT");
  const unknown = words.find((word) => !pruneParts.includes(word as PrunePart));
  if (unknown !== undefined)
    throw new GantryError(
      {
        code: usageCodes.wrongValue,
        what: `gantry prune knows no ${unknown}`,
        why: `it prunes ${pruneParts.join(", ")}`,
      },
      { exit: "usage" },
    );
  const cache = call.text("cache");
  const cacheBytes = cache === undefined ? undefined : parseBytes(cache);
  if (cache !== undefined && cacheBytes === undefined)
    throw new GantryError(
      { code: usageCodes.wrongValue, what: `--cache cannot be "${cache}"`, why: "it is a size, such as 2g" },
      { exit: "usage" },
    );
  const keep = call.count("keep");
  const registry = call.text("registry");
  const result = await prune(await operationContext(call, { typeCheck: false }), {
    ...(words.length === 0 ? {} : { parts: words as readonly PrunePart[] }),
    apply: call.flag("yes"),
    keepTags: call.texts("keep-tag"),
    ...(keep === undefined ? {} : { keep }),
    ...(cacheBytes === undefined ? {} : { cacheBytes }),
    ...(registry === undefined ? {} : { registry }),
  });
  call.result(result, pruneText(result, call));
  return "ok";
}

function pruneText(result: PruneResult, { paintResult: paint }: Invocation): string {
  const goes = result.applied ? paint("bad", "removed") : paint("bad", "goes   ");
  const stays = paint("good", "stays  ");
  const line = (keep: boolean, what: string, because: string): string =>
    `  ${keep ? stays : goes} ${what}  ${paint("dim", because)}`;
  const parts: string[] = [];
  for (const report of result.registry)
    parts.push(
      [
        paint("strong", report.repository),
        ...report.verdicts.map(({ item, keep, because }) =>
          line(keep, item.tags.join(", ") || item.digest.slice(0, 19), because),
        ),
        `  ${report.remove.length} manifests with their parts and attestations`,
      ].join("\n"),
    );
  if (result.images.length > 0)
    parts.push(
      [
        paint("strong", "Images of this machine"),
        ...result.images.map(({ keep, references, because }) => line(keep, references.join(", "), because)),
      ].join("\n"),
    );
  if (result.generations.length > 0)
    parts.push(`${paint("strong", "Generations")}\n  ${goes} ${result.generations.join(", ")}`);
  if (result.cache !== undefined)
    parts.push(
      `${paint("strong", "Build cache")}\n  ${humanBytes(result.cache.bytes)}, of which ${humanBytes(result.cache.reclaimed)} ${result.applied ? "were given back" : "would go"}`,
    );
  if (!result.applied) parts.push("Nothing was removed. Say --yes to remove it.");
  return parts.join("\n\n");
}
