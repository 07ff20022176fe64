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
  if (plan.folders !== undefined) return withPrepared(plan, plan.folders, folders, running);
  const steps = plan.image.shell ? [makeFolders(plan, folders)] : copyFolders(plan, folders);
  // A stage that stands on another running one has them already, and may be another user by then.
  const stages = plan.stages.map((stage) =>
    running.has(stage.name) && !running.has(stage.from) ? beforeUser(stage, steps) : stage,
  );
  const empty: Stage = { name: emptyStage, from: first.from, steps: [{ kind: "workdir", path: "/empty" }] };
  return { ...plan, stages: plan.image.shell ? stages : [empty, ...stages] };
}

/**
 * The same where a stage prepares what runs: one command less that every changed line repeats. The other folders are made
 * before the first copy, so that no change repeats them; sources that are copied over them have the right owner already.
 */
function withPrepared(
  plan: BuildPlan,
  { stage: preparing, below }: NonNullable<BuildPlan["folders"]>,
  folders: readonly string[],
  running: ReadonlySet<string>,
): BuildPlan {
  const inside = folders.filter((folder) => folder.startsWith(`${below}/`));
  const prepared = ({ steps }: Stage): boolean =>
    steps.some((step) => step.kind === "copy" && step.from === preparing);
  const stages = plan.stages.map((stage): Stage => {
    if (stage.name === preparing) return { ...stage, steps: atEnd(stage.steps, plan, inside) };
    if (!running.has(stage.name) || running.has(stage.from)) return stage;
    const own = prepared(stage) ? folders.filter((folder) => !inside.includes(folder)) : folders;
    return own.length === 0 ? stage : { ...stage, steps: [makeFolders(plan, own), ...stage.steps] };
  });
  return { ...plan, stages };
}

/** In the last command where there is one: each costs a container's start. */
function atEnd(steps: readonly Step[], plan: BuildPlan, folders: readonly string[]): readonly Step[] {
  if (folders.length === 0) return steps;
  const made = makeFolders(plan, folders);
  const last = steps.at(-1);
  if (last?.kind !== "run" || made.kind !== "run") return [...steps, made];
  const comment = [last.comment ?? "", made.comment ?? ""].filter((text) => text !== "").join(" ");
  return [...steps.slice(0, -1), { ...last, comment, script: [...last.script, ...made.script] }];
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
