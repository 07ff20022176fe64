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

  /** Joins manifests that may mean one another, by a name or by labels; all of them when one cannot be told. */
  join(groups: Groups): void {
    const untold = this.#untold;
    if (untold !== undefined) {
      for (const other of this.#files) groups.join(untold, other);
      return;
    }
    this.#names.joinDefined(groups);
    const all = this.#selectors;
    for (let at = 0; at < all.length; at += 2 + (all[at + 1] as number)) {
      const [file = 0, count = 0] = all.slice(at, at + 2);
      // What it selects has all of these labels, so that the rarest one finds it.
      const labels = all.slice(at + 2, at + 2 + count);
      const sizes = labels.map((label) => this.#labels.countOf(label));
      const rarest = labels[sizes.indexOf(Math.min(...sizes))] as number;
      for (const other of this.#labels.filesOf(rarest)) groups.join(file, other);
    }
  }
}
