import { open, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { describeUnknown, GantryError } from "../../base/errors.ts";
import type { Blueprint } from "../../blueprint/model.ts";
import { readText, writeAtomic } from "../../engine/files.ts";
import type { GenerationRecord, Journal } from "./model.ts";
import { deployProblems } from "./problems.ts";

/** What is written down of the deploys of one environment, in a folder of the stack's state. */
export class DeployBook {
  readonly folder: string;
  #records: Promise<readonly GenerationRecord[]> | undefined;

  constructor(state: string, project: string) {
    this.folder = join(state, "deploy", project);
  }

  get #journal(): string {
    return join(this.folder, "journal.json");
  }

  /** The deploy that was begun and not ended; `undefined` when there is none. */
  async unfinished(): Promise<Journal | undefined> {
    const text = await readText(this.#journal);
    if (text === undefined) return undefined;
    try {
      const journal = JSON.parse(text) as Journal;
      if (journal.format !== 1 || !Array.isArray(journal.before)) throw new Error("Its form is not known.");
      return journal;
    } catch (error) {
      throw new GantryError(deployProblems.journalUnreadable(this.#journal, describeUnknown(error)));
    }
  }

  /** Writes it down so that it is there after a loss of power too. */
  async write(journal: Journal): Promise<void> {
    await writeAtomic(this.#journal, `${JSON.stringify(journal, undefined, 2)}\n`);
    // A rename is safe only once the folder is.
    const folder = await open(this.folder);
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }

  /** The deploy ended: its record goes into the history, and the journal away. */
  async close(record: GenerationRecord): Promise<void> {
    await this.record(record);
    await rm(this.#journal, { force: true });
  }

  /** Writes or replaces a record of the history. */
  async record(record: GenerationRecord): Promise<void> {
    const text = `${JSON.stringify(record, undefined, 2)}\n`;
    await writeAtomic(this.#file(record.generation, "json"), text).finally(() => {
      this.#records = undefined;
    });
  }

  /** All records, oldest first; one that cannot be read costs only itself. Read once, as long as this book writes none. */
  history(): Promise<readonly GenerationRecord[]> {
    this.#records ??= this.#readRecords();
    return this.#records;
  }

  async #readRecords(): Promise<readonly GenerationRecord[]> {
    const names = await readdir(join(this.folder, "generations")).catch(() => []);
    const texts = await Promise.all(
      names
        .filter((name) => /^\d+\.json$/.test(name))
        .map((name) => readText(join(this.folder, "generations", name))),
    );
    return texts.flatMap((text) => parseRecord(text)).sort((a, b) => a.generation - b.generation);
  }

  /** Keeps what going back to a generation needs: its Compose file, and the blueprint that it was rendered from. */
  async keep(generation: number, compose: string, blueprint: Blueprint): Promise<void> {
    await Promise.all([
      writeAtomic(this.#file(generation, "compose.yaml"), compose),
      writeAtomic(this.#file(generation, "blueprint.json"), JSON.stringify(blueprint)),
    ]);
  }

  /** What was kept of a generation: the Compose file's path, and the blueprint; `undefined` when either is gone. */
  async kept(
    generation: number,
  ): Promise<{ readonly compose: string; readonly blueprint: Blueprint } | undefined> {
    const compose = this.#file(generation, "compose.yaml");
    const text = await readText(this.#file(generation, "blueprint.json"));
    if (text === undefined || (await readText(compose)) === undefined) return undefined;
    const blueprint = JSON.parse(text) as Blueprint;
    return blueprint.format === 1 ? { compose, blueprint } : undefined;
  }

  /** How many of each service somebody asked for with `gantry scale`, where that differs from the stack. */
  async scales(): Promise<Readonly<Record<string, number>>> {
    const text = await readText(join(this.folder, "scale.json"));
    return text === undefined ? {} : (JSON.parse(text) as Record<string, number>);
  }

  async keepScales(scales: Readonly<Record<string, number>>): Promise<void> {
    await writeAtomic(join(this.folder, "scale.json"), `${JSON.stringify(scales, undefined, 2)}\n`);
  }

  /** Drops what was kept of all other generations, their records aside. */
  async forgetAllBut(wanted: ReadonlySet<number>): Promise<void> {
    const folder = join(this.folder, "generations");
    const names = (await readdir(folder)).filter((name) => {
      const generation = /^(\d+)\.(compose\.yaml|blueprint\.json)$/.exec(name)?.[1];
      return generation !== undefined && !wanted.has(Number(generation));
    });
    await Promise.all(names.map((name) => rm(join(folder, name), { force: true })));
  }

  #file(generation: number, ending: string): string {
    return join(this.folder, "generations", `${String(generation).padStart(6, "0")}.${ending}`);
  }
}

function parseRecord(text: string | undefined): readonly GenerationRecord[] {
  try {
    const record = JSON.parse(text ?? "") as GenerationRecord;
    return record.format === 1 ? [record] : [];
  } catch {
    return [];
  }
}
