import { nginxPart } from "./nginx/index.ts";
import { postgresPart } from "./postgres/index.ts";
import { redisPart } from "./redis.ts";
import type { PartDefinition } from "./types.ts";

/** Every backing part, by the name that stacks use. A test holds this list and the folder together. */
export const parts: Readonly<Record<string, PartDefinition>> = {
  nginx: nginxPart as PartDefinition,
  postgres: postgresPart as PartDefinition,
  redis: redisPart as PartDefinition,
};
