import type { Blueprint } from "../packages/gantry/src/blueprint/model.ts";
import { environmentNames } from "../packages/gantry/src/blueprint/plan.ts";
import type { Project } from "../packages/gantry/src/operations/context.ts";

/** Images that a stack is built on or runs, which a registry or the testbed must have; sorted. */
export function baseImages(project: Project): readonly string[] {
  const found = new Set<string>();
  for (const environment of environmentNames) {
    const blueprint: Blueprint = project.blueprint(environment);
    for (const { plan } of Object.values(blueprint.images)) {
      const stages = new Set(plan.stages.map((stage) => stage.name));
      for (const { from } of plan.stages)
        if (!stages.has(from) && plan.contexts[from] === undefined) found.add(from);
    }
    for (const { image } of Object.values(blueprint.services))
      if (image.kind === "reference") found.add(image.reference);
  }
  return [...found].sort();
}
