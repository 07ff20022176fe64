import { type RenderResult, renderFiles } from "../../operations/render.ts";
import type { Invocation } from "../invocation.ts";
import { diffText } from "../output/diff.ts";
import { operationContext } from "../project.ts";
import type { Ending } from "../spec.ts";

/** `gantry render`: what was written, or with `--check` how files and stack differ. */
export async function run(call: Invocation): Promise<Ending> {
  const { project } = await operationContext(call);
  const check = call.flag("check");
  const result = await renderFiles(project, { check });
  const differs = check && (result.written.length > 0 || result.stale.length > 0);
  call.result(result, (check ? checkLines(result, call) : writeLines(result, call)).join("\n"));
  return differs ? "differs" : "ok";
}

function writeLines(
  { written, unchanged, stale }: RenderResult,
  { paintResult: paint, quiet }: Invocation,
): readonly string[] {
  if (quiet) return [];
  const lines = written.map((path) => `${paint("good", "wrote")}  ${path}`);
  return [
    ...lines,
    ...staleLines(stale, paint),
    `${paint("good", "✓")} ${counted(written.length, "file")} written, ${unchanged.length} unchanged`,
  ];
}

function checkLines(
  { differences, unchanged, stale }: RenderResult,
  { paintResult: paint }: Invocation,
): readonly string[] {
  if (differences.length + stale.length === 0)
    return [`${paint("good", "✓")} ${counted(unchanged.length, "file")} as the stack says`];
  const diffs = differences.map(({ path, disk, rendered }) => diffText(path, disk, rendered, paint));
  const count = `${counted(differences.length + stale.length, "file")} not as the stack says; gantry render writes them`;
  return [...diffs, ...staleLines(stale, paint), `${paint("bad", "✗")} ${count}`];
}

function staleLines(stale: readonly string[], paint: Invocation["paint"]): readonly string[] {
  return stale.map(
    (path) =>
      `${paint("warn", "stale")}  ${path} ${paint("dim", `no part of the stack needs it any more; remove it`)}`,
  );
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
