import { type Groups, hashOf, Mentions } from "../ties.ts";
import type { ManifestLinks } from "./links.ts";

/** The ties of all manifests of a project, by the numbers of their files. Has a life: it grows until all are seen. */
export class Manifests {
  readonly #files: number[] = [];
  readonly #names = new Mentions();
  readonly #labels = new Mentions();
  /** For each selector its file, how many labels it asks for, and their hashes: a list for each would take more than they do. */
  readonly #selectors: number[] = [];
  /** A manifest whose ties cannot be told. */
  #untold: number | undefined;

  add(file: number, links: ManifestLinks | undefined): void {
    this.#files.push(file);
    if (links === undefined) this.#untold = file;
    for (const name of links?.defines ?? []) this.#names.add(hashOf(name), file, true);
    for (const name of links?.mentions ?? []) this.#names.add(hashOf(name), file);
    for (const label of links?.labels ?? []) this.#labels.add(hashOf(label), file);
    for (const labels of links?.selectors ?? [])
      this.#selectors.push(file, labels.length, ...labels.map(hashOf));
  }

  /** For each selector its rarest label, if any file has it: what it selects has all of its labels, so that this one finds it. */
  *#selected(): Generator<{ readonly file: number; readonly label: number }> {
    const all = this.#selectors;
    for (let at = 0; at < all.length; at += 2 + (all[at + 1] as number)) {
      const [file = 0, count = 0] = all.slice(at, at + 2);
      const labels = all.slice(at + 2, at + 2 + count);
      const sizes = labels.map((label) => this.#labels.countOf(label));
      const fewest = Math.min(...sizes);
      if (fewest > 0) yield { file, label: labels[sizes.indexOf(fewest)] as number };
    }
  }

  /** Joins manifests that may mean one another, by a name or by labels; all of them when one cannot be told. */
  join(groups: Groups): void {
    const untold = this.#untold;
    if (untold !== undefined) {
      for (const other of this.#files) groups.join(untold, other);
      return;
    }
    this.#names.joinDefined(groups);
    for (const { label, file } of [...this.#selected()]) this.#labels.add(label, file, true);
    this.#labels.joinDefined(groups);
  }
}
