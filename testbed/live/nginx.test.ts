import assert from "node:assert/strict";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Bench, eventually, liveTest } from "./support.ts";

const IMAGES = ["nginx:1.28-trixie", "nginx:1.28-alpine-slim"] as const;

async function publishedUrl(bench: Bench, name: string, port: number): Promise<string> {
  const published = await bench.docker("port", name, `${port}/tcp`);
  return `http://${published.split("\n")[0] ?? ""}`;
}

for (const IMAGE of IMAGES) {
  liveTest(
    `${IMAGE} serves its page, steps down for its workers and logs to the container`,
    [IMAGE],
    async (bench) => {
      const container = await bench.start("-p", "127.0.0.1::80", IMAGE);
      const url = await publishedUrl(bench, container.name, 80);
      const answer = await eventually(async () => await fetch(`${url}/?seen=yes`).catch(() => undefined));
      assert.equal(answer.status, 200);
      assert.match(await answer.text(), /Welcome to nginx/);
      await eventually(async () => (await container.logs()).includes("GET /?seen=yes"));
      const owners = await container.exec(
        "sh",
        "-c",
        'for p in /proc/[0-9]*; do [ "$(cat $p/comm 2>/dev/null)" = nginx ] && stat -c %u $p; done | sort -u',
      );
      assert.deepEqual(owners.split("\n"), ["0", "101"]);
      await bench.docker("stop", container.name);
      assert.equal(await bench.docker("inspect", "-f", "{{.State.ExitCode}}", container.name), "0");
    },
  );

  liveTest(
    `${IMAGE} runs as user 101 with a read-only root, and fills in templates`,
    [IMAGE],
    async (bench) => {
      const folder = await mkdtemp(path.join(tmpdir(), "gantry-testbed-"));
      try {
        await chmod(folder, 0o755);
        await writeFile(
          path.join(folder, "site.conf.template"),
          'server { listen ${PORT}; location / { return 200 "${WORD} from $host\\n"; } }\n',
        );
        const container = await bench.start(
          ...["--user", "101:101", "--read-only", "--cap-drop", "ALL", "-p", "127.0.0.1::8080"],
          ...["--tmpfs", "/run:uid=101,gid=101", "--tmpfs", "/var/cache/nginx:uid=101,gid=101"],
          ...["--tmpfs", "/etc/nginx/conf.d:uid=101,gid=101", "-v", `${folder}:/etc/nginx/templates:ro`],
          ...["-e", "PORT=8080", "-e", "WORD=hello", IMAGE],
        );
        const url = await publishedUrl(bench, container.name, 8080);
        const answer = await eventually(async () => await fetch(url).catch(() => undefined));
        assert.equal(await answer.text(), "hello from 127.0.0.1\n");
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  );

  liveTest(
    `${IMAGE} is new enough for names that are looked up again in an upstream`,
    [IMAGE],
    async (bench) => {
      const configuration =
        "upstream u { zone u 64k; server localhost:81 resolve; } resolver 127.0.0.11; server { listen 80; location / { proxy_pass http://u; } }";
      const checked = await bench.tryDocker(
        ...[
          "run",
          "--rm",
          IMAGE,
          "sh",
          "-c",
          `echo '${configuration}' >/etc/nginx/conf.d/default.conf && nginx -t`,
        ],
      );
      assert.equal(checked.code, 0, checked.stderr);
      const config = JSON.parse(await bench.docker("inspect", "-f", "{{json .Config}}", IMAGE));
      assert.equal(config.StopSignal, "SIGQUIT");
      assert.deepEqual(config.Entrypoint, ["/docker-entrypoint.sh"]);
      assert.deepEqual(config.Cmd, ["nginx", "-g", "daemon off;"]);
    },
  );
}

liveTest(
  "nginx on Alpine has TLS, matches expressions and answers BusyBox's wget; it has no curl",
  ["nginx:1.28-alpine-slim"],
  async (bench) => {
    const configuration =
      "server { listen 80; location ~ ^/(?<word>[a-z]+)$ { return 200 $word; } location = /no { return 503; } }";
    const container = await bench.start(
      ...["nginx:1.28-alpine-slim", "sh", "-c"],
      `echo '${configuration}' >/etc/nginx/conf.d/default.conf && exec nginx -g 'daemon off;'`,
    );
    const ask = (path: string) =>
      container.tryExec("wget", "-q", "-T", "2", "-O", "-", `http://127.0.0.1${path}`);
    await eventually(async () => (await ask("/hello")).code === 0);
    assert.equal((await ask("/hello")).stdout, "hello");
    assert.notEqual((await ask("/no")).code, 0);
    assert.notEqual((await container.tryExec("curl", "--version")).code, 0);
    assert.match(
      (await bench.docker("run", "--rm", "nginx:1.28-alpine-slim", "sh", "-c", "nginx -V 2>&1")).replaceAll(
        "\n",
        " ",
      ),
      /built with OpenSSL 3.*http_v3_module/,
    );
  },
);
