import type { Session } from "../session.ts";
import { askInside, type Gateway } from "./gateway.ts";

/** Requests that come within this time are sent together. */
const gatherMs = 20;

interface Waiting {
  readonly url: string;
  readonly answer: (status: number) => void;
  readonly fail: (error: unknown) => void;
}

/**
 * Asks from inside gateways, several containers at once: every command in a container costs the machine about as much as
 * a hundred requests, and that machine is serving.
 */
export class Prober {
  readonly #session: Session;
  readonly #waiting = new Map<string, Waiting[]>();

  constructor(session: Session) {
    this.#session = session;
  }

  /** Status of the answer to a request from this gateway's networks; 0 when there was none. */
  ask(gateway: Gateway, url: string): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const waiting = this.#waiting.get(gateway.id);
    const one: Waiting = { url, answer: resolve, fail: reject };
    if (waiting !== undefined) waiting.push(one);
    else {
      this.#waiting.set(gateway.id, [one]);
      setTimeout(() => void this.#send(gateway), gatherMs);
    }
    return promise;
  }

  async #send(gateway: Gateway): Promise<void> {
    const waiting = this.#waiting.get(gateway.id) ?? [];
    this.#waiting.delete(gateway.id);
    try {
      const urls = [...new Set(waiting.map(({ url }) => url))];
      const statuses = await askInside(this.#session, gateway, urls);
      for (const { url, answer } of waiting) answer(statuses[urls.indexOf(url)] ?? 0);
    } catch (error) {
      for (const { fail } of waiting) fail(error);
    }
  }
}
