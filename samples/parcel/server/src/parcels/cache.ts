import type { Redis } from "ioredis";
import type { TrackedParcel } from "./parcel.ts";

const secondsToLive = 60;

/** Parcels kept in Redis. Without Redis everything still works, only slower: its errors are told, not thrown. */
export interface ParcelCache {
  /** The parcel from the cache, or from `load`, which fills the cache. */
  read(
    number: string,
    load: () => Promise<TrackedParcel | undefined>,
  ): Promise<{ readonly parcel: TrackedParcel | undefined; readonly hit: boolean }>;
  /** Tells that the event `eventId` happened: what is kept without it is out of date. */
  outdate(number: string, eventId: number): Promise<void>;
}

/** A cache in `redis`; `onError` hears when Redis does not answer. */
export function createParcelCache(
  redis: Redis,
  prefix: string,
  onError: (error: unknown) => void,
): ParcelCache {
  const bodyKey = (number: string): string => `${prefix}:parcel:${number}`;
  const latestKey = (number: string): string => `${prefix}:latest:${number}`;
  return {
    read: async (number, load) => {
      const [body, latest] = await redis.mget(bodyKey(number), latestKey(number)).catch((error: unknown) => {
        onError(error);
        return [null, null];
      });
      const kept = typeof body === "string" ? (JSON.parse(body) as TrackedParcel) : undefined;
      // A slow reader may have stored what it read before the last event: the event's id unmasks it.
      if (kept !== undefined && lastEventOf(kept) >= Number(latest ?? 0)) return { parcel: kept, hit: true };
      const parcel = await load();
      if (parcel !== undefined) {
        await redis.set(bodyKey(number), JSON.stringify(parcel), "EX", secondsToLive).catch(onError);
      }
      return { parcel, hit: false };
    },
    outdate: async (number, eventId) => {
      // Lives longer than anything that was stored before it.
      await redis.set(latestKey(number), eventId, "EX", secondsToLive * 2).catch(onError);
    },
  };
}

function lastEventOf(parcel: TrackedParcel): number {
  return parcel.events.at(-1)?.id ?? 0;
}
