import { readText } from "./files.ts";
import { ProgramMissing, runCommand } from "./process.ts";

/** What is checked out, for the names of images. */
export interface Checkout {
  /** Full hash. */
  readonly commit: string;
  /** `undefined` when a commit and no branch is checked out. */
  readonly branch: string | undefined;
  /** Tags of exactly this commit. */
  readonly tags: readonly string[];
  /** Tracked files differ from the commit, or files are there that Git neither knows nor ignores. */
  readonly dirty: boolean;
  /** Main branch, as the remote says it. */
  readonly mainBranch: string | undefined;
}

/** What Git knows of a folder; `undefined` outside of a repository, without commits, or without Git. */
export async function readCheckout(folder: string, signal?: AbortSignal): Promise<Checkout | undefined> {
  const git = async (...args: string[]): Promise<string | undefined> => {
    const { exitCode, stdout } = await runCommand({ program: "git", args, cwd: folder }, { signal });
    return exitCode === 0 ? stdout.trim() : undefined;
  };
  try {
    const commit = await git("rev-parse", "HEAD");
    if (commit === undefined) return undefined;
    const [branch, tags, status, remote] = await Promise.all([
      git("symbolic-ref", "--quiet", "--short", "HEAD"),
      git("tag", "--points-at", "HEAD"),
      git("status", "--porcelain", "."),
      git("symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD"),
    ]);
    return {
      commit,
      branch,
      tags: (tags ?? "").split("\n").filter((tag) => tag !== ""),
      dirty: status !== "",
      mainBranch: remote?.replace(/^origin\//, ""),
    };
  } catch (error) {
    if (error instanceof ProgramMissing) return undefined;
    throw error;
  }
}

/** What GitHub tells of the event that its CI runs for; `undefined` elsewhere. */
export async function readGithubEvent(
  variables: Readonly<Record<string, string | undefined>>,
): Promise<unknown> {
  const file = variables["GITHUB_EVENT_PATH"];
  if (file === undefined || file === "") return undefined;
  try {
    return JSON.parse((await readText(file)) ?? "null");
  } catch {
    return undefined;
  }
}
