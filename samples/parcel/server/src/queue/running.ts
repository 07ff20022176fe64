/** The jobs that run now: whether they get anywhere, and their names for the message when they do not end in time. */
export interface RunningJobs {
  /** Runs `work` under a name; returns and throws what it does. */
  track<Result>(name: string, work: () => Promise<Result>): Promise<Result>;
  /** Names of what runs now, the oldest first. */
  names(): readonly string[];
  /** Whether some job has run for longer than any job should: then the process is stuck, though its loop turns. */
  stuck(): boolean;
}

/** Follows jobs, none of which should take longer than `longestMilliseconds`. */
export function trackRunningJobs(
  longestMilliseconds: number,
  now: () => number = () => performance.now(),
): RunningJobs {
  const started = new Map<symbol, { readonly name: string; readonly at: number }>();
  return {
    track: async (name, work) => {
      const key = Symbol(name);
      started.set(key, { name, at: now() });
      try {
        return await work();
      } finally {
        started.delete(key);
      }
    },
    names: () => [...started.values().map(({ name }) => name)],
    stuck: () => started.values().some(({ at }) => now() - at > longestMilliseconds),
  };
}
