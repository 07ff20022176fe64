import { width } from "./text.ts";

/** What a writer needs of a stream; `process.stdout` is one. */
export interface OutputStream {
  write(text: string): unknown;
  on(event: "error", listener: (error: NodeJS.ErrnoException) => void): unknown;
  on(event: "resize", listener: () => void): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

const hideCursor = "\u001b[?25l";
const showCursor = "\u001b[?25h";
// Terminals that know mode 2026 show the whole frame at once; the others ignore it.
const beginFrame = "\u001b[?2026h";
const endFrame = "\u001b[?2026l";
const eraseToEndOfLine = "\u001b[K";
const eraseBelow = "\u001b[J";

// The reader went away, as `gantry logs | head` does, or the terminal was closed: no error, nobody is left to write to.
const gone: ReadonlySet<string> = new Set(["EPIPE", "EIO", "ECONNRESET", "ERR_STREAM_DESTROYED"]);

/**
 * The only way out: results to stdout, what is going on to stderr, and below it a live region that is redrawn in place.
 * Has a life: it owns the last lines of the terminal while there is a region.
 */
export class Writer {
  readonly #stdout: OutputStream;
  readonly #stderr: OutputStream;
  #region: readonly string[] = [];
  #cursorHidden = false;
  readonly #lost = new Set<OutputStream>();
  readonly #closing: (() => void)[] = [];
  #failure: Error | undefined;

  constructor(stdout: OutputStream, stderr: OutputStream) {
    this.#stdout = stdout;
    this.#stderr = stderr;
    for (const stream of [stdout, stderr]) {
      stream.on("error", (error) => {
        this.#lost.add(stream);
        if (stream === stdout) for (const listener of this.#closing) listener();
        if (!gone.has(error.code ?? "")) this.#failure ??= error;
      });
    }
  }

  /** Why output could not be written, such as a full disk. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Whether the reader of results went away. */
  get closed(): boolean {
    return this.#lost.has(this.#stdout);
  }

  /** Calls back when the reader of results goes away. */
  onClosed(listener: () => void): void {
    this.#closing.push(listener);
  }

  /** Size of the terminal; 80 by 24 where there is none. */
  get size(): { readonly columns: number; readonly rows: number } {
    const stream = this.#stderr.columns === undefined ? this.#stdout : this.#stderr;
    return { columns: stream.columns ?? 80, rows: stream.rows ?? 24 };
  }

  /** Whether a region can be redrawn. */
  get live(): boolean {
    return this.#stderr.isTTY === true;
  }

  /** Columns of stdout when it is a terminal; results that go into a file or pipe are not cut. */
  get resultColumns(): number | undefined {
    return this.#stdout.isTTY === true ? (this.#stdout.columns ?? 80) : undefined;
  }

  /** Calls back when the terminal changes its size. */
  onResize(listener: () => void): void {
    this.#stderr.on("resize", listener);
  }

  /** Whole lines of the result. */
  result(text: string): void {
    this.#above(this.#stdout, `${text}\n`);
  }

  /** Whole lines about what is going on. */
  note(text: string): void {
    this.#above(this.#stderr, `${text}\n`);
  }

  /** Replaces the region; no line may be wider than the terminal. */
  draw(lines: readonly string[]): void {
    if (same(lines, this.#region)) return;
    const hide = this.#cursorHidden ? "" : hideCursor;
    this.#cursorHidden = true;
    const body = lines.map((line) => `${line}${eraseToEndOfLine}\n`).join("");
    this.#write(this.#stderr, `${beginFrame}${hide}${this.#toTop()}${body}${eraseBelow}${endFrame}`);
    this.#region = lines;
  }

  /** Takes the region off the screen. */
  clear(): void {
    if (this.#region.length > 0) this.#write(this.#stderr, `${this.#toTop()}${eraseBelow}`);
    this.#region = [];
    this.showCursor();
  }

  /** Leaves the region where it is; what comes next goes below it. */
  keep(): void {
    this.#region = [];
    this.showCursor();
  }

  /** Gives the cursor back. Safe to call at any time, also twice. */
  showCursor(): void {
    if (this.#cursorHidden) this.#write(this.#stderr, showCursor);
    this.#cursorHidden = false;
  }

  #write(stream: OutputStream, text: string): void {
    if (!this.#lost.has(stream)) stream.write(text);
  }

  #above(stream: OutputStream, text: string): void {
    if (this.#region.length === 0) {
      this.#write(stream, text);
      return;
    }
    const region = this.#region;
    this.#write(this.#stderr, `${beginFrame}${this.#toTop()}${eraseBelow}`);
    this.#write(stream, text);
    const body = region.map((line) => `${line}${eraseToEndOfLine}\n`).join("");
    this.#write(this.#stderr, `${body}${endFrame}`);
  }

  /** To the region's first line. A terminal that was made narrower has wrapped the lines, so count what they take now. */
  #toTop(): string {
    const { columns } = this.size;
    const taken = this.#region.reduce((sum, line) => sum + Math.max(1, Math.ceil(width(line) / columns)), 0);
    return taken === 0 ? "" : `\r\u001b[${taken}A`;
  }
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((line, index) => line === b[index]);
}
