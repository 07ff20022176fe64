import { compareText } from "../base/errors.ts";
import type { BuildPlan, Stage, Step } from "../blueprint/plan.ts";
import type { ApplicationService, StackInput } from "./types.ts";
import { isPart } from "./validate.ts";

/**
 * Folders in the container that named volumes are mounted to, by image, in all environments. The engine gives an empty
 * volume the owner that the folder has in the image; a folder that is not there would be root's, and closed to the service.
 */
export function volumeFolders(input: StackInput<string>): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, Set<string>>();
  const add = (image: string, service: Pick<ApplicationService, "volumes">): void => {
    for (const [target, volume] of Object.entries(service.volumes ?? {})) {
      if (typeof volume !== "string" && "folder" in volume) continue;
      found.set(image, (found.get(image) ?? new Set()).add(target));
    }
  };
  for (const [name, service] of Object.entries(input.services)) {
    if (isPart(service)) continue;
    const own = service as ApplicationService;
    const image = own.build === undefined ? String(own.image) : name;
    add(image, own);
    for (const changes of Object.values(input.environments ?? {}))
      add(image, (changes as Record<string, ApplicationService>)[name] ?? {});
  }
  return new Map([...found].map(([image, folders]) => [image, [...folders].sort(compareText)]));
}

/** The plan with these folders made, for its user, in every stage that runs. */
export function withFolders(plan: BuildPlan, folders: readonly string[]): BuildPlan {
  if (folders.length === 0 || plan.stages.length === 0 || !plan.image.shell) return plan;
  const running = new Set([...Object.values(plan.targets), plan.testTarget ?? ""]);
  const { uid, gid } = plan.image.user;
  const step: Step = {
    kind: "run",
    comment: "Volumes take the owner of the folder they are mounted to.",
    script: [`install -d -o ${uid} -g ${gid} ${folders.join(" ")}`],
  };
  return {
    ...plan,
    // A stage that stands on another running one has them already, and may be another user by then.
    stages: plan.stages.map((stage) =>
      running.has(stage.name) && !running.has(stage.from) ? beforeUser(stage, step) : stage,
    ),
  };
}

function beforeUser(stage: Stage, step: Step): Stage {
  const at = stage.steps.findIndex((candidate) => candidate.kind === "user");
  return at === -1
    ? { ...stage, steps: [...stage.steps, step] }
    : { ...stage, steps: [...stage.steps.slice(0, at), step, ...stage.steps.slice(at)] };
}
