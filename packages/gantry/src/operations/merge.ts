/** Orders by time; what came first stays first. */
export function byTime(a: { readonly time: number }, b: { readonly time: number }): number {
  return a.time - b.time;
}

/** Merges sequences that are each in order; holds one item of each. */
export async function* mergeSorted<T>(
  sources: readonly AsyncIterable<T>[],
  compare: (a: T, b: T) => number,
): AsyncGenerator<T, void, undefined> {
  const heads: { item: T; rest: AsyncIterator<T> }[] = [];
  const advance = async (rest: AsyncIterator<T>): Promise<void> => {
    const next = await rest.next();
    if (next.done === true) return;
    const at = heads.findIndex((head) => compare(head.item, next.value) > 0);
    heads.splice(at < 0 ? heads.length : at, 0, { item: next.value, rest });
  };
  await Promise.all(sources.map((source) => advance(source[Symbol.asyncIterator]())));
  for (;;) {
    const head = heads.shift();
    if (head === undefined) return;
    yield head.item;
    await advance(head.rest);
  }
}

/** How long items that arrive together are held to bring them into order, milliseconds. */
const windowMs = 40;

/** Sequences without end as one: what arrives within a moment comes out in order. More may join at any time. */
export class Pool<T> {
  readonly #compare: (a: T, b: T) => number;
  readonly #items: T[] = [];
  #running = 0;
  #failure: { readonly error: unknown } | undefined;
  #change = Promise.withResolvers<void>();

  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare;
  }

  /** Takes in a sequence; the first that fails ends the whole. */
  add(source: AsyncIterable<T>): void {
    this.work(async () => {
      for await (const item of source) {
        this.#items.push(item);
        this.#change.resolve();
      }
    });
  }

  /** Work beside the sequences, such as finding more of them; it keeps the pool open and its failure ends it. */
  work(task: () => Promise<void>): void {
    this.#running++;
    task()
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => {
        this.#running--;
        this.#change.resolve();
      });
  }

  /** Items as they come, until every sequence ended or the signal aborts. */
  async *drain(signal: AbortSignal): AsyncGenerator<T, void, undefined> {
    const stop = (): void => this.#change.resolve();
    signal.addEventListener("abort", stop, { once: true });
    try {
      while (!signal.aborted) {
        await this.#change.promise;
        this.#change = Promise.withResolvers<void>();
        await new Promise((resolve) => setTimeout(resolve, windowMs));
        yield* this.#items.splice(0).sort(this.#compare);
        if (this.#items.length > 0) this.#change.resolve();
        else if (this.#failure !== undefined) throw this.#failure.error;
        else if (this.#running === 0) return;
      }
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }
}
