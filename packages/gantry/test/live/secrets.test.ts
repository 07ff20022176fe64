import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { deliveryFolder } from "../../src/engine/secret-delivery.ts";
import { makePlace, type Place } from "./place.ts";

const within = { timeout: 600_000 };
const images = ["node:24-trixie-slim", "postgres:17-trixie"];

/** A web service with files, one that reads only its environment, and a worker that connects anew all the time. */
const stack = (name: string): string => `import { defineStack, dockerfile, postgres } from "gantry";
export default defineStack({
  name: "${name}",
  services: {
    db: postgres({ version: "17", memory: "256m" }),
    web: {
      build: dockerfile({ context: "web", user: "1000:1000", programs: ["node"] }),
      port: 3000,
      health: { command: ["node", "/probe.mjs"] },
      secrets: ["SESSION_KEY"],
    },
    legacy: {
      image: "web",
      port: 3000,
      health: { command: ["node", "/probe.mjs"] },
      secrets: [{ name: "LEGACY_TOKEN", as: "env" }],
    },
    worker: {
      build: dockerfile({ context: "worker", user: "999:999", programs: ["sh"] }),
      uses: ["db"],
      health: { file: "/tmp/alive" },
    },
  },
});
`;

const files = {
  "web/Dockerfile": 'FROM node:24-trixie-slim\nCOPY *.mjs /\nUSER 1000:1000\nCMD ["node", "/main.mjs"]\n',
  "web/main.mjs": `import http from "node:http";
import { readFileSync } from "node:fs";
const key = process.env.SESSION_KEY_FILE ? readFileSync(process.env.SESSION_KEY_FILE, "utf8") : process.env.LEGACY_TOKEN;
if (key.includes("careless")) { console.error("cannot start with " + key); process.exit(3); }
http.createServer((_request, response) => response.end(String(key.length))).listen(3000);
process.on("SIGTERM", () => process.exit(0));
`,
  "web/probe.mjs":
    'fetch("http://127.0.0.1:3000/").then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1));\n',
  "worker/Dockerfile":
    'FROM postgres:17-trixie\nCOPY loop.sh /loop.sh\nUSER 999:999\nENTRYPOINT ["sh", "/loop.sh"]\n',
  // The password is read once, at the start, as most software does; every connection is a new one.
  "worker/loop.sh": `export PGPASSWORD="$(cat "$DATABASE_PASSWORD_FILE")"
trap 'exit 0' TERM
while true; do
  if psql -X -q -t "$DATABASE_URL" -c 'SELECT 1' >/dev/null; then echo CONNECTED; touch /tmp/alive; else echo REFUSED; fi
  sleep 0.05
done
`,
};

const values = {
  SESSION_KEY: "sessionkey-4b1d9f$x'y\"z",
  DB_PASSWORD: "dbpassword-77aa31$HOME\"'\\end",
  LEGACY_TOKEN: "legacytoken-90ce$X{Y}'\"\\t",
};

async function fill(place: Place): Promise<string> {
  await place.must(["secrets", "init", "--env", "production"]);
  for (const [name, value] of Object.entries(values))
    await place.must(["secrets", "set", name, "--env", "production"], { input: value });
  return place
    .read(".config/gantry/age.key")
    .split("\n")
    .find((line) => line.startsWith("AGE-SECRET-KEY-")) as string;
}

/** All forms in which a value could be found, and whose it is. */
function needles(key: string): ReadonlyMap<string, string> {
  const found = new Map([[key, "the age key"]]);
  for (const [name, value] of Object.entries(values))
    for (const form of [
      value,
      // The part that no quoting or encoding changes.
      value.split(/[$'"]/)[0] as string,
      Buffer.from(value).toString("base64"),
      Buffer.from(value).toString("hex"),
    ])
      found.set(form, name);
  return found;
}

function search(
  where: string,
  content: string | Buffer,
  wanted: ReadonlyMap<string, string>,
  found: Set<string>,
): void {
  for (const [form, name] of wanted) if (content.includes(form)) found.add(`${name} in ${where}`);
}

function filesBelow(folder: string, skip: (path: string) => boolean): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (skip(path)) return [];
    return entry.isDirectory() ? filesBelow(path, skip) : entry.isFile() ? [path] : [];
  });
}

/** Command lines and environments of all processes but those that `allowed` names, while `work` goes on. */
async function watchProcesses(
  wanted: ReadonlyMap<string, string>,
  found: Set<string>,
  allowed: (command: string) => boolean,
  work: Promise<unknown>,
): Promise<number> {
  let ended = false;
  const ours = readlinkSync("/proc/self/ns/pid");
  const seen = new Set<string>();
  void work
    .finally(() => {
      ended = true;
    })
    .catch(() => {});
  while (!ended) {
    for (const pid of readdirSync("/proc").filter(
      (name) => /^\d+$/.test(name) && Number(name) !== process.pid,
    ))
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, "latin1").replaceAll("\0", " ");
        if (/compose|buildx/.test(command)) seen.add(pid);
        search(`the command line ${command.slice(0, 60)}`, command, wanted, found);
        // What a container does with what it was given is its own affair, and seen by inspect.
        if (allowed(command) || readlinkSync(`/proc/${pid}/ns/pid`) !== ours) continue;
        search(
          `the environment of ${command.slice(0, 80)}`,
          readFileSync(`/proc/${pid}/environ`, "latin1"),
          wanted,
          found,
        );
      } catch {
        // It ended between the list and the look.
      }
    await new Promise((done) => setTimeout(done, 3));
  }
  await work;
  return seen.size;
}

/** Every call of `docker` and of its plugins writes down what it was given before it does its work. */
async function spyOnDocker(place: Place): Promise<() => string> {
  const log = join(place.root, ".config", "docker-calls");
  const spy = (path: string, real: string): void => {
    place.write(
      path,
      `#!/bin/sh\n{ env; for word in "$@"; do echo "argument: $word"; done; } >> ${log}\nexec ${real} "$@"\n`,
    );
    chmodSync(join(place.root, path), 0o755);
  };
  const plugins = JSON.parse(
    await place.run("docker", "info", "--format", "{{json .ClientInfo.Plugins}}"),
  ) as readonly { readonly Name: string; readonly Path: string }[];
  spy(".config/bin/docker", await place.run("sh", "-c", "command -v docker"));
  for (const { Name, Path } of plugins) spy(`.config/docker/cli-plugins/docker-${Name}`, Path);
  place.env["PATH"] = `${join(place.root, ".config/bin")}:${place.env["PATH"]}`;
  place.env["DOCKER_CONFIG"] = join(place.root, ".config/docker");
  return () => readFileSync(log, "utf8");
}

test(
  "no value stands in a file, image, history, inspect output, log, process or message",
  within,
  async () => {
    await using place = await makePlace({ stack, files, images });
    const key = await fill(place);
    const wanted = needles(key);
    const found = new Set<string>();
    const calls = await spyOnDocker(place);
    // Some values come as variables: what the user gave to us, we give to nobody.
    const env = { SESSION_KEY: values.SESSION_KEY, GANTRY_AGE_KEY: key };
    const texts: string[] = [];
    const gantry = async (...args: readonly string[]): Promise<void> => {
      const ended = await place.gantry([...args, "--env", "production"], { env });
      texts.push(ended.out, ended.err);
      assert.equal(ended.code, 0, ended.out + ended.err);
    };
    const own = (command: string): boolean =>
      // Ourselves, who were given them, and the one service whose environment holds one by the stack's own wish.
      /gantry\.mjs|^node \/main\.mjs/.test(command) || command.startsWith(process.execPath);
    const processes = await watchProcesses(wanted, found, own, gantry("up", "--format", "json"));
    assert.ok(processes > 0, "no run of Compose or Buildx was seen");
    // Once more while containers are replaced, which runs other programs.
    place.write("web/note.mjs", "export {};\n");
    const deploying = gantry("deploy", "--soak", "500ms", "--watch", "0s", "--format", "json");
    assert.ok(
      (await watchProcesses(wanted, found, own, deploying)) > 0,
      "no run of Compose or Buildx was seen",
    );
    for (const args of [
      ["ps"],
      ["secrets", "list"],
      ["config"],
      ["logs"],
      ["verify", "secrets"],
      ["up"],
      ["render"],
    ])
      await gantry(...args);

    const warnings = texts
      .join("\n")
      .split("\n")
      .filter((line) => line.includes("GTY5423"));
    assert.equal(
      warnings.filter((line) => line.includes('"kind":"warning"')).length,
      2,
      "said once in each of the two runs that print events",
    );
    search("what gantry printed", texts.join("\n"), wanted, found);
    search("what docker was given", calls(), wanted, found);
    assert.match(calls(), /argument: --env-file/);

    const ids = (
      await place.run(
        "docker",
        "ps",
        "-aq",
        "--filter",
        `label=com.docker.compose.project=${place.name}-production`,
      )
    ).split("\n");
    assert.equal(ids.length, 4);
    for (const id of ids) {
      const inspected = JSON.parse(await place.run("docker", "inspect", id)) as {
        Name: string;
        Config: { Env: string[] };
      }[];
      const [container] = inspected;
      assert.ok(container !== undefined);
      const exposed = container.Name.includes("legacy");
      if (exposed) {
        assert.ok(
          container.Config.Env.includes(`LEGACY_TOKEN=${values.LEGACY_TOKEN}`),
          "it arrived as it was set",
        );
        container.Config.Env = container.Config.Env.filter((line) => !line.startsWith("LEGACY_TOKEN="));
      }
      search(`inspect of ${container.Name}`, JSON.stringify(inspected), wanted, found);
      search(`the log of ${container.Name}`, await place.run("docker", "logs", id), wanted, found);
    }
    assert.equal(
      await place.run(
        "docker",
        "compose",
        "-p",
        `${place.name}-production`,
        "exec",
        "-T",
        "web",
        "cat",
        "/run/secrets/SESSION_KEY",
      ),
      values.SESSION_KEY,
    );
    for (const image of [`${place.name}-web`, `${place.name}-worker`]) {
      search(
        `the history of ${image}`,
        await place.run("docker", "history", "--no-trunc", image),
        wanted,
        found,
      );
      search(`inspect of ${image}`, await place.run("docker", "image", "inspect", image), wanted, found);
    }
    // The folder that the containers' files are mounted from is where values may be, and nobody else may enter it.
    const delivered = await deliveryFolder(`${place.name}-production`, place.root);
    assert.equal(statSync(delivered).mode & 0o777, 0o700);
    for (const path of filesBelow(
      place.root,
      (path) => path === delivered || /\/(node_modules|\.config)$/.test(path),
    ))
      search(path, readFileSync(path), wanted, found);
    assert.deepEqual([...found], []);
  },
);

test("an error shows the evidence without the value in it", within, async () => {
  await using place = await makePlace({ stack, files, images });
  await fill(place);
  const careless = "careless-31f09ab7e2";
  await place.must(["secrets", "set", "SESSION_KEY", "--env", "production"], { input: careless });
  const ended = await place.gantry(["up", "web", "--env", "production"]);
  assert.notEqual(ended.code, 0);
  assert.match(ended.err, /cannot start with \[secret SESSION_KEY\]/);
  assert.ok(!(ended.out + ended.err).includes(careless));
});

test("a wrong key, no key and a file of nonsense stop a run before anything is touched", within, async () => {
  await using place = await makePlace({ stack, files, images });
  const key = await fill(place);
  const code = async (...args: Parameters<Place["gantry"]>): Promise<string> => {
    const ended = await place.gantry(...args);
    assert.notEqual(ended.code, 0);
    return /^error (GTY\d+)/m.exec(ended.err)?.[1] ?? ended.err;
  };
  const up = ["up", "--env", "production"];
  assert.equal(await code(up, { env: { XDG_CONFIG_HOME: join(place.root, "nowhere") } }), "GTY5402");
  assert.equal(await code(up, { env: { GANTRY_AGE_KEY: "hello" } }), "GTY5403");
  assert.equal(await code(up, { env: { GANTRY_AGE_KEY_FILE: "/nowhere" } }), "GTY5403");
  const stranger = { XDG_CONFIG_HOME: join(place.root, ".config", "other") };
  await place.must(["secrets", "init", "--env", "production"], { env: stranger });
  assert.equal(await code(up, { env: stranger }), "GTY5404");
  const good = place.read("secrets/production.json");
  place.write("secrets/production.json", good.replace('"DB_PASSWORD": "YWdl', '"DB_PASSWORD": "YWDl'));
  assert.equal(await code(up), "GTY5401");
  // The last bytes are the value's own: changed ones still look right.
  const parsed = JSON.parse(good) as { secrets: Record<string, string> };
  const bytes = Buffer.from(parsed.secrets["DB_PASSWORD"] as string, "base64");
  bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
  parsed.secrets["DB_PASSWORD"] = bytes.toString("base64");
  place.write("secrets/production.json", JSON.stringify(parsed));
  assert.equal(await code(up), "GTY5406");
  place.write("secrets/production.json", good);
  assert.equal(
    await place.run(
      "docker",
      "ps",
      "-aq",
      "--filter",
      `label=com.docker.compose.project=${place.name}-production`,
    ),
    "",
  );
  // A key in the environment opens it too, and reading commands need none.
  const away = { XDG_CONFIG_HOME: join(place.root, "nowhere") };
  assert.equal(
    (
      await place.must(["secrets", "get", "DB_PASSWORD", "--reveal", "--env", "production"], {
        env: { ...away, GANTRY_AGE_KEY: key },
      })
    ).trimEnd(),
    values.DB_PASSWORD,
  );
  await place.must(["ps", "--env", "production"], { env: away });
});

/** Collects what a container prints, from now on. */
function follow(place: Place, container: string): { readonly text: () => string; stop(): Promise<void> } {
  const child = spawn("docker", ["logs", "--follow", "--tail", "0", container], {
    env: place.env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (part: string) => {
      text += part;
    });
  const closed = new Promise<void>((done) => child.on("close", () => done()));
  return {
    text: () => text,
    stop: async () => {
      child.kill();
      await closed;
    },
  };
}

test(
  "a database's own password is rotated while old and new containers connect all the time",
  within,
  async () => {
    await using place = await makePlace({ stack, files, images });
    await fill(place);
    await place.must(["deploy", "--env", "production"]);
    const project = `label=com.docker.compose.project=${place.name}-production`;
    const idOf = (service: string): Promise<string> =>
      place.run(
        "docker",
        "ps",
        "-q",
        "--no-trunc",
        "--filter",
        project,
        "--filter",
        `label=com.docker.compose.service=${service}`,
      );
    const before = { db: await idOf("db"), worker: await idOf("worker"), web: await idOf("web") };
    const old = follow(place, before.worker);
    const told = await place.must(["secrets", "rotate", "DB_PASSWORD", "--env", "production"]);
    assert.match(told, /db has the new password[\s\S]*worker runs with it[\s\S]*asks everybody/);
    await old.stop();
    const after = { db: await idOf("db"), worker: await idOf("worker"), web: await idOf("web") };
    assert.equal(after.db, before.db, "the database was not restarted");
    assert.equal(after.web, before.web, "who does not use it was left alone");
    assert.notEqual(after.worker, before.worker);
    const all = old.text() + (await place.run("docker", "logs", after.worker));
    assert.ok(all.split("CONNECTED").length > 20, all.slice(-500));
    assert.ok(!all.includes("REFUSED"), all.slice(-2000));

    const value = (
      await place.must(["secrets", "get", "DB_PASSWORD", "--reveal", "--env", "production"])
    ).trimEnd();
    assert.notEqual(value, values.DB_PASSWORD);
    const inDb = (...command: readonly string[]): Promise<string> =>
      place.run("docker", "exec", after.db, ...command);
    const asked = (password: string): Promise<string> =>
      place.run(
        "docker",
        "exec",
        "-e",
        `PGPASSWORD=${password}`,
        after.worker,
        "sh",
        "-c",
        'psql -X -t "$DATABASE_URL" -c "SELECT 1"',
      );
    assert.equal((await asked(value)).trim(), "1");
    // The door is shut again: the old one is of no use, from the very container that was let in.
    await assert.rejects(asked(values.DB_PASSWORD), /password authentication failed/);
    assert.ok(!(await inDb("sh", "-c", "cat $PGDATA/pg_hba.conf")).includes("gantry"));
    // What a run leaves that was killed half-way: an open door, and a password that nobody has. The next one repairs it.
    await inDb(
      "sh",
      "-c",
      'sed -i "1i host all \\"$POSTGRES_USER\\" 0.0.0.0/0 trust # gantry: until its container is replaced" $PGDATA/pg_hba.conf',
    );
    await inDb("sh", "-c", `psql -X -U "$POSTGRES_USER" -c "ALTER ROLE $POSTGRES_USER PASSWORD 'lost'"`);
    await place.must(["secrets", "rotate", "DB_PASSWORD", "--stdin", "--env", "production"], {
      input: "chosen-by-hand-1",
    });
    after.worker = await idOf("worker");
    assert.equal((await asked("chosen-by-hand-1")).trim(), "1");
    await assert.rejects(asked("lost"), /password authentication failed/);
    assert.ok(!(await inDb("sh", "-c", "cat $PGDATA/pg_hba.conf")).includes("gantry"));
    const log = await place.run("sh", "-c", `docker logs ${after.db} 2>&1`);
    for (const secret of [value, values.DB_PASSWORD]) assert.ok(!log.includes(secret));
  },
);

test("a rotation that fails leaves the old value in force everywhere", within, async () => {
  await using place = await makePlace({ stack, files, images });
  await fill(place);
  await place.must(["deploy", "--env", "production"]);
  const project = `label=com.docker.compose.project=${place.name}-production`;
  const before = place.read("secrets/production.json");
  const db = await place.run(
    "docker",
    "ps",
    "-q",
    "--filter",
    project,
    "--filter",
    "label=com.docker.compose.service=db",
  );
  const rules = await place.run("docker", "exec", db, "sh", "-c", "cat $PGDATA/pg_hba.conf");
  const worker = await place.run(
    "docker",
    "ps",
    "-q",
    "--filter",
    project,
    "--filter",
    "label=com.docker.compose.service=worker",
  );
  // The next generation of the worker cannot start: the image that it would run ends at once.
  place.write("worker/loop.sh", "exit 9\n");
  await place.must(["build", "worker", "--env", "production"]);
  const failed = await place.gantry(["secrets", "rotate", "DB_PASSWORD", "--env", "production"]);
  assert.notEqual(failed.code, 0, failed.out);
  assert.equal(place.read("secrets/production.json"), before);
  assert.equal(await place.run("docker", "exec", db, "sh", "-c", "cat $PGDATA/pg_hba.conf"), rules);
  assert.equal(
    (
      await place.run(
        "docker",
        "exec",
        "-e",
        `PGPASSWORD=${values.DB_PASSWORD}`,
        worker,
        "sh",
        "-c",
        'psql -X -t "$DATABASE_URL" -c "SELECT 1"',
      )
    ).trim(),
    "1",
  );
  // The delivered file is the old one again, for whoever starts next.
  assert.match(
    await place.must(["secrets", "rotate", "SESSION_KEY", "--no-deploy", "--env", "production"]),
    /until the next deploy/,
  );
  const folder = await deliveryFolder(`${place.name}-production`, place.root);
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  assert.equal(statSync(join(folder, ".compose.env")).mode & 0o777, 0o600);
  assert.equal(readFileSync(join(folder, "DB_PASSWORD"), "utf8"), values.DB_PASSWORD);
});
