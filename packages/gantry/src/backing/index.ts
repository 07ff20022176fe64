import { nginxPart } from "./nginx/index.ts";
import { pgadminPart } from "./pgadmin.ts";
import { postgresPart } from "./postgres/index.ts";
import { questdbPart } from "./questdb.ts";
import { redisPart } from "./redis.ts";
import { redisCommanderPart } from "./redis-commander.ts";
import { supervisorPart } from "./supervisor/index.ts";
import type { PartDefinition } from "./types.ts";

/** Every backing part, by the name that stacks use. A test holds this list and the folder together. */
export const parts: Readonly<Record<string, PartDefinition>> = {
  nginx: nginxPart as PartDefinition,
  pgadmin: pgadminPart as PartDefinition,
  postgres: postgresPart as PartDefinition,
  questdb: questdbPart as PartDefinition,
  redis: redisPart as PartDefinition,
  redisCommander: redisCommanderPart as PartDefinition,
  supervisor: supervisorPart as PartDefinition,
};
