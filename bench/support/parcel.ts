import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadProject } from "../../packages/gantry/src/operations/load.ts";
import { baseImages } from "../../testbed/base-images.ts";
import { copySample, type Ended, gantryCommand, runToEnd } from "../../testbed/copy.ts";
import { ensureEngine } from "../../testbed/engine.ts";
import { ensureImages } from "../../testbed/images.ts";
import type { LoadSettings } from "../../testbed/load.ts";
import { freePort, until } from "../../testbed/sample.ts";

/** The parcel sample under a name of its own, without limits for one client; gone with all of it at the end. */
export interface ParcelYard extends AsyncDisposable {
  readonly project: string;
  readonly url: string;
  /** Where its clients go, and what counts as an answer. */
  readonly load: Pick<LoadSettings, "url" | "getPath" | "post" | "headers" | "socket" | "events">;
  /** Builds the API from other sources, and keeps the image under this name; a bad one dies 4 s after its start. */
  build(version: string, bad?: boolean): Promise<void>;
  /** Makes a kept image the one that is shipped next. */
  use(version: string): Promise<void>;
  gantry(...args: readonly string[]): Promise<Ended>;
  sure(...args: readonly string[]): Promise<string>;
  compose(...args: readonly string[]): Promise<string>;
  /** Resolves when the API was reached through the gateway for three seconds on end. */
  reached(): Promise<void>;
  /** Orders that are in the database. */
  stored(): Promise<ReadonlySet<string>>;
}

const sample = fileURLToPath(new URL("../../samples/parcel", import.meta.url));

/** Copies the sample and deploys it. */
export async function layParcelYard(): Promise<ParcelYard> {
  const name = `parcel${randomBytes(3).toString("hex")}`;
  const project = `${name}-production`;
  const root = copySample(sample, { label: "bench", stack: (text) => withoutLimits(text, name) });
  const engine = await ensureEngine();
  const loaded = await loadProject({ cwd: root, typeCheck: false });
  await ensureImages(engine, baseImages(loaded));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    ...engine.env,
    EDGE_PORT: port,
    NO_COLOR: "1",
    CI: "1",
  };
  // Where plain Compose finds them too.
  const secrets = join(root, ".gantry/secrets/production");
  mkdirSync(secrets, { recursive: true });
  for (const secret of Object.keys(loaded.blueprint("production").secrets))
    writeFileSync(join(secrets, secret), `bench-${secret}-0123456789abcdef`, { mode: 0o444 });
  const gantry = (...args: readonly string[]): Promise<Ended> =>
    runToEnd(process.execPath, [gantryCommand, ...args], { cwd: root, env });
  const docker = (...args: readonly string[]): Promise<string> =>
    new Promise((resolve, reject) => {
      execFile("docker", args, { cwd: root, env, maxBuffer: 256 * 1024 ** 2 }, (error, stdout) =>
        error === null ? resolve(stdout.trim()) : reject(error),
      );
    });
  const sure = async (...args: readonly string[]): Promise<string> => {
    const { code, out } = await gantry(...args);
    if (code !== 0) throw new Error(`gantry ${args.join(" ")} ended with ${code}:\n${out}`);
    return out;
  };
  const write = (text: string, bad = false): void =>
    writeFileSync(
      join(root, "server/src/bench.ts"),
      `export const bench = ${JSON.stringify(text)};\n${bad ? "setTimeout(() => process.exit(9), 4000);\n" : ""}`,
    );
  const api = join(root, "server/src/api.ts");
  writeFileSync(api, `import "./bench.ts";\n${readFileSync(api, "utf8")}`);
  write("first");
  const end = async (): Promise<void> => {
    await gantry("down", "--volumes", "--env", "production");
    const images = await docker("images", "--quiet", `${name}-*`).catch(() => "");
    if (images !== "") await docker("rmi", "--force", ...new Set(images.split("\n"))).catch(() => {});
    rmSync(root, { recursive: true, force: true });
  };
  try {
    await sure("deploy");
    const headers = { "content-type": "application/json" };
    const first = await until(
      async () =>
        (
          await fetch(`${url}/api/parcels`, { method: "POST", headers, body: order("first") })
        ).json() as Promise<{ number?: string }>,
      ({ number }) => number !== undefined,
      60,
    );
    return {
      project,
      url,
      load: {
        url,
        headers,
        getPath: `/api/parcels/${first.number}`,
        post: (id) => ({ path: "/api/parcels", body: order(id) }),
        socket: { path: "/api/live", echoes: false },
        events: `/api/parcels/${first.number}/events`,
      },
      build: async (version, bad) => {
        write(version, bad);
        await sure("build", "api", "--env", "production");
        await docker("tag", `${name}-api:latest`, `${name}-api:${version}`);
      },
      use: async (version) => {
        await docker("tag", `${name}-api:${version}`, `${name}-api:latest`);
      },
      gantry,
      sure,
      compose: (...args) =>
        docker("compose", "-p", project, "-f", join(root, "deploy/compose.production.yaml"), ...args),
      reached: async () => {
        let inARow = 0;
        await until(
          async () => {
            const answer = await fetch(`${url}/api/parcels/${first.number}`).catch(() => undefined);
            inARow = answer?.ok === true ? inARow + 1 : 0;
          },
          () => inARow >= 15,
          60,
        );
      },
      stored: async () =>
        new Set(
          (
            await docker(
              "exec",
              `${project}-db-1`,
              "sh",
              "-c",
              'psql -X -A -t -U "$POSTGRES_USER" "$POSTGRES_DB" -c "SELECT description FROM parcels"',
            )
          ).split("\n"),
        ),
      [Symbol.asyncDispose]: end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}

const order = (id: string): string =>
  JSON.stringify({ sender: "Ada Lovelace", recipient: "Charles Babbage", description: id });

/** All load comes from one client, so nothing may be limited by client; nothing else is another stack. */
function withoutLimits(text: string, name: string): string {
  const edits: readonly (readonly [RegExp, string])[] = [
    [/name: "parcel"/, `name: "${name}"`],
    [/, rateLimit: \{[^}]*\}/, ""],
    [
      /\n(\s*)secrets: \["SESSION_KEY"\],/,
      '\n$1secrets: ["SESSION_KEY"],\n$1env: { RATE_LIMIT: "100000000" },',
    ],
    [/api: \{ cpus: 1, /, "api: { "],
    [/edge: \{ cpus: 0\.5, /, "edge: { "],
  ];
  return edits.reduce((result, [pattern, replacement]) => {
    if (!pattern.test(result)) throw new Error(`The sample's stack.ts has no ${pattern} any more.`);
    return result.replace(pattern, replacement);
  }, text);
}
