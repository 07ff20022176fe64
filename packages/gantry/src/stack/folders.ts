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
  const [first] = plan.stages;
  if (folders.length === 0 || first === undefined) return plan;
  const running = new Set([...Object.values(plan.targets), plan.testTarget ?? ""]);
  const steps = plan.image.shell ? [makeFolders(plan, folders)] : copyFolders(plan, folders);
  // A stage that stands on another running one has them already, and may be another user by then.
  const stages = plan.stages.map((stage) =>
    running.has(stage.name) && !running.has(stage.from) ? beforeUser(stage, steps) : stage,
  );
  const empty: Stage = { name: emptyStage, from: first.from, steps: [{ kind: "workdir", path: "/empty" }] };
  return { ...plan, stages: plan.image.shell ? stages : [empty, ...stages] };
}

const emptyStage = "empty-folder";

const why = "Volumes take the owner of the folder they are mounted to.";

function makeFolders({ image }: BuildPlan, folders: readonly string[]): Step {
  const { uid, gid } = image.user;
  return { kind: "run", comment: why, script: [`install -d -o ${uid} -g ${gid} ${folders.join(" ")}`] };
}

/** Where no shell could make them, an empty folder of another stage becomes each of them. */
function copyFolders({ image }: BuildPlan, folders: readonly string[]): readonly Step[] {
  return folders.map((folder, index) => ({
    kind: "copy",
    ...(index === 0 ? { comment: why } : {}),
    from: emptyStage,
    sources: ["/empty/"],
    to: `${folder}/`,
    owner: image.user,
  }));
}

function beforeUser(stage: Stage, steps: readonly Step[]): Stage {
  const at = stage.steps.findIndex((candidate) => candidate.kind === "user");
  return at === -1
    ? { ...stage, steps: [...stage.steps, ...steps] }
    : { ...stage, steps: [...stage.steps.slice(0, at), ...steps, ...stage.steps.slice(at)] };
}
