import type { Secret } from "../../base/secret.ts";
import type { Blueprint, ServiceBlueprint } from "../../blueprint/model.ts";
import type { ContainerInspect } from "../../engine/api-types.ts";
import type { EngineClient } from "../../engine/client.ts";

/** How one check ended. `skipped` says why in `what`; a `warning` is about the machine, and fails nothing. */
export type Outcome = "ok" | "failed" | "warning" | "skipped";

/** One thing that was checked on the running stack. */
export interface CheckResult {
  /** What the check is about, for a heading: `connections`, `rights`. */
  readonly group: string;
  readonly outcome: Outcome;
  /** Service it is about; absent for the stack. */
  readonly service?: string;
  /** One sentence: what was seen. */
  readonly what: string;
  /** What to do, when it failed or warns. */
  readonly fix?: string;
  /** Raw output that proves it, redacted. */
  readonly evidence?: readonly string[];
}

/** A running container of a service. */
export interface Running {
  readonly service: ServiceBlueprint;
  readonly container: ContainerInspect;
}

/** What every check gets. */
export interface Scene {
  readonly blueprint: Blueprint;
  readonly engine: EngineClient;
  readonly signal: AbortSignal;
  /** Every container of a service that runs on; jobs and tests are not among them. */
  readonly running: readonly Running[];
  /** All that this stack's environment knows, to be searched for. */
  readonly secrets: readonly Secret[];
  /** Image with bash, for containers that look at others. */
  readonly toolImage: string | undefined;
  /** Reads the containers again: they may have been restarted. */
  refresh(): Promise<readonly Running[]>;
  /** Recreates the containers of these services from the rendered file. */
  recreate(services: readonly string[]): Promise<void>;
}

/** A group of checks. */
export interface CheckGroup {
  readonly name: string;
  /** What it proves, for people. */
  readonly title: string;
  /** Interrupts service while it runs: only with `--disruptive`, or outside production. */
  readonly disruptive: boolean;
  run(scene: Scene): Promise<readonly CheckResult[]>;
}
