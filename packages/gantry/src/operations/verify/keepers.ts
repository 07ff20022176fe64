import { unpackInto } from "../../engine/containers.ts";
import { execInContainer } from "../../engine/exec.ts";
import { runSidecar } from "../../engine/sidecar.ts";
import { tarArchive } from "../../engine/tar.ts";
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

/** One statement over HTTP, by bash: the image has nothing else that speaks it. */
const questdb = (scene: Scene, owner: Running, sql: string): Promise<string> =>
  inside(scene, owner, [
    "bash",
    "-c",
    `exec 3<>/dev/tcp/127.0.0.1/9000 && printf 'GET /exec?query=%s HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' "$1" >&3 && answer=$(timeout 10 cat <&3); echo "$answer"; [[ $answer == *' 200 '* ]]`,
    "ask",
    encodeURIComponent(sql),
  ]);

/** Where the owner has it: a volume that is mounted beside the data would keep nothing of it. */
const placeOf = (owner: Running, volume: string): string =>
  owner.service.mounts.find((mount) => mount.kind === "volume" && mount.volume === volume)?.target ?? "/";

/** By part; `volume` for all others, with a file beside the data. */
export const keepers: Readonly<Record<string, Keeper>> & { readonly volume: Keeper } = {
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
  questdb: {
    write: async (scene, owner, _volume, mark) => {
      await questdb(scene, owner, `CREATE TABLE ${mark} (answer INT)`);
      await questdb(scene, owner, `INSERT INTO ${mark} VALUES (42)`);
    },
    has: async (scene, owner, _volume, mark) =>
      (await questdb(scene, owner, `SELECT answer FROM ${mark}`)).includes("[[42]]"),
    remove: async (scene, owner, _volume, mark) => void (await questdb(scene, owner, `DROP TABLE ${mark}`)),
  },
  volume: {
    // Through the container, as its own process would: what is mounted elsewhere, or nowhere, shows itself.
    write: (scene, owner, volume, mark) =>
      unpackInto(
        scene.engine,
        owner.container.Id,
        tarArchive([
          {
            path: `.${mark}`,
            content: Buffer.from("42"),
            mode: 0o644,
            uid: 0,
            gid: 0,
            time: Date.now() / 1000,
          },
        ]),
        { folder: placeOf(owner, volume), signal: scene.signal },
      ),
    has: async (scene, owner, volume, mark) => {
      const file = `${placeOf(owner, volume)}/.${mark}`;
      await scene.engine.call({
        path: `/containers/${owner.container.Id}/archive`,
        query: { path: file },
        signal: scene.signal,
      });
      return true;
    },
    remove: async (scene, _owner, volume, mark) => void (await beside(scene, volume, `rm -f /data/.${mark}`)),
  },
};
