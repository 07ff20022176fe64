import { type ComposeProject, runCompose } from "./compose.ts";

/** The parts of a Compose project, with variables and overrides resolved by Compose itself, that Gantry reads. */
export interface ComposeModel {
  readonly services: Readonly<Record<string, { readonly ports?: readonly PortModel[] }>>;
}

/** A published port, in Compose's long form. */
export interface PortModel {
  readonly target: number;
  readonly protocol?: string;
  readonly host_ip?: string;
  /** A number, a range, or nothing for any that is free. */
  readonly published?: string;
}

/** Asks Compose what these services, and what they depend on, come to. Rejects where `docker compose up` would too. */
export async function readModel(
  project: ComposeProject,
  services: readonly string[],
  options: Parameters<typeof runCompose>[2] = {},
): Promise<ComposeModel> {
  const text = await runCompose(project, ["config", "--format", "json", ...services], options);
  return { services: (JSON.parse(text) as Partial<ComposeModel>).services ?? {} };
}
