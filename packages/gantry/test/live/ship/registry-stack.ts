import { join } from "node:path";
import { DeployBook } from "../../../src/operations/ship/journal.ts";
import type { GenerationRecord } from "../../../src/operations/ship/model.ts";
import type { Place } from "../place.ts";

/** A stack of one service that a Dockerfile makes; `extra` goes beside the services. */
export function oneService(extra = ""): (name: string) => string {
  return (name) => `import { defineStack, dockerfile } from "gantry";
export default defineStack({
  name: "${name}",
  ${extra}
  services: {
    api: { build: dockerfile({ context: "app" }), port: 3000, health: { none: "a test" } },
  },
});
`;
}

/** Writes down, as a deploy does, that this image serves. */
export function noteDeployed(place: Place, digest: string): Promise<void> {
  const record: GenerationRecord = {
    format: 1,
    generation: 1,
    kind: "deploy",
    content: 1,
    outcome: "ok",
    startedAt: 0,
    durationMs: 0,
    by: "t",
    changed: [],
    services: { api: { image: "", reference: "", digest, configHash: "", replicas: 1 } },
  };
  return new DeployBook(join(place.root, ".gantry"), `${place.name}-production`).record(record);
}
