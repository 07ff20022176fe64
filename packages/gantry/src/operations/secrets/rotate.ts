import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describeUnknown, GantryError } from "../../base/errors.ts";
import { listing } from "../../base/names.ts";
import { Secret } from "../../base/secret.ts";
import type { SecretBlueprint } from "../../blueprint/model.ts";
import { listContainers, ofProject } from "../../engine/containers.ts";
import { writeAtomic } from "../../engine/files.ts";
import { takeLock } from "../../engine/lock.ts";
import { storeProblems } from "../../engine/secret-store/problems.ts";
import { defaultStoreFile, saveStore } from "../../engine/secret-store/store.ts";
import { findSecrets, keptFile, originOf } from "../../engine/secrets.ts";
import { serviceOf } from "../cleanup.ts";
import { readersOf } from "../compose-run.ts";
import type { OperationContext } from "../context.ts";
import { deliver } from "../delivery.ts";
import { type OpenSession, openSession, secretRequests, stateOf } from "../session.ts";
import { runningContainer } from "../target.ts";
import {
  addressesOf,
  changePassword,
  closeDoor,
  holderOf,
  openDoor,
  type PasswordHolder,
  restorePassword,
} from "./database-password.ts";
import { lockStore, makeValue, openStore, requireKnown, setSecrets } from "./store.ts";

/** How to rotate. */
export interface RotateOptions {
  /** The new value; made up when absent. */
  readonly value?: string;
  /** Replace the containers that use it, when some run; true when absent. */
  readonly redeploy?: boolean;
}

/** What `gantry secrets rotate` did. */
export interface RotateResult {
  readonly name: string;
  /** In words, in order. */
  readonly steps: readonly string[];
  /** Services that were replaced. */
  readonly redeployed: readonly string[];
}

/**
 * Gives a secret a new value, everywhere or nowhere. A database's own password is changed inside the server first;
 * until their replacements run, containers with the old one are let in by their address. When anything fails, the old
 * value is in force again.
 */
export async function rotateSecret(
  context: OperationContext,
  name: string,
  options: RotateOptions = {},
): Promise<RotateResult> {
  requireKnown(context, [name]);
  const subject = `the rotation of secrets of ${context.environment}`;
  // Two at once could leave the server with one value and the file with the other.
  await using _lock = await takeLock(
    join(stateOf(context), `rotate-${context.environment}.lock`),
    subject,
    "gantry secrets rotate",
    { signal: context.signal },
  );
  await using session = await openSession(context);
  try {
    return await rotate(context, session, name, options);
  } catch (error) {
    throw await session.explain(error);
  }
}

async function rotate(
  context: OperationContext,
  session: OpenSession,
  name: string,
  options: RotateOptions,
): Promise<RotateResult> {
  const { blueprint, engine, signal } = session;
  const request = blueprint.secrets[name] as SecretBlueprint;
  const value = options.value === undefined ? makeValue(request) : new Secret(name, options.value);
  if (value.reveal() === "") throw new GantryError(storeProblems.emptyValue(name));
  const keeper = await keeperOf(context, name);
  const running = new Set(
    (await listContainers(engine, ofProject(blueprint.project), signal))
      .filter(({ State }) => State === "running")
      .map(serviceOf),
  );
  const readers = [...readersOf(blueprint, [name])].filter((service) => running.has(service)).sort();
  const redeploy = options.redeploy !== false && readers.length > 0;
  const owner = holderOf(blueprint, name);
  const steps: string[] = [];
  let holder: PasswordHolder | undefined;
  if (owner?.backing !== undefined) {
    const container = (await runningContainer(engine, blueprint, { service: owner.name }, signal)).Id;
    holder = { service: owner, facts: owner.backing, container, secret: name };
  }
  const undo: (() => Promise<void>)[] = [];
  try {
    if (holder !== undefined) {
      const server = holder;
      if (redeploy) {
        const addresses = await addressesOf(engine, blueprint, new Set(readers), server.container, signal);
        undo.push(() => closeDoor(server));
        await openDoor(server, addresses, signal);
        steps.push(
          `${server.service.name} lets ${addresses.length === 1 ? "1 running container" : `${addresses.length} running containers`} in by address until replaced`,
        );
      } else await closeDoor(server);
      const old = await changePassword(server, value, signal);
      undo.push(() => restorePassword(server, old));
      steps.push(`${server.service.name} has the new password`);
    }
    undo.push(await keeper.write(value));
    steps.push(`${keeper.file} holds it`);
    if (redeploy) {
      // The deploy delivers the new value as a file, which a container that restarts by itself would read.
      undo.unshift(() => deliverAgain(context, session));
      await replaceReaders(context);
      steps.push(`${listing(readers)} ${readers.length === 1 ? "runs" : "run"} with it`);
    }
  } catch (error) {
    const failed: unknown[] = [];
    for (const step of undo.toReversed()) await step().catch((second: unknown) => failed.push(second));
    if (failed.length > 0 && holder !== undefined)
      throw new GantryError(
        storeProblems.roleLeft(name, holder.service.name, context.environment, describeUnknown(failed[0])),
        { cause: error },
      );
    throw error;
  }
  if (holder !== undefined && redeploy) {
    await closeDoor(holder);
    steps.push(`${holder.service.name} asks everybody for the new password again`);
  }
  if (readers.length > 0 && !redeploy)
    steps.push(
      `${listing(readers)} ${readers.length === 1 ? "has" : "have"} the old value until the next deploy`,
    );
  return { name, steps, redeployed: redeploy ? readers : [] };
}

/** Writes the files that containers mount anew, from what is kept now. */
async function deliverAgain(context: OperationContext, session: OpenSession): Promise<void> {
  const { root } = context.project;
  const sources = { root, environment: context.environment, variables: process.env, create: false };
  await deliver({ ...session, context }, await findSecrets(secretRequests(session.blueprint), sources));
}

/** Production replaces beside what serves; dev and test, which nobody waits for, in place. */
async function replaceReaders(context: OperationContext): Promise<void> {
  if (context.environment === "production") {
    const { deploy } = await import("../deploy.ts");
    await deploy(context, { build: false });
  } else {
    const { up } = await import("../up.ts");
    await up(context, { build: false });
  }
}

interface Keeper {
  readonly file: string;
  /** Writes the value; calling what it returns takes that back. */
  write(value: Secret): Promise<() => Promise<void>>;
}

/** Where the value is kept, and so where the new one goes. */
async function keeperOf(context: OperationContext, name: string): Promise<Keeper> {
  const { root } = context.project;
  const store = await openStore(context);
  const sources = { root, environment: context.environment, variables: process.env };
  const origin = await originOf(name, sources, new Set(Object.keys(store?.content.secrets ?? {})));
  if (origin === "variable") throw new GantryError(storeProblems.elsewhere(name, `the variable ${name}`));
  if (origin === "file")
    throw new GantryError(storeProblems.elsewhere(name, `the file that ${name}_FILE names`));
  if (origin === "missing")
    throw new GantryError(
      storeProblems.notSet(name, defaultStoreFile(context.environment), context.environment),
    );
  if (origin === "kept") {
    const file = keptFile(root, context.environment, name);
    return {
      file: `.gantry/secrets/${context.environment}/${name}`,
      write: async (value) => {
        const before = await readFile(file, "utf8");
        await writeAtomic(file, value.reveal(), 0o444);
        return () => writeAtomic(file, before, 0o444);
      },
    };
  }
  return {
    file: store?.file ?? "",
    write: async (value) => {
      await setSecrets(context, [value]);
      return async () => {
        await using _lock = await lockStore(context);
        const now = await openStore(context);
        const old = store?.content.secrets[name];
        if (now === undefined || old === undefined) return;
        // As it was encrypted before: a failed rotation leaves nothing to commit.
        await saveStore(root, {
          ...now,
          content: { ...now.content, secrets: { ...now.content.secrets, [name]: old } },
        });
      };
    },
  };
}
