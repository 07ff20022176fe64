/** What Gantry works with on this machine. */
export interface EngineReport {
  /** `undefined` when none answers; `problem` says why then. */
  readonly engine:
    | {
        readonly version: string;
        readonly apiVersion: string;
        readonly os: string;
        readonly architecture: string;
        readonly cpus: number;
        readonly memoryBytes: number;
        readonly storageDriver: string;
        /** How it was found: `DOCKER_HOST`, `context colima`, `default socket`. */
        readonly via: string;
        readonly address: string;
      }
    | undefined;
  readonly problem: import("../base/errors.ts").Problem | undefined;
  /** Versions of the plugins; `undefined` when missing. */
  readonly compose: string | undefined;
  readonly buildx: string | undefined;
}

/** Looks at the engine and its plugins; never rejects because they are missing. Needs no project. */
export async function engineReport(_signal: AbortSignal): Promise<EngineReport> {
  throw new Error("not there yet");
}
