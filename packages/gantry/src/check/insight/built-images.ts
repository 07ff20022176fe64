import type { ComposeService } from "../../read/compose/model.ts";
import type { Stage } from "../../read/dockerfile/model.ts";
import type { ProjectFacts } from "../../read/facts.ts";
import { resolveImageReference } from "../../read/image-reference.ts";
import { once } from "../../read/once.ts";
import { eachService } from "../../read/walk.ts";

/** The stage behind an image that the project itself builds, by its name in a Compose or Bake file; tags do not matter. */
export function builtStageOf(facts: ProjectFacts, image: string): Stage | undefined {
  const wanted = nameOf(image);
  return wanted === undefined ? undefined : builtStages(facts).get(wanted);
}

const builtStages = once((facts: ProjectFacts): ReadonlyMap<string, Stage | undefined> => {
  const stages = new Map<string, Stage | undefined>();
  const add = (image: string, stage: Stage | undefined): void => {
    const name = nameOf(image);
    if (name !== undefined && !stages.has(name)) stages.set(name, stage);
  };
  for (const { service } of eachService(facts)) {
    if (service.image !== undefined && service.build !== undefined) {
      add(service.image.value.text, service.build.link.stage);
    }
  }
  for (const { targets } of facts.bakeFiles) {
    for (const { tags, link } of targets) for (const { value } of tags) add(value, link.stage);
  }
  return stages;
});

/** Registry and repository of a reference, without tag and digest. */
export function nameOf(image: string): string | undefined {
  const reference = resolveImageReference(image);
  return reference === undefined ? undefined : `${reference.registry}/${reference.repository}`;
}

/** Services that run the image which `service` runs, itself among them: same build, or same image name. */
export function sameImage(
  services: readonly ComposeService[],
  service: ComposeService,
): readonly ComposeService[] {
  const key = imageKey(service);
  return key === undefined ? [service] : services.filter((one) => imageKey(one) === key);
}

function imageKey({ build, image }: ComposeService): string | undefined {
  if (build !== undefined) {
    const { stage, dockerfilePath } = build.link;
    return stage === undefined ? undefined : `build ${build.link.context}:${dockerfilePath}:${stage.index}`;
  }
  return image?.value.known === true ? `image ${image.value.text}` : undefined;
}
