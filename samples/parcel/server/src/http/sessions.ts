import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { Redis } from "ioredis";

/** Who is logged in. */
export interface Session {
  readonly name: string;
}

/** Sessions in Redis, named by a signed cookie. */
export interface Sessions {
  /** Starts a session; returns the value of its cookie. */
  start(session: Session): Promise<string>;
  /** The session that the cookie names; `undefined` when it was not signed here, was ended, or has expired. */
  find(cookie: string | undefined): Promise<Session | undefined>;
  end(cookie: string | undefined): Promise<void>;
}

/** Name of the cookie. */
export const sessionCookie = "parcel_session";

const secondsToLive = 7 * 24 * 3_600;

/** Sessions kept under `prefix`, their cookies signed with `key`. */
export function createSessions(redis: Redis, prefix: string, key: string): Sessions {
  const sign = (id: string): string => createHmac("sha256", key).update(id).digest("base64url");
  const redisKey = (id: string): string => `${prefix}:session:${id}`;
  const idOf = (cookie: string | undefined): string | undefined => {
    const [id, signature] = cookie?.split(".") ?? [];
    return id !== undefined && signature !== undefined && sameText(signature, sign(id)) ? id : undefined;
  };
  return {
    start: async (session) => {
      const id = randomBytes(24).toString("base64url");
      await redis.set(redisKey(id), JSON.stringify(session), "EX", secondsToLive);
      return `${id}.${sign(id)}`;
    },
    find: async (cookie) => {
      const id = idOf(cookie);
      // Each use prolongs it.
      const stored = id === undefined ? null : await redis.getex(redisKey(id), "EX", secondsToLive);
      return stored === null ? undefined : (JSON.parse(stored) as Session);
    },
    end: async (cookie) => {
      const id = idOf(cookie);
      if (id !== undefined) await redis.del(redisKey(id));
    },
  };
}

/** The `Set-Cookie` header that gives, or with an empty value takes away, the session. */
export function cookieHeader(value: string, secure: boolean): string {
  const age = value === "" ? 0 : secondsToLive;
  return `${sessionCookie}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${age}${secure ? "; Secure" : ""}`;
}

/** The value of the session's cookie in a `Cookie` header. */
export function cookieFrom(header: string | undefined): string | undefined {
  const pair = header?.split(/;\s*/).find((part) => part.startsWith(`${sessionCookie}=`));
  return pair?.slice(sessionCookie.length + 1);
}

/** Whether two texts are equal, in a time that does not tell how much of them is. */
export function sameText(left: string, right: string): boolean {
  const digest = (text: string): Buffer => createHmac("sha256", "compare").update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}
