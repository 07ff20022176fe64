import assert from "node:assert/strict";
import { eventually, liveTest } from "./support.ts";

const IMAGE = "redis:8-trixie";

liveTest(
  "Redis gives up root, answers other containers, and keeps its data in /data",
  [IMAGE],
  async (bench) => {
    const data = await bench.volume();
    const container = await bench.start("-v", `${data}:/data`, IMAGE, "--appendonly", "yes");
    await eventually(async () => (await container.tryExec("redis-cli", "ping")).stdout.trim() === "PONG");
    assert.equal(await container.exec("stat", "-c", "%u:%g", "/proc/1"), "999:999");
    assert.equal(await container.exec("cat", "/proc/1/comm"), "redis-server");
    const address = await bench.docker("inspect", "-f", "{{.NetworkSettings.IPAddress}}", container.name);
    assert.equal(
      await bench.docker("run", "--rm", IMAGE, "redis-cli", "-h", address, "set", "key", "kept"),
      "OK",
    );
    await bench.docker("restart", container.name);
    await eventually(async () => (await container.tryExec("redis-cli", "ping")).stdout.trim() === "PONG");
    assert.equal(await container.exec("redis-cli", "get", "key"), "kept");
  },
);

liveTest(
  "Redis runs as an ordinary user with a read-only root and a configuration file",
  [IMAGE],
  async (bench) => {
    const container = await bench.start(
      ...["--user", "999:999", "--read-only", "--cap-drop", "ALL", "--tmpfs", "/data:uid=999,gid=999"],
      ...["--tmpfs", "/etc/given:uid=999,gid=999", "--entrypoint", "sh", IMAGE, "-c"],
      "printf 'port 7000\\nprotected-mode yes\\n' >/etc/given/redis.conf && exec docker-entrypoint.sh /etc/given/redis.conf --maxmemory 64mb",
    );
    const ask = (...words: readonly string[]) => container.tryExec("redis-cli", "-p", "7000", ...words);
    await eventually(async () => (await ask("ping")).stdout.trim() === "PONG");
    assert.equal((await ask("config", "get", "maxmemory")).stdout.trim(), "maxmemory\n67108864");
    assert.equal((await ask("config", "get", "protected-mode")).stdout.trim(), "protected-mode\nyes");
  },
);

liveTest("the image of Redis says what the official one says", [IMAGE], async (bench) => {
  assert.match(await bench.docker("run", "--rm", IMAGE, "redis-server", "--version"), /v=8\./);
  const config = JSON.parse(await bench.docker("inspect", "-f", "{{json .Config}}", IMAGE));
  assert.deepEqual(Object.keys(config.Volumes), ["/data"]);
  assert.equal(config.WorkingDir, "/data");
  assert.deepEqual(Object.keys(config.ExposedPorts), ["6379/tcp"]);
  assert.deepEqual(config.Cmd, ["redis-server"]);
});
