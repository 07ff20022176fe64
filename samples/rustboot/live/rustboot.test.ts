import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { request as plainRequest } from "node:http";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { ensureEngine } from "../../../testbed/engine.ts";
import { ensureImages } from "../../../testbed/images.ts";
import { freePort, type RunningSample, startSample, until } from "../../../testbed/sample.ts";
import { assertVerified } from "../../../testbed/verified.ts";

const folder = fileURLToPath(new URL("..", import.meta.url));
const apiKey = "api-key-of-the-live-test";
const helper = "debian:trixie-slim";
const node = "node:24-trixie-slim";

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** A certificate for one name, that only this run trusts. */
function certificate(name: string): { readonly certificate: string; readonly key: string } {
  const place = mkdtempSync(join(tmpdir(), "rustboot-tls-"));
  try {
    execFileSync(
      "openssl",
      [
        ...[
          "req",
          "-x509",
          "-newkey",
          "ec",
          "-pkeyopt",
          "ec_paramgen_curve:prime256v1",
          "-nodes",
          "-days",
          "2",
        ],
        ...["-subj", `/CN=${name}`, "-addext", `subjectAltName=DNS:${name}`],
        ...["-keyout", join(place, "key.pem"), "-out", join(place, "certificate.pem")],
      ],
      { stdio: "ignore" },
    );
    return {
      certificate: readFileSync(join(place, "certificate.pem"), "utf8"),
      key: readFileSync(join(place, "key.pem"), "utf8"),
    };
  } finally {
    rmSync(place, { recursive: true });
  }
}

describe("rustboot in production mode", () => {
  let sample: RunningSample;
  let port: string;
  let tlsPort: string;
  const host = "rustboot.example";
  const tls = certificate(host);

  before(async () => {
    await ensureImages(await ensureEngine(), [helper, node]);
    [port, tlsPort] = [await freePort(), await freePort()];
    sample = await startSample(folder, {
      env: {
        API_KEY: apiKey,
        POSTGRES_PASSWORD: "postgres-password-of-the-live-test",
        NGINX_TLS_CERTIFICATE: tls.certificate,
        NGINX_TLS_KEY: tls.key,
        NGINX_PORT: port,
        NGINX_TLS_PORT: tlsPort,
      },
    });
  });
  after(async () => {
    await sample?.[Symbol.asyncDispose]();
  });

  const container = (service: string, copy = 1): string => `rustboot-production-${service}-${copy}`;
  const inspect = async (name: string, format: string): Promise<string> =>
    sample.docker("inspect", "--format", format, name);

  const ask = (
    path: string,
    options: {
      readonly method?: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    } = {},
  ): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const { method = "GET", headers = {}, body } = options;
      const sent = request(
        // The certificate is checked, against the name.
        {
          host: "127.0.0.1",
          port: tlsPort,
          path,
          method,
          headers: { host, ...headers },
          ca: tls.certificate,
          servername: host,
        },
        (response) => {
          const parts: string[] = [];
          response.setEncoding("utf8").on("data", (part: string) => parts.push(part));
          response.on("end", () =>
            resolve({ status: response.statusCode ?? 0, headers: response.headers, text: parts.join("") }),
          );
        },
      );
      sent.on("error", reject).end(body);
    });
  const createUser = (name: string, key = apiKey): Promise<Answer> =>
    ask("/api/users", {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${key}` },
      body: JSON.stringify({ name, email: `${name.toLowerCase()}@example.com` }),
    });
  const health = async (): Promise<{ code: number; checks: Record<string, { status: string }> }> => {
    const { status, text } = await ask("/health");
    return {
      code: status,
      checks: (JSON.parse(text) as { checks: Record<string, { status: string }> }).checks,
    };
  };
  const logs = async (copy: number): Promise<readonly Record<string, unknown>[]> =>
    (await sample.docker("logs", container("app", copy)))
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  test("nginx answers encrypted, and sends others there", async () => {
    const answer = await ask("/health");
    assert.equal(answer.status, 200);
    assert.match(String(answer.headers["strict-transport-security"]), /max-age=\d+/);
    const location = await new Promise<string>((resolve, reject) => {
      plainRequest({ host: "127.0.0.1", port, path: "/health", headers: { host } }, (response) => {
        response.resume();
        resolve(`${response.statusCode} ${response.headers.location}`);
      })
        .on("error", reject)
        .end();
    });
    assert.equal(location, `308 https://${host}/health`);
  });

  test("health names the version and what it depends on", async () => {
    const answer = JSON.parse((await ask("/health")).text) as Record<string, unknown>;
    assert.equal(answer["status"], "ok");
    assert.equal(answer["environment"], "production");
    assert.deepEqual(Object.keys(answer["checks"] as object), ["database", "redis"]);
    assert.equal((await ask("/health/live")).status, 200);
  });

  test("a user is written to PostgreSQL, and answered from Redis by every copy", async () => {
    const made = await createUser("Ada");
    assert.equal(made.status, 201, made.text);
    const { id } = JSON.parse(made.text) as { id: number };
    assert.equal((await ask(`/api/users/${id}`)).headers["x-cache"], "miss");
    for (let copy = 0; copy < 6; copy++)
      assert.equal((await ask(`/api/users/${id}`)).headers["x-cache"], "hit");
    assert.equal((await createUser("Ada")).status, 409);
    assert.equal((await createUser("Eve", "wrong")).status, 401);
    assert.equal(
      await sample.docker(
        ...["exec", container("postgres"), "psql", "-U", "rustboot", "-d", "rustboot_db"],
        ...["-Atc", "SELECT count(*) FROM app.users"],
      ),
      "1",
    );
  });

  test("it runs without rights: no root, no capabilities, no shell, nothing to write to", async () => {
    for (const copy of [1, 2, 3]) {
      const name = container("app", copy);
      assert.equal(await inspect(name, "{{.HostConfig.ReadonlyRootfs}}"), "true");
      assert.equal(
        await inspect(name, "{{.HostConfig.NanoCpus}} {{.HostConfig.Memory}}"),
        "2000000000 1073741824",
      );
      assert.match(await inspect(name, "{{.HostConfig.SecurityOpt}}"), /no-new-privileges/);
      const status = await sample.docker(
        ...[
          "run",
          "--rm",
          "--network",
          "none",
          "--pid",
          `container:${name}`,
          helper,
          "cat",
          "/proc/1/status",
        ],
      );
      assert.match(status, /^Uid:\s+65532\s+65532\s+65532\s+65532$/m);
      for (const set of ["CapEff", "CapPrm", "CapBnd"])
        assert.match(status, new RegExp(`^${set}:\\s+0+$`, "m"));
      // The engine's own codes for a program that is not there.
      await assert.rejects(sample.docker("exec", name, "sh", "-c", "true"), (error: { code?: unknown }) =>
        [126, 127].includes(Number(error.code)),
      );
    }
  });

  test("the image is smaller than 25 MB", async () => {
    const size = Number(
      await sample.docker("image", "inspect", "--format", "{{.Size}}", "rustboot-app:latest"),
    );
    assert.ok(size < 25 * 1000 ** 2, `${size} bytes`);
  });

  test("PostgreSQL and Redis are tuned for their memory", async () => {
    const show = (setting: string): Promise<string> =>
      sample.docker(
        ...[
          "exec",
          container("postgres"),
          "psql",
          "-U",
          "rustboot",
          "-d",
          "rustboot_db",
          "-Atc",
          `SHOW ${setting}`,
        ],
      );
    assert.equal(await show("shared_buffers"), "512MB");
    assert.equal(await show("effective_cache_size"), "1536MB");
    assert.equal(await show("maintenance_work_mem"), "128MB");
    assert.equal(await show("max_connections"), "200");
    const config = (setting: string): Promise<string> =>
      sample.docker("exec", container("redis"), "redis-cli", "config", "get", setting);
    assert.equal(await config("maxmemory"), `maxmemory\n${512 * 1024 ** 2}`);
    assert.equal(await config("maxmemory-policy"), "maxmemory-policy\nallkeys-lru");
    assert.equal(await config("appendonly"), "appendonly\nyes");
    assert.equal(await config("appendfsync"), "appendfsync\neverysec");
  });

  test("nginx refuses a client that sends too much at once", async () => {
    const codes = await Promise.all(
      Array.from({ length: 150 }, async () => (await ask("/api/users/1")).status),
    );
    assert.ok(codes.includes(429), codes.join(" "));
    assert.ok(codes.includes(200), codes.join(" "));
  });

  test("the application counts a client's requests over all copies", async () => {
    // Twice the limit and more: even across the end of a window one of the two is exceeded.
    const codes = await sample.docker(
      ...[
        "exec",
        container("nginx"),
        "curl",
        "--silent",
        "--output",
        "/dev/null",
        "--write-out",
        "%{http_code}\n",
      ],
      ...["--header", "X-Real-IP: 203.0.113.9", "http://app:8080/api/users/[100000-100700]"],
    );
    const counts = Map.groupBy(codes.split("\n"), (code) => code);
    assert.deepEqual([...counts.keys()].sort(), ["404", "429"]);
    assert.ok((counts.get("404")?.length ?? 0) <= 600);
    const other = await sample.docker(
      ...[
        "exec",
        container("nginx"),
        "curl",
        "--silent",
        "--output",
        "/dev/null",
        "--write-out",
        "%{http_code}",
      ],
      ...["--header", "X-Real-IP: 203.0.113.10", "http://app:8080/api/users/100000"],
    );
    assert.equal(other, "404");
  });

  test("metrics are for the inside only", async () => {
    assert.equal((await ask("/metrics")).status, 404);
    const text = await sample.docker(
      "exec",
      container("nginx"),
      "curl",
      "--silent",
      "http://app:8080/metrics",
    );
    assert.match(text, /^# TYPE rustboot_requests counter$/m);
    assert.match(text, /^rustboot_database_connections \d+$/m);
    assert.match(text, /# EOF$/);
  });

  test("logs are one JSON object a line, with the id that nginx gave", async () => {
    const { headers } = await ask("/api/users/1", { headers: { "x-request-id": "live-test-0001" } });
    assert.equal(headers["x-request-id"], "live-test-0001");
    const lines = (await Promise.all([1, 2, 3].map(logs))).flat();
    const line = lines.find((entry) => entry["request_id"] === "live-test-0001");
    assert.equal(line?.["route"], "/api/users/{id}");
    assert.equal(line?.["level"], "INFO");
    assert.equal(typeof line?.["seconds"], "number");
  });

  test("a collector gets traces, which go on where the caller's began", async () => {
    const collector = "rustboot-live-collector";
    const listen =
      'require("node:http").createServer((q,r)=>{let t="";q.on("data",d=>t+=d).on("end",()=>{console.log(JSON.stringify(JSON.parse(t)));r.end("{}")})}).listen(4318)';
    await sample.docker(
      ...["run", "--detach", "--rm", "--name", collector, "--network", "rustboot-production_app-redis"],
      ...["--network-alias", "collector", node, "node", "-e", listen],
    );
    try {
      const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
      await until(
        async () => {
          await ask("/api/users/1", { headers: { traceparent: `00-${trace}-00f067aa0ba902b7-01` } });
          return sample.docker("logs", collector);
        },
        (sent) => sent.includes(trace),
      );
      const spans = (await sample.docker("logs", collector))
        .split("\n")
        .flatMap(
          (line) =>
            (JSON.parse(line) as { resourceSpans: { scopeSpans: { spans: Record<string, string>[] }[] }[] })
              .resourceSpans,
        )
        .flatMap((resource) => resource.scopeSpans.flatMap((scope) => scope.spans))
        .filter((span) => span["traceId"] === trace);
      const outer = spans.find((span) => span["parentSpanId"] === "00f067aa0ba902b7");
      assert.equal(outer?.["name"], "GET /api/users/{id}");
      assert.ok(spans.some((span) => span["parentSpanId"] === outer?.["spanId"] && span["name"] === "show"));
    } finally {
      await sample.docker("rm", "--force", collector);
    }
  });

  test("health tells the truth about the database", async () => {
    const putBack = await sample.cutOff(container("postgres"));
    try {
      const away = await until(health, (answer) => answer.code === 503);
      assert.equal(away.checks["database"]?.status, "away");
      assert.equal(away.checks["redis"]?.status, "ok");
      assert.equal((await ask("/health/live")).status, 200);
    } finally {
      await putBack();
    }
    await until(health, (answer) => answer.code === 200);
  });

  test("without Redis users are still answered, and health says what is missing", async () => {
    await sample.docker("stop", container("redis"));
    try {
      const away = await until(health, (answer) => answer.code === 503);
      assert.equal(away.checks["redis"]?.status, "away");
      assert.equal(away.checks["database"]?.status, "ok");
      assert.equal((await ask("/api/users/1")).status, 200);
    } finally {
      await sample.docker("start", container("redis"));
    }
    await until(health, (answer) => answer.code === 200);
  });

  test("a process that dies comes back", async () => {
    const name = container("app", 2);
    const restarts = async (): Promise<number> => Number(await inspect(name, "{{.RestartCount}}"));
    const before = await restarts();
    await sample.docker(
      ...[
        "run",
        "--rm",
        "--network",
        "none",
        "--user",
        "65532:65532",
        "--pid",
        `container:${name}`,
        helper,
        "sh",
        "-c",
      ],
      'for p in /proc/[0-9]*; do [ "$(cat $p/comm)" = rustboot ] && kill -9 "${p#/proc/}"; done; true',
    );
    await until(restarts, (count) => count === before + 1);
    await until(
      () => inspect(name, "{{.State.Health.Status}}"),
      (status) => status === "healthy",
    );
  });

  test("gantry verify finds nothing, with everything interrupted", async () => {
    await assertVerified(sample);
  });

  test("data survives the containers", async () => {
    await sample.gantry(["down"]);
    await sample.gantry(["up", "--no-build"]);
    const answer = await ask("/api/users/1");
    assert.equal((JSON.parse(answer.text) as { name: string }).name, "Ada");
  });
});

describe("rustboot on its three kinds of images, in test mode", () => {
  let sample: RunningSample;
  before(async () => {
    sample = await startSample(folder, { environment: "test" });
  });
  after(async () => {
    await sample?.[Symbol.asyncDispose]();
  });

  for (const service of ["app", "app-debian", "app-alpine"]) {
    const container = `rustboot-test-${service}-1`;
    const probe = (path: string): Promise<string> =>
      sample.docker("exec", container, "/usr/local/bin/probe", `http://127.0.0.1:8080${path}`);

    test(`${service} is well, and its probe knows the difference`, async () => {
      assert.equal(
        await sample.docker("inspect", "--format", "{{.State.Health.Status}}", container),
        "healthy",
      );
      assert.equal((JSON.parse(await probe("/health")) as { status: string }).status, "ok");
      await assert.rejects(probe("/nothing-here"), /404/);
    });

    test(`${service} runs as a numeric user with certificates at hand`, async () => {
      const user = await sample.docker("inspect", "--format", "{{.Config.User}}", container);
      assert.equal(user, service === "app" ? "65532:65532" : "1000:1000");
      const bundle = await sample.docker("cp", `${container}:/etc/ssl/certs/ca-certificates.crt`, "-");
      assert.match(bundle, /-----BEGIN CERTIFICATE-----/);
    });
  }
});
