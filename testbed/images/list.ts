import { alpine } from "./alpine.ts";
import { debian } from "./debian.ts";
import { distroless } from "./distroless.ts";
import { nginx } from "./nginx.ts";
import { nginxAlpine } from "./nginx-alpine.ts";
import { node } from "./node.ts";
import { pgadmin } from "./pgadmin.ts";
import { postgres17 } from "./postgres.ts";
import { python313 } from "./python.ts";
import { questdb } from "./questdb.ts";
import { redis } from "./redis.ts";
import { redisCommander } from "./redis-commander.ts";
import { registry } from "./registry.ts";
import { rust, rustSlim } from "./rust.ts";
import { sbomScanner } from "./sbom-scanner.ts";
import type { StandIn } from "./stand-in.ts";

/** All stand-ins. A new one is a file in this folder and a line here. */
export const STAND_INS: readonly StandIn[] = [
  debian,
  node,
  postgres17,
  redis,
  nginx,
  nginxAlpine,
  python313,
  rustSlim,
  rust,
  ...distroless,
  alpine,
  registry,
  sbomScanner,
  questdb,
  redisCommander,
  pgadmin,
];
