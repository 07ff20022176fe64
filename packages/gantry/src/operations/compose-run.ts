import { dirname, join } from "node:path";
import { GantryError } from "../base/errors.ts";
import { closest, listing } from "../base/names.ts";
import type { Secret } from "../base/secret.ts";
import type { Blueprint } from "../blueprint/model.ts";
import { filesThere, isElsewhere, memoryThere } from "../engine/carrier.ts";
import { problems } from "../engine/catalogue.ts";
import type { ComposeProject } from "../engine/compose.ts";
import { prepareState, writeAtomic } from "../engine/files.ts";
import { deliverVariables, deliveryFolder } from "../engine/secret-delivery.ts";
import { findSecrets } from "../engine/secrets.ts";
import { extraAuthorities } from "./build.ts";
import { carryMounts, deliver } from "./delivery.ts";
import { composeFile } from "./rendered.ts";
import { addressProblems } from "./secrets/address-values.ts";
import { type Session, secretRequests } from "./session.ts";

/** What a run adds to the rendered Compose file. */
export interface RunSettings {
  readonly tag?: string;
  /** Text of another Compose file that is merged over the rendered one. */
  readonly override?: string;
  /** When files of secrets are written; at once when absent. A deploy does that when it begins to change something. */
  readonly deliver?: "now" | "later";
}

/** A Compose project that is ready to be driven, with its secrets in place. */
export interface PreparedProject {
  readonly compose: ComposeProject;
  /** Secrets whose value is another than the containers have; only known when they were delivered. */
  readonly changedSecrets: readonly string[];
  readonly secrets: readonly Secret[];
}

/** Finds the secrets, delivers them as files, and says how to call Compose. */
export async function prepareProject(session: Session, settings: RunSettings = {}): Promise<PreparedProject> {
  const { blueprint, context } = session;
  const state = await prepareState(context.project.root);
  const secrets = await findSecrets(secretRequests(blueprint), {
    root: context.project.root,
    environment: blueprint.environment,
    variables: process.env,
    create: true,
  });
  session.conceal(secrets);
  const unfit = addressProblems(blueprint, secrets);
  if (unfit.length > 0) throw new GantryError(unfit);
  const folder = await deliveryFolder(blueprint.project, context.project.root);
  const changed = settings.deliver === "later" ? [] : await deliver(session, secrets);
  const rendered = composeFile(context.project, blueprint);
  const files = [rendered];
  const exposed = exposedSecrets(blueprint, secrets);
  const elsewhere = isElsewhere(session.engine);
  if (elsewhere) await carryMounts(session);
  if (settings.override !== undefined) {
    const file = join(state, "run", `${blueprint.project}.yaml`);
    await writeAtomic(file, settings.override);
    files.push(file);
  }
  return {
    compose: {
      name: blueprint.project,
      files,
      variables: {
        SECRETS_DIR: elsewhere
          ? await memoryThere(session.engine, blueprint.project, session.signal)
          : folder,
        EXTRA_CA: extraAuthorities(process.env) ?? "",
        ...(settings.tag === undefined ? {} : { TAG: settings.tag }),
      },
      ...(elsewhere ? { folder: `${filesThere(blueprint.project)}/${blueprint.output}` } : {}),
      // Named, because Compose looks for `.env` in the folder that relative paths start from.
      ...(exposed.length === 0 && !elsewhere
        ? {}
        : { variableFiles: await deliverVariables(exposed, folder, dirname(rendered)) }),
    },
    changedSecrets: changed,
    secrets,
  };
}

/** Values of secrets that software takes only from its environment; the Compose file refers to them by name. */
function exposedSecrets(blueprint: Blueprint, secrets: readonly Secret[]): readonly Secret[] {
  const exposed = new Set(
    Object.values(blueprint.services).flatMap((service) =>
      service.secrets.filter((use) => use.exposed !== undefined).map((use) => use.secret),
    ),
  );
  return secrets.filter(({ name }) => exposed.has(name));
}

/**
 * Services that have to be replaced because the file of a secret changed. A database does not read its own password
 * again after its first start: to replace it would interrupt everybody for nothing.
 */
export function readersOf(blueprint: Blueprint, secrets: readonly string[]): ReadonlySet<string> {
  return new Set(
    Object.values(blueprint.services)
      .filter((service) =>
        service.secrets.some(
          (use) => secrets.includes(use.secret) && use.secret !== service.backing?.passwordSecret,
        ),
      )
      .map(({ name }) => name),
  );
}

/** Rejects names that the stack does not have, all at once. */
export function requireServices(blueprint: Blueprint, names: readonly string[]): void {
  const known = Object.keys(blueprint.services);
  const unknown = names.filter((name) => blueprint.services[name] === undefined);
  if (unknown.length === 0) return;
  throw new GantryError(
    unknown.map((name) => problems.unknownService(name, closest(name, known), known)),
    { exit: "usage" },
  );
}

/** What each service needs to be there before it starts and after it stops. */
export function dependenciesOf(blueprint: Blueprint): ReadonlyMap<string, readonly string[]> {
  return new Map(
    Object.values(blueprint.services).map((service) => [
      service.name,
      [...new Set([...service.after.map((condition) => condition.service), ...service.uses])],
    ]),
  );
}

/** `waiting for db and cache`. */
export function waitingFor(services: readonly string[]): string {
  return `waiting for ${listing(services)}`;
}
