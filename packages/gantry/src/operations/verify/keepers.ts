import { execInContainer } from "../../engine/exec.ts";
import { runSidecar } from "../../engine/sidecar.ts";
import type { Running, Scene } from "./types.ts";

/** How a mark is left in data, found again and taken away, without touching anything that is there. */
export interface Keeper {
  write(scene: Scene, owner: Running, volume: string, mark: string): Promise<void>;
  has(scene: Scene, owner: Running, volume: string, mark: string): Promise<boolean>;
  remove(scene: Scene, owner: Running, volume: string, mark: string): Promise<void>;
}

async function inside(scene: Scene, owner: Running, command: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await execInContainer(scene.engine, owner.container.Id, {
    command,
    signal: scene.signal,
  });
  if (exitCode !== 0)
    throw new Error(`${command[0]} in ${owner.service.name} ended with ${exitCode}: ${stderr || stdout}`);
  return stdout.trim();
}

const psql = (scene: Scene, owner: Running, sql: string): Promise<string> =>
  inside(scene, owner, [
    "psql",
    "--no-psqlrc",
    "--tuples-only",
    "--no-align",
    "--username",
    owner.service.backing?.user ?? "postgres",
    "--dbname",
    owner.service.backing?.database ?? "postgres",
    "--command",
    sql,
  ]);

const redis = (scene: Scene, owner: Running, ...words: readonly string[]): Promise<string> =>
  inside(scene, owner, ["redis-cli", "-e", ...words]);

async function beside(scene: Scene, volume: string, script: string): Promise<string> {
  if (scene.toolImage === undefined) throw new Error("no image of the stack has bash");
  const { exitCode, output } = await runSidecar(scene.engine, {
    project: scene.blueprint.project,
    image: scene.toolImage,
    capabilities: ["DAC_OVERRIDE"],
    volumes: { [`${scene.blueprint.project}_${volume}`]: "/data" },
    script,
    signal: scene.signal,
  });
  if (exitCode !== 0) throw new Error(`the volume ${volume} cannot be used: ${output}`);
  return output.trim();
}

/** By part; `volume` for all others, with a file beside the data. */
export const keepers: Readonly<Record<string, Keeper>> = {
  postgres: {
    write: async (scene, owner, _volume, mark) =>
      void (await psql(
        scene,
        owner,
        `CREATE SCHEMA ${mark}; CREATE TABLE ${mark}.mark AS SELECT 42 AS answer`,
      )),
    has: async (scene, owner, _volume, mark) =>
      (await psql(scene, owner, `SELECT answer FROM ${mark}.mark`)) === "42",
    remove: async (scene, owner, _volume, mark) =>
      void (await psql(scene, owner, `DROP SCHEMA IF EXISTS ${mark} CASCADE`)),
  },
  redis: {
    write: async (scene, owner, _volume, mark) =>
      void (await redis(scene, owner, "SET", mark, "42", "EX", "3600")),
    has: async (scene, owner, _volume, mark) => (await redis(scene, owner, "GET", mark)) === "42",
    remove: async (scene, owner, _volume, mark) => void (await redis(scene, owner, "DEL", mark)),
  },
  volume: {
    write: async (scene, _owner, volume, mark) =>
      void (await beside(scene, volume, `echo 42 > /data/.${mark}`)),
    has: async (scene, _owner, volume, mark) => (await beside(scene, volume, `cat /data/.${mark}`)) === "42",
    remove: async (scene, _owner, volume, mark) => void (await beside(scene, volume, `rm -f /data/.${mark}`)),
  },
};
