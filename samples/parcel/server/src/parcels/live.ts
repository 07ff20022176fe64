import pg from "pg";
import { connectionOptions, type DatabaseSettings } from "../database/pool.ts";
import type { ParcelEvent } from "./parcel.ts";

/** What a listener hears: an event, or that some may have been missed and should be read again. */
export type LiveMessage = { readonly kind: "event"; readonly event: ParcelEvent } | { readonly kind: "gap" };

/** Hears of every event that any process commits. */
export interface LiveEvents {
  /** Calls `listener` for every message until the returned function is called. */
  subscribe(listener: (message: LiveMessage) => void): () => void;
  /** Whether the database is listened to now. */
  readonly connected: boolean;
  close(): Promise<void>;
}

const pauseMilliseconds = 500;

/**
 * Listens to the database on a connection of its own, and connects again when it breaks. Resolves at once; a database
 * that cannot be reached yet is tried until it can.
 */
export function listenToEvents(settings: DatabaseSettings, onError: (error: Error) => void): LiveEvents {
  const listeners = new Set<(message: LiveMessage) => void>();
  const tell = (message: LiveMessage): void => {
    for (const listener of listeners) listener(message);
  };
  let client: pg.Client | undefined;
  let connected = false;
  let closed = false;
  let retry: NodeJS.Timeout | undefined;

  const connect = async (): Promise<void> => {
    const candidate = new pg.Client(connectionOptions(settings));
    client = candidate;
    candidate.on("error", onError);
    candidate.on("end", () => {
      connected = false;
      if (!closed) retry = setTimeout(() => void connect(), pauseMilliseconds);
    });
    candidate.on("notification", ({ payload }) => {
      if (payload !== undefined) tell({ kind: "event", event: JSON.parse(payload) as ParcelEvent });
    });
    try {
      await candidate.connect();
      await candidate.query("LISTEN parcel_events");
      connected = true;
      // What happened while nobody listened is in the database only.
      tell({ kind: "gap" });
    } catch (error) {
      onError(error as Error);
      // Ends a half-open connection; "end" then tries again.
      await candidate.end().catch(onError);
    }
  };
  void connect();

  return {
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    get connected() {
      return connected;
    },
    close: async () => {
      closed = true;
      clearTimeout(retry);
      await client?.end();
    },
  };
}
