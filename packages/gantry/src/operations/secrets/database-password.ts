import { GantryError } from "../../base/errors.ts";
import type { Secret } from "../../base/secret.ts";
import type { BackingFacts, Blueprint, ServiceBlueprint } from "../../blueprint/model.ts";
import type { EngineClient } from "../../engine/client.ts";
import { findContainer, listContainers, ofProject } from "../../engine/containers.ts";
import { runCommand } from "../../engine/process.ts";
import { storeProblems } from "../../engine/secret-store/problems.ts";
import { serviceOf } from "../cleanup.ts";
import { scramVerifier } from "./scram.ts";

/** A server whose own password is changed. */
export interface PasswordHolder {
  readonly service: ServiceBlueprint;
  readonly facts: BackingFacts;
  readonly container: string;
  readonly secret: string;
}

/** The service that a secret is the own password of. */
export function holderOf(blueprint: Blueprint, secret: string): ServiceBlueprint | undefined {
  return Object.values(blueprint.services).find((service) => service.backing?.passwordSecret === secret);
}

/** What the server knew before, to go back to. */
export interface OldPassword {
  readonly verifier: string;
}

/** Tells the server the new password. Its own socket lets the superuser in, so no old password is needed. */
export async function changePassword(
  holder: PasswordHolder,
  value: Secret,
  signal?: AbortSignal,
): Promise<OldPassword> {
  const role = literal(holder.facts.user ?? "postgres");
  const before = await sql(holder, `SELECT rolpassword FROM pg_authid WHERE rolname = ${role}`, signal);
  await setVerifier(holder, scramVerifier(value.reveal()), signal);
  return { verifier: before.trim() };
}

/** Takes a change back. */
export async function restorePassword(holder: PasswordHolder, old: OldPassword): Promise<void> {
  await setVerifier(holder, old.verifier);
}

async function setVerifier(holder: PasswordHolder, verifier: string, signal?: AbortSignal): Promise<void> {
  const role = `"${(holder.facts.user ?? "postgres").replaceAll('"', '""')}"`;
  await sql(holder, `ALTER ROLE ${role} PASSWORD ${literal(verifier)}`, signal);
}

/** Ends each line that lets an old container in, so that the next run finds what a killed one left. */
const marker = "# gantry: until its container is replaced";
/** Whole lines of ours, as grep finds them. */
const ourLines = `^host all ".*" [^ ]* trust ${marker}$`;

/**
 * Lets containers that run now go on making connections while they are replaced: PostgreSQL knows one password per
 * role, and theirs is the old one. Only their own addresses, only this role, only until {@link closeDoor}.
 */
export async function openDoor(
  holder: PasswordHolder,
  addresses: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  const role = `"${(holder.facts.user ?? "postgres").replaceAll('"', '""')}"`;
  await rewriteRules(
    holder,
    addresses.map(
      (address) => `host all ${role} ${address}/${address.includes(":") ? 128 : 32} trust ${marker}`,
    ),
    signal,
  );
}

/** Takes the exceptions away; also those that a killed run left. */
export async function closeDoor(holder: PasswordHolder): Promise<void> {
  await rewriteRules(holder, []);
}

/** Puts these lines before all others, in place of those that are ours; takes them back when the server dislikes them. */
async function rewriteRules(
  holder: PasswordHolder,
  lines: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  const file = (await sql(holder, "SHOW hba_file", signal)).trim();
  const shell = (script: string, input = ""): Promise<string> =>
    inside(holder, ["sh", "-c", script, "sh", file, ourLines], input, signal);
  if (lines.length === 0 && (await shell('grep -c -e "$2" "$1" || true')).trim() === "0") return;
  // The file never leaves the container, and is renamed: a server that reloads at this moment reads a whole one.
  await shell(
    'umask 077; { cat; grep -v -e "$2" "$1"; [ $? -le 1 ]; } > "$1.gantry" && cp -p "$1" "$1.before" && mv "$1.gantry" "$1"',
    lines.map((line) => `${line}\n`).join(""),
  );
  const wrong = (
    await sql(holder, "SELECT error FROM pg_hba_file_rules WHERE error IS NOT NULL", signal)
  ).trim();
  await shell(wrong === "" ? 'rm -f "$1.before"' : 'mv "$1.before" "$1"');
  if (wrong !== "")
    throw new GantryError(storeProblems.roleFailed(holder.secret, holder.service.name, wrong.split("\n")));
  await sql(holder, "SELECT pg_reload_conf()", signal);
}

/** Addresses from which the running containers of services come to the server: on the networks that it shares. */
export async function addressesOf(
  engine: EngineClient,
  blueprint: Blueprint,
  services: ReadonlySet<string>,
  server: string,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const networksOf = async (id: string): Promise<Readonly<Record<string, AddressedNetwork>>> =>
    ((await findContainer(engine, id, signal))?.NetworkSettings.Networks ?? {}) as Readonly<
      Record<string, AddressedNetwork>
    >;
  const own = new Set(Object.keys(await networksOf(server)));
  const found = new Set<string>();
  for (const container of await listContainers(engine, ofProject(blueprint.project), signal)) {
    if (container.State !== "running" || !services.has(serviceOf(container))) continue;
    for (const [network, { IPAddress, GlobalIPv6Address }] of Object.entries(await networksOf(container.Id)))
      if (own.has(network))
        for (const address of [IPAddress, GlobalIPv6Address]) if (address) found.add(address);
  }
  return [...found].sort();
}

interface AddressedNetwork {
  readonly IPAddress?: string;
  readonly GlobalIPv6Address?: string;
}

function sql(holder: PasswordHolder, statement: string, signal?: AbortSignal): Promise<string> {
  const { user = "postgres", database = user } = holder.facts;
  const command = ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-U", user, "-d", database];
  return inside(holder, command, `${statement};\n`, signal);
}

/** Runs a program in the server's container; what it must know comes by its input, where no list of processes shows it. */
async function inside(
  holder: PasswordHolder,
  command: readonly string[],
  input: string,
  signal?: AbortSignal,
): Promise<string> {
  const { exitCode, stdout, stderr } = await runCommand(
    { program: "docker", args: ["exec", "-i", holder.container, ...command] },
    { input, ...(signal === undefined ? {} : { signal }) },
  );
  if (exitCode === 0) return stdout;
  const printed = stderr.trim().split("\n").slice(-10);
  throw new GantryError(storeProblems.roleFailed(holder.secret, holder.service.name, printed));
}

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
