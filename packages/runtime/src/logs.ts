import { type DestinationStream, type Logger, pino, stdSerializers, stdTimeFunctions } from "pino";
import { currentRequest } from "./request-context.ts";
import { isSecretKey, redacted, type Secrets } from "./secrets.ts";

/** A pino logger, or a child of one. */
export type Log = Logger;

/** How much to log: `silent` logs nothing. */
export type LogLevel = "trace" | "debug" | "info" | "warn" | "error" | "fatal" | "silent";

/** Options of {@link createLog}. */
export interface LogOptions {
  /** Name of the service, on every line. */
  readonly service: string;
  /** Version of the service, on every line when given. */
  readonly version?: string;
  /** `info` unless told. */
  readonly level?: LogLevel;
  /** Values that no line may hold, wherever they stand. */
  readonly secrets?: Secrets;
  /** Where lines go; standard output, written synchronously so that the last line before an exit is not lost. */
  readonly destination?: DestinationStream;
}

/**
 * A logger that writes one JSON object a line: `time` (ISO), `level` (a word), `service`, `msg`, and `requestId` inside
 * a request. Properties whose names say that they are secret, and registered secret values, are replaced.
 */
export function createLog(options: LogOptions): Log {
  const log: Log = pino(
    {
      level: options.level ?? "info",
      base: { service: options.service, ...(options.version !== undefined && { version: options.version }) },
      timestamp: stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({ level: label }),
        log: (properties) => withoutSecrets(properties) as Record<string, unknown>,
      },
      // Errors are plain by now; pino's own serializer would take them for errors of the class Object.
      serializers: { err: (error: unknown) => error },
      mixin: () => {
        const request = currentRequest();
        return request === undefined ? {} : { requestId: request.requestId };
      },
      hooks: { streamWrite: (line) => options.secrets?.redact(line) ?? line },
    },
    options.destination ?? pino.destination({ fd: 1, sync: true }),
  );
  // pino has formatters for the properties of a line, but none that children's own properties would pass through.
  const child = log.child;
  log.child = function (this: Log, bindings, childOptions) {
    return child.call(this, withoutSecrets(bindings) as typeof bindings, childOptions);
  } as Log["child"];
  return log;
}

const deepest = 6;

/** A copy of `value` in which properties with secret names are replaced; errors become plain objects. */
export function withoutSecrets(value: unknown, depth = 0): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Date || ArrayBuffer.isView(value)) return value;
  if (depth >= deepest) return "[too deep]";
  if (value instanceof Error) return withoutSecrets({ ...stdSerializers.err(value) }, depth);
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item, depth + 1));
  if (!isPlain(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      isSecretKey(key) && item !== undefined && item !== null ? redacted : withoutSecrets(item, depth + 1),
    ]),
  );
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
