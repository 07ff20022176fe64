import { Cron } from "croner";

/** Something that happens again and again. */
export interface Schedule {
  readonly name: "nudge-forgotten" | "record-history" | "clean-up";
  /** Cron pattern with seconds, in UTC. */
  readonly pattern: string;
}

/** All schedules of the service. */
export const schedules: readonly Schedule[] = [
  // Parcels whose next job was lost, say because Redis was restored from a backup.
  { name: "nudge-forgotten", pattern: "*/15 * * * * *" },
  { name: "record-history", pattern: "*/10 * * * * *" },
  { name: "clean-up", pattern: "0 30 3 * * *" },
];

/** The first time after `from` that the pattern names. */
export function nextRun(pattern: string, from: Date): Date {
  const next = new Cron(pattern, { timezone: "UTC" }).nextRun(from);
  if (next === null) throw new Error(`the pattern "${pattern}" never comes again`);
  return next;
}
