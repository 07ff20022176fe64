import { readFileSync, rmSync } from "node:fs";
import { link, mkdir, rename, rm } from "node:fs/promises";
import { hostname, userInfo } from "node:os";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { GantryError } from "../base/errors.ts";
import { problems } from "./catalogue.ts";
import { createOnce, readText, writeAtomic } from "./files.ts";

/** Who has a lock, as it stands in the lock's file. */
export interface LockOwner {
  readonly pid: number;
  /** Start of the process in the kernel's ticks, because numbers of processes come again; empty where unknown. */
  readonly started: string;
  readonly host: string;
  readonly user: string;
  /** What it does: `gantry up`. */
  readonly purpose: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

/** A lock that is held until it is disposed of. */
export interface Lock extends AsyncDisposable {
  readonly owner: LockOwner;
}

/** How owners show that they live to those who cannot see their process. */
export interface LockRhythm {
  /** Time between two signs of life, milliseconds. */
  readonly beatMs: number;
  /** Time without one after which nobody is waited for. */
  readonly patienceMs: number;
}

const usual: LockRhythm = { beatMs: 10_000, patienceMs: 60_000 };

/** A run of another host that throws its things away is over after this time, if its host cannot be asked. */
const strangerLifeMs = 24 * 60 * 60_000;

/**
 * Takes the lock of a subject (`parcel in dev`) for a purpose (`gantry up`), or rejects with who has it. A lock whose
 * process on this host is gone is taken over. One of another host is watched for a while, and taken over when its owner
 * gives no sign of life: two hosts need not agree about the time, nor one with itself.
 */
export async function takeLock(
  file: string,
  subject: string,
  purpose: string,
  options: { readonly signal?: AbortSignal; readonly rhythm?: LockRhythm } = {},
): Promise<Lock> {
  const rhythm = options.rhythm ?? usual;
  await mkdir(dirname(file), { recursive: true });
  const owner = newOwner(purpose);
  for (let attempt = 0; attempt < 5; attempt++) {
    if (await createOnce(file, written(owner, 0))) return hold(file, owner, rhythm);
    const text = await readText(file);
    if (text === undefined) continue;
    const other = parseOwner(text);
    const held =
      other !== undefined &&
      (other.host === hostname() ? isHeld(other) : await beats(file, text, rhythm, options.signal));
    if (held) {
      const who = `${other.purpose} of ${other.user} (process ${other.pid} on ${other.host})`;
      throw new GantryError(problems.locked(subject, who, new Date(other.since).toISOString(), file));
    }
    await removeStale(file, text);
  }
  throw new GantryError(problems.locked(subject, "Another process", "just now", file));
}

/** Whether the owner still lives, as far as can be known from here without asking it. */
export function isHeld(owner: LockOwner, host: string = hostname(), now: number = Date.now()): boolean {
  if (owner.host !== host) return owner.since + strangerLifeMs > now;
  return processStarted(owner.pid) !== undefined && processStarted(owner.pid) === owner.started;
}

/** When a process began, in the kernel's ticks; `undefined` when there is none, empty where it cannot be known. */
export function processStarted(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The program's name stands in brackets and may hold spaces; field 22 counts from after it.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    try {
      process.kill(pid, 0);
      return "";
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === "EPERM" ? "" : undefined;
    }
  }
}

/** This process as an owner, for what outlives a file: labels. */
export function newOwner(purpose: string): LockOwner {
  return {
    pid: process.pid,
    started: processStarted(process.pid) ?? "",
    host: hostname(),
    user: userInfo().username,
    purpose,
    since: Date.now(),
  };
}

/** Text of a lock's file; the number differs from one sign of life to the next. */
function written(owner: LockOwner, beat: number): string {
  return JSON.stringify({ ...owner, beat });
}

/** Watches a lock until its file says something else; false when it says the same for too long. */
async function beats(
  file: string,
  seen: string,
  { beatMs, patienceMs }: LockRhythm,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const begun = performance.now();
  while (performance.now() - begun < patienceMs) {
    await sleep(beatMs / 20, undefined, signal === undefined ? {} : { signal });
    const text = await readText(file);
    if (text !== seen) return text !== undefined;
  }
  return false;
}

function hold(file: string, owner: LockOwner, { beatMs }: LockRhythm): Lock {
  let beat = 0;
  let writing: Promise<void> = Promise.resolve();
  const renew = setInterval(() => {
    beat++;
    writing = writeAtomic(file, written(owner, beat)).catch(() => {});
  }, beatMs);
  renew.unref();
  const leave = (): void => rmSync(file, { force: true });
  // `process.exit` in the middle (a second Ctrl-C) must not leave the lock behind.
  process.once("exit", leave);
  return {
    owner,
    async [Symbol.asyncDispose]() {
      clearInterval(renew);
      process.removeListener("exit", leave);
      // Otherwise it would be there again.
      await writing;
      await rm(file, { force: true });
    },
  };
}

/** Takes a dead lock away without taking a living one that someone else made in the meantime. */
async function removeStale(file: string, seen: string): Promise<void> {
  const aside = `${file}.${process.pid}.stale`;
  try {
    await rename(file, aside);
    if ((await readText(aside)) !== seen) await link(aside, file).catch(() => {});
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  } finally {
    await rm(aside, { force: true });
  }
}

function parseOwner(text: string): LockOwner | undefined {
  try {
    return JSON.parse(text) as LockOwner;
  } catch {
    return undefined;
  }
}
