import { createLog, logCrashes } from "@gantry/runtime";
import { migrate, readMigrations } from "./database/migrations.ts";
import { loadSettings } from "./settings.ts";
import { start } from "./start.ts";

await start("migrate", async () => {
  const { config, secrets } = await loadSettings("migrate");
  const log = createLog({ service: "migrate", version: config.version, level: config.logLevel, secrets });
  logCrashes(log);
  const applied = await migrate(config, await readMigrations());
  log.info(
    { applied },
    applied.length === 0 ? "the database is up to date" : "the database was brought up to date",
  );
});
