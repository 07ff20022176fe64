import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { authorities, type Place } from "./place.ts";

const run = promisify(execFile);

/**
 * Bytes that an image must at least have: its base, the locked packages as they are unpacked, what is built from the
 * sources. Measured apart from the image's own Dockerfile; of the image only the list of packages or the program is read.
 */
export async function floorOf(place: Place): Promise<number> {
  const { floor } = place.system;
  switch (floor.kind) {
    case "node":
      return (await place.size(floor.base)) + (await built(place, floor.folder, ["node_modules", "dist"]));
    case "page":
      return (await place.size(floor.base)) + (await built(place, floor.folder, ["dist"]));
    case "rust":
      return (await place.size(floor.base)) + (await bytesIn(place, place.tags.gantry, floor.files));
    case "python":
      return await pythonFloor(place, floor);
    default:
      return floor satisfies never;
  }
}

/** Built on this machine: the folders' bytes, without the packages of development. */
async function built(place: Place, folder: string, parts: readonly string[]): Promise<number> {
  const apart = mkdtempSync(join(tmpdir(), "gantry-bench-floor-"));
  const npm = (...args: readonly string[]): Promise<unknown> =>
    run("npm", [...args, "--no-audit", "--no-fund"], { cwd: apart, maxBuffer: 64 * 1024 ** 2 });
  try {
    cpSync(join(place.folder, folder), apart, { recursive: true });
    await npm("ci");
    await npm("run", "build");
    await npm("prune", "--omit=dev");
    const paths = parts.map((part) => join(apart, part));
    const { stdout } = await run("du", [
      "--summarize",
      "--total",
      "--apparent-size",
      "--block-size=1",
      ...paths,
    ]);
    return Number(stdout.trim().split("\n").at(-1)?.split("\t")[0]);
  } finally {
    rmSync(apart, { recursive: true, force: true });
  }
}

/** Bytes of files in an image, which may have no shell to ask. */
export async function bytesIn(place: Place, image: string, files: readonly string[]): Promise<number> {
  const container = await place.docker("create", image);
  const apart = mkdtempSync(join(tmpdir(), "gantry-bench-floor-"));
  try {
    for (const [index, file] of files.entries())
      await place.docker("cp", `${container}:${file}`, join(apart, String(index)));
    const { stdout } = await run("du", ["--summarize", "--apparent-size", "--block-size=1", apart]);
    return Number(stdout.split("\t")[0]);
  } finally {
    await place.docker("rm", container);
    rmSync(apart, { recursive: true, force: true });
  }
}

const listPackages =
  "import importlib.metadata as m; print('\\n'.join(sorted(f'{d.name}=={d.version}' for d in m.distributions())))";

/** The base, the packages of the distribution, the locked wheels unpacked and compiled, the sources. */
async function pythonFloor(
  place: Place,
  floor: { readonly base: string; readonly sources: string; readonly packages?: readonly string[] },
): Promise<number> {
  const apart = mkdtempSync(join(tmpdir(), "gantry-bench-floor-"));
  const tag = `${place.tags.document}-floor`;
  const ca = authorities();
  const secret = ca === undefined ? [] : ["--secret", `id=ca,src=${ca}`];
  try {
    const packages = await place.docker("run", "--rm", place.tags.gantry, "python", "-c", listPackages);
    writeFileSync(join(apart, "locked.txt"), `${packages}\n`);
    const system = floor.packages ?? [];
    const lines = [
      `FROM ${floor.base}`,
      ...(system.length === 0
        ? []
        : [
            `RUN apt-get update && apt-get install -y --no-install-recommends ${system.join(" ")} && rm -rf /var/lib/apt/lists/* /var/cache/apt/*`,
          ]),
      "COPY locked.txt /tmp/",
      "RUN --mount=type=secret,id=ca --mount=type=cache,target=/root/.cache/pip if [ -s /run/secrets/ca ]; then export PIP_CERT=/run/secrets/ca; fi && pip install --no-deps --no-compile --target /packages -r /tmp/locked.txt && python -m compileall -q /packages; exit 0",
      "COPY . /app",
    ];
    writeFileSync(join(apart, "Dockerfile"), `${lines.join("\n")}\n`);
    const sources = join(apart, "sources");
    cpSync(join(place.folder, floor.sources), sources, {
      recursive: true,
      filter: (path) => !/\/(node_modules|deploy|tests|document\.Dockerfile.*)$/.test(path),
    });
    await place.docker(
      "buildx",
      "build",
      "--load",
      "--quiet",
      "--provenance=false",
      "--tag",
      tag,
      ...secret,
      apart,
    );
    return await place.size(tag);
  } finally {
    await place.docker("image", "rm", tag).catch(() => {});
    rmSync(apart, { recursive: true, force: true });
  }
}
