import type { EngineClient } from "./client.ts";
import { demultiplex } from "./frames.ts";

/** A command to run in a container that runs. */
export interface ContainerCommand {
  readonly command: readonly string[];
  readonly user?: string;
  readonly workdir?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Bytes of each stream that are kept, from its start; 1 MiB when absent. */
  readonly limit?: number;
  /** What it reads, to the end. */
  readonly input?: Buffer;
  readonly signal?: AbortSignal | undefined;
}

/** How it ended; its outputs as text, or as bytes. */
export interface ContainerCommandResult<Output = string> {
  readonly exitCode: number;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Output went over the limit; the rest was read and dropped. */
  readonly cut: boolean;
}

/** Runs a command in a container without terminal; what it prints is text. */
export async function execInContainer(
  engine: EngineClient,
  container: string,
  options: ContainerCommand,
): Promise<ContainerCommandResult> {
  const { stdout, stderr, ...rest } = await execBytes(engine, container, options);
  return { ...rest, stdout: stdout.toString("utf8"), stderr: stderr.toString("utf8") };
}

/**
 * The same for any bytes. The exit code is read from the engine's own record after the output ended, because the stream
 * itself carries none.
 */
export async function execBytes(
  engine: EngineClient,
  container: string,
  options: ContainerCommand,
): Promise<ContainerCommandResult<Buffer>> {
  const { signal, limit = 1024 * 1024, input } = options;
  const created = await engine.json<{ Id: string }>({
    method: "POST",
    path: `/containers/${container}/exec`,
    body: {
      AttachStdin: input !== undefined,
      AttachStdout: true,
      AttachStderr: true,
      Cmd: options.command,
      ...(options.user === undefined ? {} : { User: options.user }),
      ...(options.workdir === undefined ? {} : { WorkingDir: options.workdir }),
      Env: Object.entries(options.environment ?? {}).map(([name, value]) => `${name}=${value}`),
    },
    signal,
  });
  const start = {
    method: "POST",
    path: `/exec/${created.Id}/start`,
    body: { Detach: false, Tty: false },
    signal,
  } as const;
  const body = input === undefined ? (await engine.stream(start)).body : await engine.converse(start, input);
  const kept = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  const sizes = { stdout: 0, stderr: 0 };
  let cut = false;
  for await (const { stream, data } of demultiplex(body)) {
    const room = limit - sizes[stream];
    if (data.length > room) cut = true;
    if (room > 0) kept[stream].push(data.subarray(0, room));
    sizes[stream] += Math.min(data.length, Math.max(room, 0));
  }
  const { ExitCode } = await engine.json<{ ExitCode: number | null }>({
    path: `/exec/${created.Id}/json`,
    signal,
  });
  return {
    exitCode: ExitCode ?? -1,
    stdout: Buffer.concat(kept.stdout),
    stderr: Buffer.concat(kept.stderr),
    cut,
  };
}
