import { ProgramMissing, runCommand } from "./process.ts";

/** Where the sources stand, for labels and reproducible builds. */
export interface SourceState {
  /** Full hash of the commit. */
  readonly revision: string;
  /** Nearest tag, or the short hash; ends in `-dirty` when files were changed since. */
  readonly version: string;
  /** Time of the commit, seconds since the epoch. */
  readonly time: number;
}

/** What Git knows of a folder; `undefined` outside of a repository, without commits, or without Git. */
export async function sourceState(folder: string, signal?: AbortSignal): Promise<SourceState | undefined> {
  const git = async (...args: string[]): Promise<string | undefined> => {
    const { exitCode, stdout } = await runCommand({ program: "git", args, cwd: folder }, { signal });
    return exitCode === 0 ? stdout.trim() : undefined;
  };
  try {
    const [commit, version] = await Promise.all([
      git("log", "-1", "--format=%H %ct"),
      git("describe", "--tags", "--always", "--dirty"),
    ]);
    const [revision, time] = commit?.split(" ") ?? [];
    if (revision === undefined || time === undefined || version === undefined) return undefined;
    return { revision, version, time: Number(time) };
  } catch (error) {
    if (error instanceof ProgramMissing) return undefined;
    throw error;
  }
}
