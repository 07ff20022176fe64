import { ConfigError, createLog } from "@gantry/runtime";

/** Runs the start of a process; what goes wrong is one log line, fit to be read by people and programs, and exit code 1. */
export async function start(service: string, run: () => Promise<void>): Promise<void> {
  const log = createLog({ service });
  try {
    await run();
  } catch (error) {
    if (error instanceof ConfigError) log.fatal({ problems: error.problems }, error.message);
    else log.fatal({ err: error }, "the process could not start");
    process.exit(1);
  }
}
