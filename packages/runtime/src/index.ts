/**
 * What a Node service needs to run well in a container.
 * @packageDocumentation
 */
export {
  ConfigError,
  type ConfigOptions,
  type ConfigProblem,
  type ConfigSource,
  type LoadedConfig,
  loadConfig,
  withPassword,
} from "./config.ts";
export type { WebSocketServerLike } from "./connections.ts";
export { logCrashes } from "./crash.ts";
export { type Duration, milliseconds } from "./durations.ts";
export {
  type CheckResult,
  createHealth,
  type Health,
  type HealthCheck,
  type HealthOptions,
  type HealthReport,
  healthStatusCode,
} from "./health.ts";
export { type Heartbeat, type HeartbeatOptions, startHeartbeat } from "./heartbeat.ts";
export { createLog, type Log, type LogLevel, type LogOptions } from "./logs.ts";
export { createMetrics, type Metrics, type MetricsOptions, type ObservedRequest } from "./metrics.ts";
export {
  currentRequest,
  type RequestContext,
  requestIdFrom,
  runInRequest,
  setRoute,
} from "./request-context.ts";
export { createSecrets, type Secrets } from "./secrets.ts";
export { type Handler, type ServeOptions, type Service, serve } from "./server.ts";
export { gracefulShutdown, type Job, type Shutdown, type ShutdownOptions } from "./shutdown.ts";
