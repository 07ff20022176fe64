import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Bench, eventually, liveTest } from "./support.ts";

/** Builds an image from files that need no network, and removes it when `use` is done. */
async function withBuilt(
  bench: Bench,
  files: Readonly<Record<string, string>>,
  use: (image: string) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), "gantry-testbed-"));
  const image = `${path.basename(folder).toLowerCase()}:test`;
  try {
    for (const [name, content] of Object.entries(files)) await writeFile(path.join(folder, name), content);
    await bench.docker("build", "--tag", image, folder);
    await use(image);
  } finally {
    await bench.tryDocker("rmi", image);
    await rm(folder, { recursive: true, force: true });
  }
}

liveTest(
  "Python has its usual place, pip, and the modules that need libraries",
  ["python:3.13-slim"],
  async (bench) => {
    const run = (...words: readonly string[]) => bench.docker("run", "--rm", "python:3.13-slim", ...words);
    assert.equal(
      await run("sh", "-c", "command -v python3 && command -v pip"),
      "/usr/local/bin/python3\n/usr/local/bin/pip",
    );
    assert.match(await run("python", "--version"), /^Python 3\.13\./);
    const modules =
      "import bz2, ctypes, curses, lzma, readline, sqlite3, ssl, uuid, zlib; print(ssl.create_default_context().cert_store_stats()['x509_ca'] > 50)";
    assert.equal(await run("python", "-c", modules), "True");
    assert.equal(
      await run("sh", "-c", "python -m venv /tmp/v && /tmp/v/bin/pip --version | cut -d' ' -f1"),
      "pip",
    );
  },
);

liveTest(
  "a program that Rust builds runs in distroless as an ordinary user",
  ["rust:1-slim-trixie", "gcr.io/distroless/cc-debian13:nonroot"],
  async (bench) => {
    const files = {
      "main.rs": 'fn main() { println!("{:?}", std::env::current_dir().unwrap()); }\n',
      Dockerfile: [
        "FROM rust:1-slim-trixie AS build",
        "COPY main.rs /src/",
        "RUN rustc -O -o /src/main /src/main.rs",
        "FROM gcr.io/distroless/cc-debian13:nonroot",
        "COPY --from=build /src/main /main",
        'ENTRYPOINT ["/main"]',
      ].join("\n"),
    };
    await withBuilt(bench, files, async (image) => {
      assert.equal(await bench.docker("run", "--rm", "--read-only", image), '"/home/nonroot"');
      assert.equal(await bench.docker("inspect", "--format", "{{.Config.User}}", image), "65532");
      const shell = await bench.tryDocker("run", "--rm", "--entrypoint", "/bin/sh", image, "-c", "true");
      assert.notEqual(shell.code, 0, "there must be no shell");
    });
  },
);

liveTest(
  "a registry takes an image and gives it back",
  ["registry:3", "debian:trixie-slim"],
  async (bench) => {
    const container = await bench.start("--publish", "127.0.0.1::5000", "registry:3");
    const address = (await bench.docker("port", container.name, "5000/tcp")).split("\n")[0] ?? "";
    await eventually(
      async () => (await fetch(`http://${address}/v2/`).catch(() => undefined))?.status === 200,
    );
    const image = `${address}/some/thing:1`;
    await bench.docker("tag", "debian:trixie-slim", image);
    try {
      await bench.docker("push", "--quiet", image);
      await bench.docker("rmi", image);
      await bench.docker("pull", "--quiet", image);
      assert.equal(await bench.docker("run", "--rm", image, "echo", "back"), "back");
      const tags = await fetch(`http://${address}/v2/some/thing/tags/list`);
      assert.deepEqual(await tags.json(), { name: "some/thing", tags: ["1"] });
    } finally {
      await bench.tryDocker("rmi", image);
    }
  },
);

liveTest(
  "QuestDB gives up root, answers queries, and says that it is healthy",
  ["questdb/questdb:9.3.4"],
  async (bench) => {
    const data = await bench.volume();
    const container = await bench.start(
      ...[
        "--publish",
        "127.0.0.1::9000",
        "--publish",
        "127.0.0.1::9003",
        "--volume",
        `${data}:/var/lib/questdb`,
      ],
      ...["--env", "QDB_TELEMETRY_ENABLED=false", "questdb/questdb:9.3.4"],
    );
    const at = async (port: number) =>
      `http://${(await bench.docker("port", container.name, `${port}/tcp`)).split("\n")[0]}`;
    const health = await at(9003);
    await eventually(async () => (await fetch(health).catch(() => undefined))?.status === 200);
    assert.equal(await container.exec("stat", "-c", "%u:%g", "/proc/1"), "10001:10001");
    const ask = async (sql: string) => {
      const answer = await fetch(`${await at(9000)}/exec?query=${encodeURIComponent(sql)}`);
      return (await answer.json()) as { readonly dataset?: unknown };
    };
    await ask("CREATE TABLE seen (at TIMESTAMP, what SYMBOL) TIMESTAMP(at) PARTITION BY DAY WAL");
    await ask("INSERT INTO seen VALUES (now(), 'parcel')");
    await eventually(
      async () => JSON.stringify((await ask("SELECT what FROM seen")).dataset) === '[["parcel"]]',
    );
  },
);

liveTest(
  "Redis Commander shows a Redis to those who sign in",
  ["rediscommander/redis-commander:latest", "redis:8"],
  async (bench) => {
    const network = `gantry-testbed-${process.pid}`;
    await bench.docker("network", "create", network);
    try {
      await bench.start("--network", network, "--network-alias", "cache", "redis:8");
      const container = await bench.start(
        ...["--network", network, "--read-only", "--tmpfs", "/tmp", "--publish", "127.0.0.1::8081"],
        ...[
          "--env",
          "HTTP_USER=me",
          "--env",
          "HTTP_PASSWORD=secret",
          "--env",
          "REDIS_HOSTS=jobs:cache:6379:0",
        ],
        "rediscommander/redis-commander:latest",
      );
      const url = `http://${(await bench.docker("port", container.name, "8081/tcp")).split("\n")[0]}`;
      await eventually(
        async () => (await container.tryExec("/redis-commander/bin/healthcheck.js")).code === 0,
      );
      assert.equal((await fetch(`${url}/connections`)).status, 401);
      const signedIn = await fetch(`${url}/signin`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ username: "me", password: "secret" }),
      });
      const { bearerToken } = (await signedIn.json()) as { readonly bearerToken: string };
      const connections = await fetch(`${url}/connections`, {
        headers: { authorization: `Bearer ${bearerToken}` },
      });
      assert.match(await connections.text(), /"label":"jobs"/);
    } finally {
      await eventually(async () => {
        const members = await bench.docker(
          "network",
          "inspect",
          "--format",
          "{{range .Containers}}{{.Name}} {{end}}",
          network,
        );
        for (const name of members.split(" ").filter((word) => word !== ""))
          await bench.tryDocker("rm", "-fv", name);
        return (await bench.tryDocker("network", "rm", network)).code === 0;
      });
    }
  },
);

liveTest("pgAdmin makes its own database and answers", ["dpage/pgadmin4:9.18"], async (bench) => {
  const without = await bench.tryDocker("run", "--rm", "dpage/pgadmin4:9.18");
  assert.equal(without.code, 1);
  assert.match(without.stderr, /PGADMIN_DEFAULT_EMAIL/);
  const container = await bench.start(
    ...["--publish", "127.0.0.1::80", "--env", "PGADMIN_DEFAULT_EMAIL=me@example.com"],
    ...[
      "--env",
      "PGADMIN_DEFAULT_PASSWORD=secret",
      "--env",
      "PGADMIN_CONFIG_LOGIN_BANNER='Hello from the test'",
    ],
    "dpage/pgadmin4:9.18",
  );
  const url = `http://${(await bench.docker("port", container.name, "80/tcp")).split("\n")[0]}`;
  await eventually(async () => (await fetch(`${url}/misc/ping`).catch(() => undefined))?.status === 200);
  assert.match(await (await fetch(`${url}/login`)).text(), /Hello from the test/);
  assert.equal(await container.exec("id", "-u"), "5050");
});
