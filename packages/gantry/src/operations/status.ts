/** A port of the host that answers, as the engine reports it. */
export interface PublishedAddress {
  /** Address of the host that it is bound to. */
  readonly host: string;
  /** Port of the host. */
  readonly port: number;
  /** Port in the container. */
  readonly target: number;
  /** What to open, where the port speaks HTTP: `http://127.0.0.1:8080`. */
  readonly url: string | undefined;
}

/** Where a service's container stands. `missing`: the blueprint has it and the engine does not. */
export type ServiceState =
  | "missing"
  | "created"
  | "running"
  | "paused"
  | "restarting"
  | "removing"
  | "exited"
  | "dead";

/** One replica of one service, as it is now. */
export interface ServiceStatus {
  /** Name in the stack. */
  readonly service: string;
  /** 1-based; 0 for a service that is not there. */
  readonly replica: number;
  /** What it is in the stack: `application`, `job`, `database`, `cache`, `gateway`, `tool`, `test`. */
  readonly role: string;
  /** Container's name; `undefined` when it is missing. */
  readonly container: string | undefined;
  /** Container's id. */
  readonly id: string | undefined;
  /** Image reference that it runs. */
  readonly image: string | undefined;
  readonly state: ServiceState;
  /** `undefined` when it has no health check or does not run. */
  readonly health: "starting" | "healthy" | "unhealthy" | undefined;
  /** Only when it ended. */
  readonly exitCode: number | undefined;
  /** Whether this is what the stack wants: healthy (or running without a check), or a job that ended with 0. */
  readonly well: boolean;
  /** Milliseconds that it has run; `undefined` when it does not. */
  readonly uptimeMs: number | undefined;
  readonly restarts: number;
  readonly ports: readonly PublishedAddress[];
  /** Share of one processor, 100 is one whole; `undefined` when unknown. */
  readonly cpuPercent: number | undefined;
  /** Bytes in use without the page cache; `undefined` when unknown. */
  readonly memoryBytes: number | undefined;
  /** Limit in bytes; `undefined` for none. */
  readonly memoryLimit: number | undefined;
}
