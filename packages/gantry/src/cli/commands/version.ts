import { createRequire } from "node:module";
import { humanBytes } from "../../base/units.ts";
import type { Invocation } from "../invocation.ts";
import type { Ending } from "../spec.ts";

/** Version in the package's own package.json. */
export function gantryVersion(): string {
  const manifest = createRequire(import.meta.url)("gantry/package.json") as { readonly version: string };
  return manifest.version;
}

/** `gantry version`: a table of versions. */
export async function run(call: Invocation): Promise<Ending> {
  const { engineReport } = await import("../../operations/engine-report.ts");
  const report = await engineReport(call.signal);
  const { engine, problem } = report;
  const rows: readonly (readonly [string, string])[] = [
    ["gantry", gantryVersion()],
    ["node", process.versions.node],
    [
      "engine",
      engine === undefined
        ? `none: ${problem?.what ?? "not found"}`
        : `${engine.version} (API ${engine.apiVersion})`,
    ],
    ...(engine === undefined
      ? []
      : ([
          ["", `${engine.via}, ${engine.address}`],
          [
            "",
            `${engine.os} ${engine.architecture}, ${engine.cpus} CPUs, ${humanBytes(engine.memoryBytes)}, ${engine.storageDriver}`,
          ],
        ] as const)),
    ["compose", report.compose ?? "missing"],
    ["buildx", report.buildx ?? "missing"],
  ];
  const text = rows.map(([name, value]) => `${call.paintResult("dim", name.padEnd(9))}${value}`).join("\n");
  call.result({ gantry: gantryVersion(), node: process.versions.node, ...report }, text);
  return "ok";
}
