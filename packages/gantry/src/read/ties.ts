/** Disjoint groups of numbers that grow together. Has a life: it changes until all files are seen. */
export class Groups {
  /** What a number was joined to, itself at the top of its group; -1 for what was never joined. */
  readonly #above: Int32Array;

  /** For the numbers below `size`. */
  constructor(size: number) {
    this.#above = new Int32Array(size).fill(-1);
  }

  join(one: number, other: number): void {
    const a = this.#root(one);
    const b = this.#root(other);
    if (a !== b) this.#above[a] = b;
  }

  /** Number of a member's group; `undefined` for what was never joined. */
  of(member: number): number | undefined {
    return this.#above[member] === -1 ? undefined : this.#root(member);
  }

  #root(member: number): number {
    const above = this.#above;
    if (above[member] === -1) above[member] = member;
    let at = member;
    for (let next = above[at] as number; next !== at; next = above[at] as number) {
      above[at] = above[next] as number;
      at = next;
    }
    return at;
  }
}

/** Room for a million files, more than are ever listed, and one bit: with a word's 32 all that a `number` holds exactly. */
const perWord = 2 ** 21;

/**
 * Which files say which words: eight bytes for each, as the words of ten thousand files would be most of what a check
 * keeps in memory. Words are known by a hash; two that share one are taken for the same.
 */
export class Mentions {
  #list = new Float64Array(512);
  #count = 0;
  #sorted = true;

  /** Notes that a file says a word, by its hash; `defines` when the word is what that file gives a meaning to. */
  add(hash: number, file: number, defines = false): void {
    if (this.#count === this.#list.length) {
      const longer = new Float64Array(2 * this.#count);
      longer.set(this.#list);
      this.#list = longer;
    }
    this.#list[this.#count++] = hash * perWord + file * 2 + Number(defines);
    this.#sorted = false;
  }

  /** Joins the files that say the same word, where one of them defines it. */
  joinDefined(groups: Groups): void {
    const list = this.#inOrder();
    for (let from = 0, to = 0; from < list.length; from = to) {
      const hash = Math.floor((list[from] as number) / perWord);
      let defined = false;
      for (to = from; to < list.length && (list[to] as number) < (hash + 1) * perWord; to++)
        defined ||= (list[to] as number) % 2 === 1;
      if (defined) for (let at = from + 1; at < to; at++) groups.join(this.#fileAt(from), this.#fileAt(at));
    }
  }

  /** How many files say a word. */
  countOf(hash: number): number {
    return this.#firstOf(hash + 1) - this.#firstOf(hash);
  }

  #firstOf(hash: number): number {
    const list = this.#inOrder();
    let low = 0;
    let high = list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((list[middle] as number) < hash * perWord) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #fileAt(at: number): number {
    return Math.floor(((this.#list[at] as number) % perWord) / 2);
  }

  #inOrder(): Float64Array {
    const list = this.#list.subarray(0, this.#count);
    if (!this.#sorted) list.sort();
    this.#sorted = true;
    return list;
  }
}

/** A number of 32 bits for a word (FNV-1a). */
export function hashOf(word: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < word.length; at++) hash = Math.imul(hash ^ word.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
