import { type Duration, milliseconds } from "./durations.ts";
import { describeError, type Secrets } from "./secrets.ts";
import { withTimeLimit } from "./time-limit.ts";

/** One question that readiness asks: does this dependency answer? */
export interface HealthCheck {
  /** Shown in the report, for example `"database"`. */
  readonly name: string;
  /** Passes when it returns anything but `false`, fails when it returns `false` or throws. The signal ends it in time. */
  readonly check: (signal: AbortSignal) => unknown;
  /** How long it may take; `"2s"` unless told. */
  readonly timeout?: Duration;
  /** Whether the service is of no use without it (503); `true` unless told. `false`: the report says "degraded", 200. */
  readonly required?: boolean;
}

/** What one check found. */
export interface CheckResult {
  readonly status: "ok" | "failed";
  readonly required: boolean;
  readonly durationMs: number;
  readonly error?: string;
}

/** The body of `/health/ready` and, without checks, of `/health/live`. */
export interface HealthReport {
  /** `unavailable` and `stopping` mean: send no traffic (503). */
  readonly status: "ok" | "degraded" | "unavailable" | "stopping";
  readonly version: string;
  /** Which deployed version of the service answers, when it was told. */
  readonly generation?: string;
  /** Seconds since the process started. */
  readonly uptime: number;
  readonly checks: Readonly<Record<string, CheckResult>>;
}

/** Liveness and readiness of one process. */
export interface Health {
  /** Whether the process works at all. Asks no dependency: restarting this process would not cure another one. */
  live(): HealthReport;
  /** Whether the service can take traffic. Calls that arrive while checks run share their result. */
  ready(): Promise<HealthReport>;
  /** From now on {@link Health.ready} says `stopping`, without asking anybody. */
  stop(): void;
  /** Whether {@link Health.stop} was called. */
  readonly stopping: boolean;
}

/** Options of {@link createHealth}. */
export interface HealthOptions {
  readonly version?: string;
  readonly generation?: string;
  readonly checks?: readonly HealthCheck[];
  /** Values to remove from error messages. */
  readonly secrets?: Secrets;
}

/**
 * Health of one process.
 * @throws TypeError when two checks have the same name or a time limit is not a duration.
 */
export function createHealth(options: HealthOptions = {}): Health {
  const checks = options.checks ?? [];
  assertValid(checks);
  let stopping = false;
  let running: Promise<HealthReport> | undefined;

  const report = (
    status: HealthReport["status"],
    results: Readonly<Record<string, CheckResult>> = {},
  ): HealthReport => ({
    status,
    version: options.version ?? "unknown",
    ...(options.generation !== undefined && { generation: options.generation }),
    uptime: Math.round(process.uptime() * 10) / 10,
    checks: results,
  });

  const ask = async (): Promise<HealthReport> => {
    const results = await Promise.all(
      checks.map(async (check) => [check.name, await runCheck(check, options.secrets)] as const),
    );
    // A signal may have arrived while the checks ran.
    return report(stopping ? "stopping" : overall(results), Object.fromEntries(results));
  };

  return {
    live: () => report("ok"),
    ready: () => {
      if (stopping) return Promise.resolve(report("stopping"));
      running ??= ask().finally(() => {
        running = undefined;
      });
      return running;
    },
    stop: () => {
      stopping = true;
    },
    get stopping() {
      return stopping;
    },
  };
}

/** The HTTP status of a report: 200 when traffic may come, 503 when not. */
export function healthStatusCode(report: HealthReport): 200 | 503 {
  return report.status === "ok" || report.status === "degraded" ? 200 : 503;
}

function assertValid(checks: readonly HealthCheck[]): void {
  const names = new Set<string>();
  for (const { name, timeout } of checks) {
    if (names.has(name)) throw new TypeError(`Two health checks have the name "${name}".`);
    names.add(name);
    if (timeout !== undefined) milliseconds(timeout);
  }
}

function overall(results: readonly (readonly [string, CheckResult])[]): HealthReport["status"] {
  const failed = results.filter(([, result]) => result.status === "failed");
  if (failed.some(([, result]) => result.required)) return "unavailable";
  return failed.length > 0 ? "degraded" : "ok";
}

async function runCheck(check: HealthCheck, secrets: Secrets | undefined): Promise<CheckResult> {
  const started = performance.now();
  const result = (failure?: { readonly error: string }): CheckResult => ({
    status: failure === undefined ? "ok" : "failed",
    required: check.required ?? true,
    durationMs: Math.round(performance.now() - started),
    ...failure,
  });
  try {
    const answer = await withTimeLimit(check.check, milliseconds(check.timeout ?? "2s"));
    return answer === false ? result({ error: "the check said no" }) : result();
  } catch (error) {
    return result({ error: describeError(error, secrets) });
  }
}
