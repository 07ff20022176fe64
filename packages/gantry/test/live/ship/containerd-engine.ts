import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, until } from "../../../../../testbed/sample.ts";
import type { Place } from "../place.ts";
import { machineDockerfile, machineImage } from "./elsewhere.ts";

/** An engine that stores images with containerd, as new ones do by default, and a registry that both it and we reach. */
export interface ContainerdEngine extends AsyncDisposable {
  /** `DOCKER_HOST` of the engine. */
  readonly host: string;
  /** `127.0.0.1:PORT`, the same in the engine's machine as here. */
  readonly registry: string;
}

/** Starts both. The engine has a network of its own: beside another one it would take that one's bridge away. */
export async function startContainerdEngine(place: Place): Promise<ContainerdEngine> {
  const folder = mkdtempSync(join(tmpdir(), "gantry-containerd-"));
  const [engine, registry, port] = [`${place.name}-engine`, `${place.name}-registry`, await freePort()];
  const end = async (): Promise<void> => {
    await place.run("docker", "rm", "--force", "--volumes", registry, engine).catch(() => "");
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    writeFileSync(join(folder, "Dockerfile"), machineDockerfile);
    await place.run("docker", "build", "--quiet", "--tag", machineImage, folder);
    const settings = JSON.stringify({ features: { "containerd-snapshotter": true } });
    await place.run(
      ...["docker", "run", "--detach", "--privileged", "--name", engine, "--tmpfs", "/run"],
      ...[
        "--publish",
        `127.0.0.1:${port}:${port}`,
        "--volume",
        "/var/lib/docker",
        "--volume",
        `${folder}:/sock`,
      ],
      ...["--env", `SETTINGS=${settings}`, machineImage, "sh", "-c"],
      'mkdir -p /etc/docker && echo "$SETTINGS" > /etc/docker/daemon.json && exec dockerd -H unix:///sock/docker.sock',
    );
    await place.run(
      ...["docker", "run", "--detach", "--name", registry, "--network", `container:${engine}`],
      ...["--env", `REGISTRY_HTTP_ADDR=0.0.0.0:${port}`, "--env", "REGISTRY_STORAGE_DELETE_ENABLED=true"],
      "registry:3",
    );
    const host = `unix://${join(folder, "docker.sock")}`;
    const address = `127.0.0.1:${port}`;
    const well = (work: Promise<unknown>): Promise<boolean> =>
      work.then(
        () => true,
        () => false,
      );
    await until(
      () => well(place.run("docker", "--host", host, "info")),
      (up) => up,
      60,
    );
    await until(
      () => well(fetch(`http://${address}/v2/`)),
      (up) => up,
      60,
    );
    return { host, registry: address, [Symbol.asyncDispose]: end };
  } catch (error) {
    await end();
    throw error;
  }
}
