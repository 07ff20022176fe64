import { GantryError } from "../base/errors.ts";
import { type PatienceOptions, readDuration } from "../operations/deploy.ts";
import { deployProblems } from "../operations/ship/problems.ts";
import type { Invocation } from "./invocation.ts";

/** `--soak`, `--drain` and `--watch`. */
export function patienceFrom(call: Invocation): PatienceOptions {
  const [soakMs, drainMs, watchMs] = ["soak", "drain", "watch"].map((name) =>
    readDuration(name, call.text(name)),
  );
  return {
    ...(soakMs === undefined ? {} : { soakMs }),
    ...(drainMs === undefined ? {} : { drainMs }),
    ...(watchMs === undefined ? {} : { watchMs }),
  };
}

/** Rejects other environments: they have no gateway that could move requests. */
export function requireProduction(call: Invocation, command: string): void {
  if (call.environment !== "production")
    throw new GantryError(deployProblems.onlyProduction(command), { exit: "usage" });
}
