import { GantryError } from "../base/errors.ts";
import { imageReference } from "../blueprint/helpers.ts";
import { problems } from "../engine/catalogue.ts";
import { runCommand } from "../engine/process.ts";
import { findImage } from "../engine/resources.ts";
import { explainText } from "../engine/translate.ts";
import { destinationOf } from "./destination.ts";
import type { Session } from "./session.ts";

/** Gets the images that services use and nobody here builds, each a task of its own; those that are there are left. */
export async function pullMissing(session: Session, services: ReadonlySet<string>): Promise<void> {
  const references = new Set<string>();
  for (const { name, image } of Object.values(session.blueprint.services))
    if (services.has(name) && image.kind === "reference") references.add(image.reference);
  const missing = await missingOf(session, [...references]);
  await Promise.all(missing.map((reference) => pull(session, reference)));
}

/** Rejects when images that the stack builds are not there; for `--no-build`, where Compose would ask a registry. */
export async function requireBuilt(session: Session, images: readonly string[]): Promise<void> {
  const { tag, registry } = await destinationOf(session);
  const references = images.map((name) => imageReference(session.blueprint, name, tag, registry));
  const missing = await missingOf(session, references);
  if (missing.length > 0) throw new GantryError(problems.imagesMissing(missing));
}

async function missingOf(
  { engine, signal }: Session,
  references: readonly string[],
): Promise<readonly string[]> {
  const found = await Promise.all(references.map((reference) => findImage(engine, reference, signal)));
  return references.filter((_, i) => found[i] === undefined);
}

/** Through the command line, because it knows the logins of registries and their helpers. */
async function pull(session: Session, reference: string): Promise<void> {
  const { engine, signal } = session;
  const task = session.part("image", `image:${reference}`, reference);
  task.progress("pulling");
  const layers = new Set<string>();
  let ready = 0;
  const { exitCode, stderr } = await runCommand(
    { program: "docker", args: ["pull", reference] },
    {
      signal,
      onLine: ({ text }) => {
        const [, layer, state] = /^([0-9a-f]{12}): (.+)$/.exec(text) ?? [];
        if (layer === undefined) return;
        layers.add(layer);
        if (state === "Pull complete" || state === "Already exists") ready++;
        task.progress("pulling", ready / layers.size);
      },
    },
  );
  if (exitCode === 0) {
    task.finish("ok", "pulled");
    return;
  }
  const known = await explainText(stderr, { engine });
  const problem = known?.problem ?? problems.imageMissing(reference, stderr.trim());
  // Words of Docker's that name no image are about this one.
  const named = { ...problem, what: problem.what.replace("the image", reference) };
  task.finish("failed", "not pulled", [named]);
  throw new GantryError(named, known === undefined ? {} : { exit: known.exit });
}
