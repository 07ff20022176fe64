/**
 * What a terminal shows after a stream of text: enough of one (cursor up, erase, carriage return, wrapping) to hold the
 * live region to the exact screen.
 */
export class FakeTerminal {
  readonly isTTY = true;
  columns: number;
  rows: number;
  raw = "";
  #lines: string[][] = [[]];
  #row = 0;
  #column = 0;
  #resized: (() => void)[] = [];

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
  }

  on(event: string, listener: (error: NodeJS.ErrnoException) => void): this {
    if (event === "resize") this.#resized.push(listener as () => void);
    return this;
  }

  write(text: string): boolean {
    this.raw += text;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it reads escape sequences
    for (const part of text.match(/\u001b\[[?0-9;]*[A-Za-z]|[\s\S]/gu) ?? []) this.#take(part);
    return true;
  }

  /** Makes it narrower or wider, wrapping what is there anew, as terminals do. */
  resize(columns: number): void {
    this.columns = columns;
    const wrapped = this.#lines.flatMap((line) => {
      const pieces: string[][] = [];
      for (let at = 0; at === 0 || at < line.length; at += columns) pieces.push(line.slice(at, at + columns));
      return pieces;
    });
    this.#lines = wrapped;
    this.#row = wrapped.length - 1;
    this.#column = 0;
    for (const listener of this.#resized) listener();
  }

  /** The lines that are on the screen or scrolled off it, without colours. */
  get text(): string {
    return this.#lines
      .map((line) => line.join("").trimEnd())
      .join("\n")
      .trimEnd();
  }

  #take(part: string): void {
    if (part === "\n") this.#down();
    else if (part === "\r") this.#column = 0;
    else if (!part.startsWith("\u001b")) this.#put(part);
    else if (part.endsWith("A"))
      this.#row = Math.max(this.#lines.length - this.rows, 0, this.#row - Number(part.slice(2, -1)));
    else if (part.endsWith("K")) this.#line().length = Math.min(this.#line().length, this.#column);
    else if (part.endsWith("J")) {
      this.#line().length = Math.min(this.#line().length, this.#column);
      this.#lines.length = this.#row + 1;
    }
  }

  #put(character: string): void {
    if (this.#column >= this.columns) this.#down();
    const line = this.#line();
    while (line.length < this.#column) line.push(" ");
    line[this.#column] = character;
    this.#column += 1;
  }

  #down(): void {
    this.#row += 1;
    this.#column = 0;
    if (this.#row === this.#lines.length) this.#lines.push([]);
  }

  #line(): string[] {
    const line = this.#lines[this.#row] ?? [];
    this.#lines[this.#row] = line;
    return line;
  }
}

/** A file or pipe: keeps what was written. */
export class FakePipe {
  text = "";
  #failing: ((error: NodeJS.ErrnoException) => void)[] = [];

  on(event: string, listener: (error: NodeJS.ErrnoException) => void): this {
    if (event === "error") this.#failing.push(listener);
    return this;
  }

  write(text: string): boolean {
    this.text += text;
    return true;
  }

  /** The reader goes away. */
  close(code = "EPIPE"): void {
    for (const listener of this.#failing) listener(Object.assign(new Error(code), { code }));
  }
}
