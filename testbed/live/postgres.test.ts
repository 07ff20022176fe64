import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { type Container, eventually, liveTest } from "./support.ts";

const IMAGE = "postgres:17-trixie";

/** The helper server of the first start does not listen on TCP, so this sees the real one only. */
async function ready(container: Container, user = "postgres"): Promise<void> {
  await eventually(
    async () => (await container.tryExec("pg_isready", "-h", "127.0.0.1", "-U", user)).code === 0,
  );
}

liveTest("a password file, init scripts and a restart that keeps the data", [IMAGE], async (bench) => {
  const folder = await mkdtemp(path.join(tmpdir(), "gantry-testbed-"));
  try {
    const scripts = path.join(folder, "init");
    await mkdir(scripts);
    await writeFile(path.join(folder, "password"), "from a file\n");
    await writeFile(path.join(scripts, "10-table.sql"), "CREATE TABLE said (by text, word text);");
    await writeFile(
      path.join(scripts, "20-packed.sql.gz"),
      gzipSync("INSERT INTO said VALUES ('gz', current_user || '@' || current_database());"),
    );
    await writeFile(
      path.join(scripts, "30-run.sh"),
      '#!/bin/bash\npsql -U "$POSTGRES_USER" -d "$POSTGRES_DB" -c "INSERT INTO said VALUES (\'sh\', \'$POSTGRES_DB\')"\n',
    );
    await chmod(path.join(scripts, "30-run.sh"), 0o755);
    await writeFile(path.join(scripts, "40-source.sh"), "docker_was_sourced=yes\n");
    await writeFile(
      path.join(scripts, "50-sourced.sh"),
      'psql -U "$POSTGRES_USER" -d "$POSTGRES_DB" -c "INSERT INTO said VALUES (\'source\', \'$docker_was_sourced\')"\n',
    );
    await writeFile(path.join(scripts, "README"), "ignored\n");
    await chmod(folder, 0o755);
    const data = await bench.volume();
    const container = await bench.start(
      ...["-v", `${data}:/var/lib/postgresql/data`, "-v", `${folder}:/given:ro`],
      ...["-v", `${scripts}:/docker-entrypoint-initdb.d:ro`],
      ...[
        "-e",
        "POSTGRES_PASSWORD_FILE=/given/password",
        "-e",
        "POSTGRES_USER=owner",
        "-e",
        "POSTGRES_DB=parcels",
      ],
      ...["-e", "POSTGRES_INITDB_ARGS=--data-checksums --encoding='UTF8'"],
      IMAGE,
      ...["-c", "shared_preload_libraries=pg_stat_statements"],
    );
    await ready(container, "owner");
    const url = "postgres://owner:from%20a%20file@127.0.0.1/parcels";
    const ask = (sql: string, to = url) => container.exec("psql", to, "-Atc", sql);
    assert.equal(
      await ask("SELECT by || '=' || word FROM said ORDER BY by"),
      "gz=owner@parcels\nsh=parcels\nsource=yes",
    );
    assert.equal(await ask("SHOW data_checksums"), "on");
    await ask("CREATE EXTENSION pg_stat_statements");
    assert.match(await container.logs(), /ignoring \/docker-entrypoint-initdb\.d\/README/);

    const others = await bench.docker("inspect", "-f", "{{.NetworkSettings.IPAddress}}", container.name);
    const wrong = await container.tryExec(
      "psql",
      `postgres://owner:wrong@${others}/parcels`,
      "-c",
      "SELECT 1",
    );
    assert.notEqual(wrong.code, 0, "a wrong password must not be let in from outside");
    assert.equal(await ask("SELECT 1", `postgres://owner:from%20a%20file@${others}/parcels`), "1");

    assert.match(
      await container.exec("ps", "-o", "user=", "-p", "1").catch(() => "postgres"),
      /postgres|999/,
    );
    assert.equal(await container.exec("stat", "-c", "%u:%g %a", "/proc/1"), "999:999 555");

    await bench.docker("restart", container.name);
    await ready(container, "owner");
    assert.equal(await ask("SELECT count(*) FROM said"), "3");
    assert.match(await container.logs(), /Skipping initialization/);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

liveTest("as an ordinary user with a read-only root", [IMAGE], async (bench) => {
  const container = await bench.start(
    ...["--user", "999:999", "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"],
    ...["--tmpfs", "/tmp", "--tmpfs", "/var/run/postgresql:uid=999,gid=999,mode=3775"],
    ...["-e", "POSTGRES_PASSWORD=secret", IMAGE],
  );
  await ready(container);
  assert.equal(await container.exec("psql", "-U", "postgres", "-Atc", "SELECT 1"), "1");
});

liveTest("as a user number that nobody gave a name", [IMAGE], async (bench) => {
  const container = await bench.start(
    ...["--user", "54321:54321", "--tmpfs", "/var/lib/postgresql/data:uid=54321,gid=54321,mode=0700"],
    ...[
      "--tmpfs",
      "/var/run/postgresql:uid=54321,gid=54321,mode=0775",
      "-e",
      "POSTGRES_PASSWORD=secret",
      IMAGE,
    ],
  );
  await ready(container);
  assert.equal(await container.exec("psql", "-U", "postgres", "-Atc", "SELECT current_user"), "postgres");
});

liveTest("without a password it says what is missing and ends", [IMAGE], async (bench) => {
  const without = await bench.tryDocker("run", "--rm", IMAGE);
  assert.equal(without.code, 1);
  assert.match(without.stderr, /POSTGRES_PASSWORD/);
  const both = await bench.tryDocker(
    ...["run", "--rm", "-e", "POSTGRES_PASSWORD=a", "-e", "POSTGRES_PASSWORD_FILE=/b", IMAGE],
  );
  assert.equal(both.code, 1);
  assert.match(both.stderr, /both POSTGRES_PASSWORD and POSTGRES_PASSWORD_FILE/);
});

liveTest("without a password on request", [IMAGE], async (bench) => {
  const container = await bench.start("-e", "POSTGRES_HOST_AUTH_METHOD=trust", IMAGE);
  await ready(container);
  const address = await bench.docker("inspect", "-f", "{{.NetworkSettings.IPAddress}}", container.name);
  assert.equal(await container.exec("psql", "-h", address, "-U", "postgres", "-Atc", "SELECT 1"), "1");
});

liveTest(
  "other commands run as they are, and the image says what the official one says",
  [IMAGE],
  async (bench) => {
    assert.match(await bench.docker("run", "--rm", IMAGE, "--version"), /^postgres \(PostgreSQL\) 17\./);
    assert.equal(await bench.docker("run", "--rm", IMAGE, "id", "-u"), "0");
    const config = JSON.parse(await bench.docker("inspect", "-f", "{{json .Config}}", IMAGE));
    assert.equal(config.StopSignal, "SIGINT");
    assert.deepEqual(Object.keys(config.Volumes), ["/var/lib/postgresql/data"]);
    assert.deepEqual(Object.keys(config.ExposedPorts), ["5432/tcp"]);
    assert.deepEqual(config.Entrypoint, ["docker-entrypoint.sh"]);
    assert.deepEqual(config.Cmd, ["postgres"]);
    for (const variable of ["PG_MAJOR=17", "PGDATA=/var/lib/postgresql/data", "LANG=en_US.utf8"]) {
      assert.ok(config.Env.includes(variable), variable);
    }
  },
);
