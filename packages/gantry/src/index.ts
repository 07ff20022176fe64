/** Gantry's one public entry: what a stack is written with, and what turns it into files. */
export { type NginxOptions, nginx, type RateLimit, type RouteOptions } from "./backing/nginx/options.ts";
export { type PgadminOptions, pgadmin } from "./backing/pgadmin.ts";
export { type PostgresOptions, postgres } from "./backing/postgres/index.ts";
export { type QuestdbOptions, questdb } from "./backing/questdb.ts";
export { type RedisOptions, redis } from "./backing/redis.ts";
export { type RedisCommanderOptions, redisCommander } from "./backing/redis-commander.ts";
export { type SupervisorOptions, supervisor } from "./backing/supervisor/index.ts";
export type { BackingService } from "./backing/types.ts";
export { exitCodes, GantryError, type Place, type Problem } from "./base/errors.ts";
export type { Event, EventSink } from "./base/events.ts";
export type { Bytes, Duration } from "./base/units.ts";
export { type FileTree, memoryFiles } from "./blueprint/files.ts";
export type { Blueprint, ImageBlueprint, ServiceBlueprint } from "./blueprint/model.ts";
export type { BuildPlan, EnvironmentName, Recipe } from "./blueprint/plan.ts";
export { type DockerfileOptions, dockerfile } from "./recipes/dockerfile/index.ts";
export { type NodeOptions, node } from "./recipes/node.ts";
export { python } from "./recipes/python/index.ts";
export type { PythonOptions } from "./recipes/python/options.ts";
export { rust } from "./recipes/rust/index.ts";
export type { RustOptions } from "./recipes/rust/options.ts";
export { type SiteOptions, site } from "./recipes/site.ts";
export { render } from "./render/index.ts";
export { defineStack } from "./stack/define.ts";
export { type Resolved, resolve } from "./stack/resolve.ts";
export type {
  ApplicationService,
  HealthInput,
  Service,
  ServiceChanges,
  Stack,
  StackInput,
  Use,
} from "./stack/types.ts";
export { validate } from "./stack/validate.ts";
