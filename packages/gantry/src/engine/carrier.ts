import { randomBytes } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { GantryError } from "../base/errors.ts";
import type { EngineClient } from "./client.ts";
import { containerLogs, removeContainer, startContainer, unpackInto, waitContainer } from "./containers.ts";
import { removeImage } from "./resources.ts";
import { storeProblems } from "./secret-store/problems.ts";
import { type TarEntry, tarArchive } from "./tar.ts";

/** Folders of a Linux machine that are in its memory as a rule; the first that is so is taken. */
const memoryFolders = ["/run", "/dev/shm"] as const;

/** Whether the engine's machine may be another one than this: then no file of this one can be mounted there. */
export function isElsewhere({ address }: EngineClient): boolean {
  return address.kind !== "unix";
}

/** Machines that were found to have a place in memory, by the engine's connection. */
const known = new WeakMap<EngineClient, string>();

/** Where a project's files lie in the memory of the engine's machine; rejects when it has no such place. */
export async function memoryThere(
  engine: EngineClient,
  project: string,
  signal?: AbortSignal,
): Promise<string> {
  return `${await memoryFolder(engine, signal)}/${inMemory(project)}`;
}

/** Where a project's files lie below a folder that is in memory. */
const inMemory = (project: string): string => `gantry/${project}`;

async function memoryFolder(engine: EngineClient, signal: AbortSignal | undefined): Promise<string> {
  const folder = known.get(engine) ?? (await findMemory(engine, signal));
  known.set(engine, folder);
  return folder;
}

/**
 * Brings the files of a folder of this machine into the memory of the engine's, into a folder that only root may enter
 * there. It goes through the engine's own interface alone: no command line and no environment there holds a value, and
 * it does not matter how the engine is reached.
 */
export async function carryAway(
  engine: EngineClient,
  project: string,
  folder: string,
  signal?: AbortSignal,
): Promise<void> {
  const base = await memoryFolder(engine, signal);
  const entries = await readdir(folder, { withFileTypes: true });
  // What begins with a dot is for this machine only.
  const names = entries.filter((one) => one.isFile() && !one.name.startsWith(".")).map(({ name }) => name);
  const target = inMemory(project);
  const time = Date.now() / 1000;
  const archive = tarArchive([
    entryOfRoot(dirname(target), "folder", 0o711, time),
    entryOfRoot(target, "folder", 0o700, time),
    ...(await Promise.all(
      names.map(async (name) =>
        entryOfRoot(`${target}/${name}`, await readFile(join(folder, name)), 0o444, time),
      ),
    )),
  ]);
  await unpackThere(engine, base, archive, signal);
}

function entryOfRoot(path: string, content: TarEntry["content"], mode: number, time: number): TarEntry {
  return { path, content, mode, uid: 0, gid: 0, time };
}

/** Folder of the engine's machine that holds what a project mounts of its own files. */
export function filesThere(project: string): string {
  return `${diskFolder}/${project}`;
}

/** Files of a project outlive a restart of the machine, as they would beside the stack. */
const diskFolder = "/var/lib/gantry";

/** Brings files of a project, by their path in it, to where containers of an engine elsewhere can mount them. */
export async function carryFiles(
  engine: EngineClient,
  project: string,
  files: ReadonlyMap<string, Uint8Array>,
  signal?: AbortSignal,
): Promise<void> {
  const time = Date.now() / 1000;
  const archive = tarArchive(
    [...files].map(([path, content]) => entryOfRoot(`${project}/${path}`, content, 0o644, time)),
  );
  await unpackThere(engine, diskFolder, archive, signal);
}

function unpackThere(
  engine: EngineClient,
  folder: string,
  archive: Buffer,
  signal: AbortSignal | undefined,
): Promise<void> {
  return withCarrier(engine, ["/none"], signal, (id) =>
    unpackInto(engine, id, archive, { folder, ...(signal === undefined ? {} : { signal }) }),
  );
}

/** Takes all that was carried for a project away; which folder in memory it was does not have to be known. */
export async function removeCarried(engine: EngineClient, project: string): Promise<void> {
  const folders = memoryFolders.map((base) => `${base}/${inMemory(project)}`);
  await runThere(engine, ["/usr/bin/rm", "-rf", ...folders, filesThere(project)]);
}

async function findMemory(engine: EngineClient, signal: AbortSignal | undefined): Promise<string> {
  const { exitCode, output } = await runThere(
    engine,
    ["/usr/bin/stat", "--file-system", "--format=%T", ...memoryFolders],
    signal,
  );
  const kinds = output.trim().split("\n");
  const found = memoryFolders.find((_, i) => kinds[i] === "tmpfs" || kinds[i] === "ramfs");
  if (exitCode === 0 && found !== undefined) return found;
  throw new GantryError(storeProblems.noMemoryThere(memoryFolders, exitCode === 0 ? kinds : output));
}

/** Runs a program of the engine's own machine, which sees its programs and the folders in memory, and no network. */
async function runThere(
  engine: EngineClient,
  command: readonly string[],
  signal?: AbortSignal,
): Promise<{ readonly exitCode: number; readonly output: string }> {
  return withCarrier(engine, command, signal, async (id) => {
    await startContainer(engine, id, signal);
    const exitCode = await waitContainer(engine, id, signal);
    const lines: string[] = [];
    for await (const { text } of containerLogs(engine, { Id: id, Config: { Tty: false } }, { signal }))
      lines.push(text);
    return { exitCode, output: lines.join("\n") };
  });
}

async function withCarrier<T>(
  engine: EngineClient,
  command: readonly string[],
  signal: AbortSignal | undefined,
  work: (id: string) => Promise<T>,
): Promise<T> {
  // Several runs may carry at once.
  const image = `gantry-carrier:${randomBytes(6).toString("hex")}`;
  await makeImage(engine, image, signal);
  try {
    const { Id } = await engine.json<{ Id: string }>({
      method: "POST",
      path: "/containers/create",
      body: {
        Image: image,
        Cmd: command,
        HostConfig: {
          NetworkMode: "none",
          CapDrop: ["ALL"],
          CapAdd: ["DAC_OVERRIDE"],
          SecurityOpt: ["no-new-privileges:true"],
          Binds: ["/usr:/usr:ro", ...[...memoryFolders, diskFolder].map((folder) => `${folder}:${folder}`)],
          LogConfig: { Type: "local" },
        },
      },
      signal,
    });
    try {
      return await work(Id);
    } finally {
      await removeContainer(engine, Id);
    }
  } finally {
    await removeImage(engine, image).catch(() => {});
  }
}

/** An image with nothing in it but the names under which programs look for their libraries: no registry is asked. */
async function makeImage(engine: EngineClient, name: string, signal: AbortSignal | undefined): Promise<void> {
  const [repo, tag] = name.split(":");
  const links = ["bin", "sbin", "lib", "lib64"];
  const archive = tarArchive([
    ...["usr", "run", "dev", "var"].map((path) => entryOfRoot(path, "folder", 0o755, 0)),
    ...links.map((path) => entryOfRoot(path, { link: `usr/${path}` }, 0o777, 0)),
  ]);
  await engine.call({
    method: "POST",
    path: "/images/create",
    query: { fromSrc: "-", repo, tag },
    archive,
    signal,
  });
}
