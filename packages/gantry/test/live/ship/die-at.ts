// Deploys the stack of a folder, and is killed without warning when a step was written down: `die-at.ts FOLDER STEP`.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { deploy } from "../../../src/operations/deploy.ts";
import { loadProject } from "../../../src/operations/load.ts";
import type { Step } from "../../../src/operations/ship/model.ts";
import { wordsOf } from "../../../src/operations/ship/steps.ts";

const [folder = "", step = ""] = process.argv.slice(2);
const project = await loadProject({ cwd: folder, typeCheck: false });
const journal = join(folder, ".gantry/deploy", `${project.name}-production`, "journal.json");
await deploy(
  {
    project,
    environment: "production",
    signal: new AbortController().signal,
    emit: (event) => {
      if (event.kind !== "progress" || event.id !== "deploy" || event.state !== wordsOf(step as Step)) return;
      // Events come after the journal: what the next run finds is this step.
      const written = JSON.parse(readFileSync(journal, "utf8")) as { readonly step: string };
      process.stdout.write(written.step);
      process.kill(process.pid, "SIGKILL");
    },
  },
  { soakMs: 300, watchMs: 0 },
);
