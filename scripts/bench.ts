// `npm run bench -- NAME [ARGS]`: runs one measurement of bench/, which prints a table and, last, its headline.
import { readdirSync } from "node:fs";

/** What a file of bench/ exports. */
interface Measurement {
  /** Prints a table and, last, one line with the headline ratio. */
  bench(args: readonly string[]): Promise<void>;
}

const folder = new URL("../bench/", import.meta.url);
const names = readdirSync(folder)
  .filter((file) => file.endsWith(".ts"))
  .map((file) => file.slice(0, -".ts".length))
  .sort();
const [name, ...args] = process.argv.slice(2);
if (name === undefined || !names.includes(name)) {
  process.stderr.write(`usage: npm run bench -- NAME, with one of: ${names.join(", ")}\n`);
  process.exitCode = 2;
} else {
  const measurement = (await import(new URL(`${name}.ts`, folder).href)) as Measurement;
  await measurement.bench(args);
}
