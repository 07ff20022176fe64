import { directStream } from "./output/direct.ts";
import { start as startWith } from "./start.ts";

/** The command line with the commands that look at files in it; `tools/join.mjs` makes one file of all that it needs. */
export function start(): Promise<void> {
  const commands = {
    check: () => import("./commands/check.ts"),
    explain: () => import("./commands/explain.ts"),
  };
  return startWith(commands, { stdout: directStream(1), stderr: directStream(2) });
}
