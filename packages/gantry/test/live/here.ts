import { ensureEngine } from "../../../../testbed/engine.ts";
import { EngineClient } from "../../src/engine/client.ts";
import { findEngine, systemSources } from "../../src/engine/connection.ts";

let prepared: Promise<void> | undefined;

/** A connection to the engine of the tests; it is found or started, and the process's environment points to it. */
export async function connectHere(): Promise<EngineClient> {
  prepared ??= ensureEngine().then((engine) => {
    Object.assign(process.env, engine.env);
    for (const [name, value] of Object.entries(engine.env)) if (value === "") delete process.env[name];
  });
  await prepared;
  return EngineClient.connect(findEngine(systemSources()));
}
