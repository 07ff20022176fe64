import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureEngine } from "../../../../../testbed/engine.ts";
import { ensureImages } from "../../../../../testbed/images.ts";
import { until } from "../../../../../testbed/sample.ts";

/** A second engine on a machine of its own: its own files, its own memory, reached over SSH or TCP. */
export interface Elsewhere extends AsyncDisposable {
  /** Address of that machine, for what it publishes. */
  readonly host: string;
  /** Environment in which `docker` and `gantry` mean that engine, by a context of this name. */
  environment(way: "ssh" | "tcp"): NodeJS.ProcessEnv;
  /** Kills the engine without warning; something starts it again, as on every server. */
  crash(): Promise<void>;
  /** Lets the whole machine stand still while `work` goes on. */
  asleep<T>(work: () => Promise<T>): Promise<T>;
  /** Runs a program on that machine. */
  there(...command: readonly string[]): Promise<string>;
}

/** Image of a machine with an engine, built when it is needed. */
export const machineImage = "gantry-test-elsewhere";

/** Dockerfile of {@link machineImage}. */
export const machineDockerfile: string = `FROM debian:trixie-slim
RUN apt-get update \\
 && apt-get install -y --no-install-recommends docker.io docker-cli iptables openssh-server \\
 && rm -rf /var/lib/apt/lists/*
`;

const startScript = (flags: string): string => `mkdir -p /run/sshd /root/.ssh
echo "$KEY" > /root/.ssh/authorized_keys
chmod 700 /root/.ssh
/usr/sbin/sshd
while true; do
  dockerd ${flags} -H unix:///var/run/docker.sock -H tcp://0.0.0.0:2375 --tls=false
  sleep 2
done`;

/** Starts one with these images in it. */
export async function startElsewhere(
  images: readonly string[],
  {
    liveRestore = true,
  }: {
    /** Containers go on while the engine is away; true when absent. */
    readonly liveRestore?: boolean;
  } = {},
): Promise<Elsewhere> {
  const engine = await ensureEngine();
  await ensureImages(engine, ["debian:trixie-slim", ...images]);
  const folder = mkdtempSync(join(tmpdir(), "gantry-elsewhere-"));
  const name = `elsewhere${randomBytes(3).toString("hex")}`;
  const local: NodeJS.ProcessEnv = { ...process.env, ...engine.env };
  const run = (program: string, args: readonly string[], env = local): Promise<string> =>
    new Promise((resolve, reject) => {
      execFile(program, args, { env, maxBuffer: 64 * 1024 ** 2 }, (error, stdout) =>
        error === null ? resolve(stdout.trim()) : reject(error),
      );
    });
  const end = async (): Promise<void> => {
    await run("docker", ["rm", "--force", "--volumes", name]).catch(() => {});
    await run("docker", ["network", "rm", name]).catch(() => {});
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    writeFileSync(join(folder, "Dockerfile"), machineDockerfile);
    await run("docker", ["build", "--quiet", "--tag", machineImage, folder]);
    const key = join(folder, "key");
    await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
    await run("docker", ["network", "create", name]);
    await run("docker", [
      ...["run", "--detach", "--privileged", "--name", name, "--network", name],
      ...[
        "--tmpfs",
        "/run",
        "--volume",
        "/var/lib/docker",
        "--env",
        `KEY=${readFileSync(`${key}.pub`, "utf8").trim()}`,
      ],
      ...[machineImage, "sh", "-c", startScript(liveRestore ? "--live-restore" : "")],
    ]);
    const host = await run("docker", [
      "inspect",
      "--format",
      "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}",
      name,
    ]);
    const bin = join(folder, "bin");
    mkdirSync(bin);
    // Nothing of the user's own keys and known machines has to do with this.
    const options = `-i ${key} -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR`;
    writeFileSync(
      join(bin, "ssh"),
      `#!/bin/sh\nexec ${await run("sh", ["-c", "command -v ssh"])} ${options} "$@"\n`,
    );
    chmodSync(join(bin, "ssh"), 0o755);
    const config = join(folder, "docker");
    mkdirSync(config);
    const own = join(
      engine.env["DOCKER_CONFIG"] ?? join(process.env["HOME"] ?? "", ".docker"),
      "config.json",
    );
    writeFileSync(join(config, "config.json"), readFileSync(own));
    const { DOCKER_HOST: _host, DOCKER_CONTEXT: _context, ...rest } = local;
    const environment = (way: "ssh" | "tcp"): NodeJS.ProcessEnv => ({
      ...rest,
      DOCKER_CONFIG: config,
      DOCKER_CONTEXT: way,
      PATH: `${bin}:${local["PATH"]}`,
    });
    const plain = { ...rest, DOCKER_CONFIG: config };
    await run("docker", ["context", "create", "ssh", "--docker", `host=ssh://root@${host}`], plain);
    await run("docker", ["context", "create", "tcp", "--docker", `host=tcp://${host}:2375`], plain);
    for (const way of ["tcp", "ssh"] as const)
      await until(
        () => run("docker", ["version", "--format", "{{.Server.Version}}"], environment(way)),
        (version) => version !== "",
        60,
      );
    const archive = join(folder, "images.tar");
    await run("docker", ["save", "--output", archive, ...images]);
    await run("docker", ["load", "--quiet", "--input", archive], environment("tcp"));
    return {
      host,
      environment,
      crash: async () => {
        await run("docker", ["exec", name, "sh", "-c", "kill -9 $(cat /var/run/docker.pid)"]);
      },
      asleep: async (work) => {
        // With the first version of cgroups a machine that starts processes all the time is not always frozen at once.
        await until(
          () => run("docker", ["pause", name]),
          (paused) => paused !== "",
          30,
        );
        try {
          return await work();
        } finally {
          await run("docker", ["unpause", name]);
        }
      },
      there: (...command) => run("docker", ["exec", name, ...command]),
      [Symbol.asyncDispose]: end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}
