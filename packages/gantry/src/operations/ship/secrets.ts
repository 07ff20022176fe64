import { createHmac, randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Secret } from "../../base/secret.ts";
import type { Blueprint } from "../../blueprint/model.ts";
import { createOnce, readText } from "../../engine/files.ts";
import { outdatedFiles } from "../../engine/secret-delivery.ts";
import { readersOf } from "../compose-run.ts";
import type { Session } from "../session.ts";
import { servingRecord } from "./generations.ts";
import type { DeployBook } from "./journal.ts";
import type { GenerationRecord } from "./model.ts";

/** What a change does about secrets. */
export interface SecretsOfChange {
  readonly secrets: readonly Secret[];
  /** What tells each value from another, for the record. */
  readonly marks: Readonly<Record<string, string>>;
  /** Services whose containers have another value of one that they read. */
  readonly outdated: ReadonlySet<string>;
}

/**
 * Compares values with those that the serving generation has. Its record decides: files say what was delivered last, and
 * that may have been for a deploy that failed, or be gone with the session of whoever delivered them.
 */
export async function secretsOfChange(
  session: Session,
  book: DeployBook,
  secrets: readonly Secret[],
): Promise<SecretsOfChange> {
  const { blueprint } = session;
  const marks = await marksOf(book, secrets);
  const serving = servingRecord(await book.history())?.secrets;
  const changed =
    serving === undefined
      ? await outdatedFiles(secrets, blueprint.project, session.context.project.root)
      : Object.keys(marks).filter((name) => serving[name] !== undefined && serving[name] !== marks[name]);
  return { secrets, marks, outdated: readersOf(blueprint, changed) };
}

/** The serving generation has these values from now on, although nothing had to be replaced for it. */
export async function noteSecrets(
  book: DeployBook,
  serving: GenerationRecord | undefined,
  { marks }: SecretsOfChange,
): Promise<void> {
  if (serving !== undefined) await book.record({ ...serving, secrets: marks });
}

/** Lines for a plan: which secrets everybody who may use the engine can see. */
export function exposedIn(blueprint: Blueprint): readonly string[] {
  return Object.values(blueprint.services).flatMap((service) =>
    service.secrets.flatMap(({ secret, exposed }) =>
      exposed === undefined
        ? []
        : [`${secret} goes into the environment of ${service.name}, as ${exposed.variable}`],
    ),
  );
}

/** A mark says whether two values are the same, and nothing else to anybody without the key that lies beside. */
async function marksOf(
  book: DeployBook,
  secrets: readonly Secret[],
): Promise<Readonly<Record<string, string>>> {
  const file = join(book.folder, "marks.key");
  await createOnce(file, randomBytes(32).toString("base64url"), 0o600);
  const key = (await readText(file)) ?? "";
  return Object.fromEntries(
    secrets.map((secret) => {
      const mac = createHmac("sha256", key).update(`${secret.name}\0${secret.reveal()}`);
      return [secret.name, mac.digest("base64url").slice(0, 22)];
    }),
  );
}
