import { ensureEngine, removeEngine, runningEngine } from "../testbed/engine.ts";
import { ensureImages, standInNames } from "../testbed/images.ts";

const HELP = `Usage: node scripts/setup.mjs scripts/engine.ts COMMAND

  up               find a usable Docker engine, or install and start a private one
  images [NAME...] get base images: pull them, or build stand-ins where the registry is out of reach
  env              print shell exports: eval "$(node scripts/setup.mjs scripts/engine.ts env)"
  status           say which engine is used, without starting one
  down [--purge]   stop the private engine; --purge also removes its data, its packages and all state
`;

const say = (line: string) => void process.stderr.write(`${line}\n`);

/** Runs one command of this little command line and returns its exit code. */
async function main(args: readonly string[]): Promise<number> {
  const [command, ...rest] = args;
  switch (command) {
    case "up": {
      const engine = await ensureEngine({ progress: say });
      console.log(
        `Docker ${engine.version} at ${engine.host ?? "the current context"}${engine.owned ? " (private)" : ""}`,
      );
      return 0;
    }
    case "images": {
      const engine = await ensureEngine({ progress: say });
      const images = await ensureImages(engine, rest.length > 0 ? rest : standInNames(), { progress: say });
      for (const image of images) console.log(`${image.reference}\t${image.origin}`);
      return 0;
    }
    case "env": {
      const engine = await ensureEngine({ progress: say });
      for (const [name, value] of Object.entries(engine.env)) {
        console.log(value === "" ? `unset ${name}` : `export ${name}='${value.replaceAll("'", "'\\''")}'`);
      }
      return 0;
    }
    case "status": {
      const engine = await runningEngine();
      console.log(
        engine === undefined
          ? "No private engine runs."
          : `Docker ${engine.version} at ${engine.host} (private)`,
      );
      return engine === undefined ? 1 : 0;
    }
    case "down":
      await removeEngine({ progress: say, purge: rest.includes("--purge") });
      return 0;
    default:
      process.stderr.write(HELP);
      return command === undefined || command === "--help" ? 0 : 2;
  }
}

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  say(error instanceof Error ? error.message : String(error));
  return 1;
});
