import { start as startWith } from "./start.ts";

/** The command line with the commands that look at files in it; `tools/join.mjs` makes one file of all that it needs. */
export function start(): Promise<void> {
  return startWith({
    check: () => import("./commands/check.ts"),
    explain: () => import("./commands/explain.ts"),
  });
}
