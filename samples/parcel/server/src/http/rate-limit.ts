import type { Redis } from "ioredis";

/** What the limit says about a request. */
export interface Allowance {
  readonly allowed: boolean;
  readonly limit: number;
  readonly remaining: number;
  /** Seconds until the count starts anew. */
  readonly resetSeconds: number;
}

const windowSeconds = 60;

/** Counts in one step: a process that dies between counting and expiring would shut a client out for ever. */
const countScript = `
  local count = redis.call('INCR', KEYS[1])
  if count == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
  return { count, redis.call('TTL', KEYS[1]) }`;

/** Counts a request of `client`, over all processes: `limit` of them are allowed in a minute. */
export async function countRequest(
  redis: Redis,
  prefix: string,
  client: string,
  limit: number,
): Promise<Allowance> {
  const [count, resetSeconds] = (await redis.eval(
    countScript,
    1,
    `${prefix}:rate:${client}`,
    windowSeconds,
  )) as readonly [number, number];
  return { allowed: count <= limit, limit, remaining: Math.max(0, limit - count), resetSeconds };
}
