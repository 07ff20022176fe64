import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** One finished HTTP request, as metrics see it. */
export interface ObservedRequest {
  readonly method: string;
  /** The pattern of the route, never the path: every distinct value is a time series of its own. */
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
}

/** The metrics of one process. */
export interface Metrics {
  /** For metrics of your own: `new Counter({ registers: [metrics.registry], … })`. */
  readonly registry: Registry;
  /** Content type of {@link Metrics.text}. */
  readonly contentType: string;
  /** Everything, in the Prometheus text format. */
  text(): Promise<string>;
  /** Counts a request as in flight until the returned function is called with how it ended. */
  requestStarted(): (request: ObservedRequest) => void;
  /** Runs a job and records how long it took and whether it threw; returns and throws what the job does. */
  trackJob<Result>(job: string, work: () => Promise<Result>): Promise<Result>;
}

/** Options of {@link createMetrics}. */
export interface MetricsOptions {
  /** Labels on every metric, for example `{ service: "api" }`. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Whether to add the process's own metrics (memory, CPU, event loop lag, garbage collection); `true` unless told. */
  readonly processMetrics?: boolean;
}

const requestSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const jobSeconds = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300];

/** Metrics in a registry of their own: two services in one process do not meet. */
export function createMetrics(options: MetricsOptions = {}): Metrics {
  const registry = new Registry();
  const registers = [registry];
  registry.setDefaultLabels({ ...options.labels });
  if (options.processMetrics ?? true) collectDefaultMetrics({ register: registry });

  const requestDuration = new Histogram({
    name: "http_request_duration_seconds",
    help: "How long HTTP requests took, from the first byte in to the last byte out.",
    labelNames: ["method", "route", "status"],
    buckets: requestSeconds,
    registers,
  });
  const requestsInFlight = new Gauge({
    name: "http_requests_in_flight",
    help: "HTTP requests that wait for their answer now.",
    registers,
  });
  const jobs = new Counter({
    name: "jobs_total",
    help: "Jobs that ended, by how they ended.",
    labelNames: ["job", "outcome"],
    registers,
  });
  const jobDuration = new Histogram({
    name: "job_duration_seconds",
    help: "How long jobs took, by how they ended.",
    labelNames: ["job", "outcome"],
    buckets: jobSeconds,
    registers,
  });
  const jobsInFlight = new Gauge({
    name: "jobs_in_flight",
    help: "Jobs that run now.",
    labelNames: ["job"],
    registers,
  });

  return {
    registry,
    contentType: registry.contentType,
    text: () => registry.metrics(),
    requestStarted: () => {
      requestsInFlight.inc();
      return ({ method, route, status, seconds }) => {
        requestsInFlight.dec();
        requestDuration.observe({ method, route, status: String(status) }, seconds);
      };
    },
    trackJob: async (job, work) => {
      jobsInFlight.inc({ job });
      const stopTimer = jobDuration.startTimer({ job });
      let outcome = "failed";
      try {
        const result = await work();
        outcome = "completed";
        return result;
      } finally {
        jobsInFlight.dec({ job });
        jobs.inc({ job, outcome });
        stopTimer({ outcome });
      }
    },
  };
}
