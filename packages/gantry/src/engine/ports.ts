import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { createServer } from "node:net";

/** A process that listens on a port of this machine. */
export interface PortOwner {
  readonly pid: number;
  /** Program's name as the kernel has it. */
  readonly name: string;
}

/** State of a listening socket in /proc/net/tcp. */
const listening = "0A";

/** Socket numbers that listen on `port`, from the text of /proc/net/tcp or tcp6. */
export function listeningInodes(table: string, port: number): readonly string[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, "0");
  return table.split("\n").flatMap((line) => {
    const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
    return state === listening && local?.endsWith(`:${wanted}`) && inode !== undefined ? [inode] : [];
  });
}

/** The process that listens on a TCP port of this machine; `undefined` when none is visible to us. */
export function portOwner(port: number, proc = "/proc"): PortOwner | undefined {
  const inodes = new Set(
    ["tcp", "tcp6"].flatMap((table) =>
      listeningInodes(attempt(() => read(`${proc}/net/${table}`)) ?? "", port),
    ),
  );
  if (inodes.size === 0) return undefined;
  for (const pid of readdirSync(proc)) {
    if (!/^\d+$/.test(pid)) continue;
    for (const descriptor of attempt(() => readdirSync(`${proc}/${pid}/fd`)) ?? []) {
      const target = attempt(() => readlinkSync(`${proc}/${pid}/fd/${descriptor}`)) ?? "";
      const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
      if (inode !== undefined && inodes.has(inode))
        return { pid: Number(pid), name: (attempt(() => read(`${proc}/${pid}/comm`)) ?? "").trim() };
    }
  }
  return undefined;
}

/**
 * Whether a TCP port of this machine could be bound now. What cannot be tried (a port that only root may bind, an
 * address that this machine has not) counts as free: the engine will say.
 */
export async function isFree(port: number, host: string): Promise<boolean> {
  const server = createServer();
  const { promise, resolve } = Promise.withResolvers<boolean>();
  server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code !== "EADDRINUSE"));
  server.once("listening", () => server.close(() => resolve(true)));
  server.listen({ port, host, exclusive: true });
  return promise;
}

function read(path: string): string {
  return readFileSync(path, "utf8");
}

/** Processes come and go, and those of others are closed to us. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
