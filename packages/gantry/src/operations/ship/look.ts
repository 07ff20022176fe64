import type { Blueprint } from "../../blueprint/model.ts";
import { type ComposeProject, runCompose } from "../../engine/compose.ts";
import { composeLabels, findContainer, listContainers, ofProject } from "../../engine/containers.ts";
import { findImage } from "../../engine/resources.ts";
import type { Session } from "../session.ts";
import type { Present, Target } from "./model.ts";
import { routedServices } from "./plan.ts";

/** Everything of the project that runs or ran, without one-off containers of `gantry run`. */
export async function readPresent(session: Session): Promise<readonly Present[]> {
  const { engine, blueprint, signal } = session;
  const listed = await listContainers(engine, ofProject(blueprint.project), signal);
  const found = await Promise.all(
    listed
      .filter(({ Labels }) => Labels[composeLabels.oneOff] !== "True")
      .map(async ({ Id }): Promise<readonly Present[]> => {
        const one = await findContainer(engine, Id, signal);
        if (one === undefined) return [];
        const labels = one.Config.Labels;
        return [
          {
            id: Id,
            name: one.Name.replace(/^\//, ""),
            service: labels[composeLabels.service] ?? "",
            number: Number(labels[composeLabels.number] ?? 1),
            image: one.Image,
            reference: one.Config.Image,
            configHash: labels[composeLabels.configHash] ?? "",
            running: one.State.Running || one.State.Status === "restarting",
            succeeded: one.State.Status === "exited" && one.State.ExitCode === 0,
          },
        ];
      }),
  );
  return found.flat().sort((a, b) => a.number - b.number);
}

interface ComposeConfig {
  readonly services: Readonly<Record<string, { readonly image?: string }>>;
}

/** What every service should be, as Compose itself reads the file: its hash decides whether a container is outdated. */
export async function readTargets(
  session: Session,
  compose: ComposeProject,
  replicas: Readonly<Record<string, number>>,
  flags: readonly string[] = [],
): Promise<readonly Target[]> {
  const { engine, blueprint, signal } = session;
  const options = { engine, signal };
  const [hashes, config] = await Promise.all([
    runCompose(compose, [...flags, "config", "--hash", "*"], options),
    runCompose(compose, [...flags, "config", "--format", "json"], options),
  ]);
  const hashOf = new Map(hashes.split("\n").map((line) => line.trim().split(/\s+/) as [string, string]));
  const parsed = JSON.parse(config) as ComposeConfig;
  const routed = routedServices(blueprint);
  const services = Object.values(blueprint.services).filter(
    ({ name, role }) => role !== "test" && parsed.services[name] !== undefined,
  );
  const referenceOf = (name: string): string => parsed.services[name]?.image ?? "";
  const references = [...new Set(services.map(({ name }) => referenceOf(name)))];
  const images = new Map(
    await Promise.all(
      references.map(async (reference) => [reference, await findImage(engine, reference, signal)] as const),
    ),
  );
  return services.map((service): Target => {
    const reference = referenceOf(service.name);
    const image = images.get(reference);
    return {
      service: service.name,
      role: service.role,
      replicas: replicas[service.name] ?? service.replicas,
      configHash: hashOf.get(service.name) ?? "",
      reference,
      image: image?.Id,
      digest: image?.RepoDigests?.[0]?.split("@")[1],
      alone: service.surge.possible ? undefined : service.surge.because,
      routed: routed.has(service.name),
      before: jobsBefore(blueprint, service.name),
      graceMs: service.stop.graceMs,
    };
  });
}

function jobsBefore(blueprint: Blueprint, service: string): readonly string[] {
  return (blueprint.services[service]?.after ?? [])
    .filter(({ condition }) => condition === "completed")
    .map((condition) => condition.service);
}
