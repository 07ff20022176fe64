import { setTimeout as sleep } from "node:timers/promises";
import { describeUnknown, GantryError } from "../../base/errors.ts";
import { registryProblems } from "./problems.ts";

/** One request to a registry or to an interface beside it. */
export interface WebRequest {
  readonly method: "GET" | "HEAD" | "DELETE" | "PUT";
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** An answer that has arrived whole. */
export interface WebAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

/** How long and how often to wait for a server that asks for it. */
export interface WebPatience {
  /** Longest wait that is waited out, seconds; longer ones are told. */
  readonly longestSeconds: number;
  /** Waits in a row. */
  readonly attempts: number;
}

const usual: WebPatience = { longestSeconds: 60, attempts: 5 };

/** What is asked for are small documents: whoever takes longer says nothing any more. */
const answerMs = 60_000;

/** Sends requests, waits when the server says so, and gives whole answers or problems. */
export class WebClient {
  readonly host: string;
  readonly #signal: AbortSignal | undefined;
  readonly #patience: WebPatience;

  constructor(
    host: string,
    options: { readonly signal?: AbortSignal; readonly patience?: WebPatience } = {},
  ) {
    this.host = host;
    this.#signal = options.signal;
    this.#patience = options.patience ?? usual;
  }

  /** Any status but 429 and 503 with a time to wait comes back; those are waited out. */
  async send(request: WebRequest): Promise<WebAnswer> {
    for (let attempt = 1; ; attempt++) {
      const answer = await this.#once(request);
      const seconds = waitOf(answer);
      if (seconds === undefined) return answer;
      if (seconds > this.#patience.longestSeconds || attempt > this.#patience.attempts)
        throw new GantryError(registryProblems.throttled(this.host, seconds));
      await sleep(seconds * 1000, undefined, this.#signal === undefined ? {} : { signal: this.#signal });
    }
  }

  async #once({ method, url, headers, body }: WebRequest): Promise<WebAnswer> {
    const late = AbortSignal.timeout(answerMs);
    const signal = this.#signal === undefined ? late : AbortSignal.any([this.#signal, late]);
    let response: Response;
    try {
      response = await fetch(url, {
        method,
        headers,
        signal,
        // Whoever is asked says itself where credentials may go.
        redirect: "manual",
        ...(body === undefined ? {} : { body }),
      });
    } catch (error) {
      this.#signal?.throwIfAborted();
      throw new GantryError(registryProblems.unreachable(this.host, reason(error)), { cause: error });
    }
    try {
      const bytes = Buffer.from(await response.arrayBuffer());
      return { status: response.status, headers: Object.fromEntries(response.headers), body: bytes };
    } catch (error) {
      this.#signal?.throwIfAborted();
      const what = `the answer to ${method} ${url.pathname}`;
      throw new GantryError(registryProblems.truncated(this.host, what, reason(error)), { cause: error });
    }
  }
}

/** Seconds that a server asks to wait; `undefined` when it does not. */
export function waitOf({ status, headers }: Omit<WebAnswer, "body">): number | undefined {
  const after = headers["retry-after"];
  // GitHub answers 403 when a limit is reached, and says when the next hour begins.
  const spent = status === 403 && (after !== undefined || headers["x-ratelimit-remaining"] === "0");
  if (status !== 429 && !spent && !(status === 503 && after !== undefined)) return undefined;
  if (after !== undefined && /^\d+$/.test(after)) return Number(after);
  const reset = Number(headers["x-ratelimit-reset"]);
  const until =
    after === undefined ? (Number.isFinite(reset) ? reset * 1000 : Number.NaN) : Date.parse(after);
  // By the clock that named the time, where it tells: ours may be another one.
  const theirs = Date.parse(headers["date"] ?? "");
  const now = Number.isNaN(theirs) ? Date.now() : theirs;
  return Number.isNaN(until) ? 1 : Math.max(0, Math.ceil((until - now) / 1000));
}

/** The next page of a list, as RFC 8288 says it. */
export function nextPage(link: string | undefined, base: URL): URL | undefined {
  const match = /<([^>]*)>\s*;[^,]*\brel="?next"?/i.exec(link ?? "");
  return match?.[1] === undefined ? undefined : new URL(match[1], base);
}

/** `fetch` says only that it failed; why is in the cause, one for each address that was tried. */
function reason(error: unknown): string {
  const cause = error instanceof TypeError && error.cause !== undefined ? error.cause : error;
  const text = describeUnknown(cause);
  const inner = cause instanceof AggregateError ? cause.errors.map(describeUnknown).join("; ") : "";
  return `${text === "" ? inner : text}.`.replace(/\.\.$/, ".");
}
