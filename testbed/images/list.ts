import { debian } from "./debian.ts";
import { nginx } from "./nginx.ts";
import { node } from "./node.ts";
import { postgres17 } from "./postgres.ts";
import { redis } from "./redis.ts";
import type { StandIn } from "./stand-in.ts";

/** All stand-ins. A new one is a file in this folder and a line here. */
export const STAND_INS: readonly StandIn[] = [debian, node, postgres17, redis, nginx];
