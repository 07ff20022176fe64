import type { ImageBlueprint } from "../blueprint/model.ts";
import type { BuildPlan } from "../blueprint/plan.ts";
import { outputFolder } from "./output.ts";
import { applicationDrafts, type Draft, type ServiceContext } from "./services.ts";
import type { ApplicationService, StackInput } from "./types.ts";

/** Name of the service that runs the stack's tests. */
export const testsName = "tests";

/** The service that runs the tests, and its image: the service's own, at the stage that holds the tests. */
export function testsDraft(
  input: StackInput<string>,
  context: ServiceContext,
  drafts: readonly Draft[],
):
  | { draft: Draft; image: { name: string; of: string; plan: BuildPlan; changes: Partial<ImageBlueprint> } }
  | undefined {
  const test = input.test;
  const service =
    test === undefined ? undefined : (input.services[test.service] as ApplicationService | undefined);
  const image = test === undefined ? undefined : context.image(test.service);
  if (test === undefined || service === undefined || image === undefined) return undefined;
  const name = `${image.name}-${testsName}`;
  const { drafts: made } = applicationDrafts(
    testsName,
    {
      ...service,
      command: test.command,
      uses: test.uses ?? service.uses ?? [],
      env: { ...service.env, ...test.env },
      health: { none: "it runs once and ends" },
      publish: false,
      replicas: 1,
      writable: [...(service.writable ?? []), ...(image.plan.testScratch ?? [])],
    },
    { ...context, image: () => ({ ...image, name }) },
  );
  // Its own jobs would be those of the service a second time: it waits for the service's instead.
  const draft = made.at(-1) as Draft;
  const jobs = drafts.filter(
    (other) =>
      other.role === "job" &&
      Object.keys(service.before ?? {}).some((job) => other.name === `${test.service}-${job}`),
  );
  const last = jobs.at(-1);
  return {
    draft: {
      ...draft,
      role: "test",
      port: undefined,
      listens: [],
      after: [
        ...draft.after.filter((condition) => condition.condition !== "completed"),
        ...(last === undefined ? [] : [{ service: last.name, condition: "completed" as const }]),
      ],
      restart: "no",
      develop: undefined,
      comment: "Runs the stack's tests: `docker compose run --rm tests`, or `gantry test`.",
    },
    image: {
      name,
      of: image.name,
      plan: image.plan,
      changes: {
        name,
        repository: `${input.name}-${name}`,
        dockerfile: image.plan.dockerfile?.path ?? `${outputFolder}/${image.name}.Dockerfile`,
        target: image.plan.testTarget ?? image.plan.targets.test,
      },
    },
  };
}
