import { GantryError } from "../../base/errors.ts";
import type { Secret } from "../../base/secret.ts";
import { sealedFor } from "../../engine/secret-store/format.ts";
import { storeProblems } from "../../engine/secret-store/problems.ts";
import { defaultStoreFile } from "../../engine/secret-store/store.ts";
import { findSecrets, originOf, type SecretOrigin } from "../../engine/secrets.ts";
import type { OperationContext } from "../context.ts";
import { openStore, requireKnown } from "./store.ts";

/** One secret, without its value. */
export interface SecretStatus {
  readonly name: string;
  readonly purpose: string;
  readonly origin: SecretOrigin;
  /** Nobody set it and Gantry makes it up when it is first needed. */
  readonly generated: boolean;
  readonly usedBy: readonly string[];
  /** Services that get it as environment, because their software reads no file. */
  readonly exposedTo: readonly string[];
  /** For fewer or more keys than the list has: somebody changed the list by hand. */
  readonly stale: boolean;
}

/** All secrets of an environment. */
export interface SecretList {
  readonly environment: string;
  /** The encrypted file; `undefined` when there is none. */
  readonly file: string | undefined;
  readonly recipients: Readonly<Record<string, string>>;
  readonly secrets: readonly SecretStatus[];
  /** In the file, and not in the stack. */
  readonly unused: readonly string[];
}

/** Problems that the command line itself finds. */
export const secretProblems: Pick<typeof storeProblems, "hidden"> = storeProblems;

/** What the environment needs, and where each value comes from. Opens nothing, so it needs no key. */
export async function listSecrets(context: OperationContext): Promise<SecretList> {
  const blueprint = context.project.blueprint(context.environment);
  const store = await openStore(context);
  const encrypted = store?.content.secrets ?? {};
  const recipients = store?.content.recipients ?? {};
  const sources = { root: context.project.root, environment: context.environment, variables: process.env };
  const secrets = await Promise.all(
    Object.values(blueprint.secrets).map(
      async ({ name, purpose, usedBy, generate }): Promise<SecretStatus> => {
        const origin = await originOf(name, sources, new Set(Object.keys(encrypted)));
        const sealed = encrypted[name];
        return {
          name,
          purpose,
          origin,
          generated: generate && origin === "missing",
          usedBy,
          exposedTo: Object.values(blueprint.services)
            .filter((service) =>
              service.secrets.some((use) => use.secret === name && use.exposed !== undefined),
            )
            .map((service) => service.name),
          stale: sealed !== undefined && sealedFor(sealed) !== Object.keys(recipients).length,
        };
      },
    ),
  );
  return {
    environment: context.environment,
    file: store?.file,
    recipients,
    secrets,
    unused: Object.keys(encrypted).filter((name) => blueprint.secrets[name] === undefined),
  };
}

/** The value that counts, wherever it comes from. The caller answers for where it goes. */
export async function getSecret(context: OperationContext, name: string): Promise<Secret> {
  requireKnown(context, [name]);
  const { root } = context.project;
  const request = { ...context.project.blueprint(context.environment).secrets[name], name, generate: false };
  const missing = storeProblems.notSet(name, defaultStoreFile(context.environment), context.environment);
  try {
    const [value] = await findSecrets([{ bytes: 32, usedBy: [], ...request }], {
      root,
      environment: context.environment,
      variables: process.env,
      create: true,
    });
    if (value !== undefined) return value;
  } catch (error) {
    // That production wants it is not what somebody asked who wants to see it.
    if (!(error instanceof GantryError) || error.problems[0]?.code !== "GTY5006") throw error;
  }
  throw new GantryError(missing);
}
