import { constants } from "node:fs";
import { access, cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { archiveAddress } from "../engine/apt.ts";
import { asRoot, must, TestbedError } from "../engine/command.ts";
import type { Engine } from "../engine.ts";
import type { DockerfileStandIn, NpmDownload, RootfsStandIn, StandIn } from "./stand-in.ts";

/** The label that tells a stand-in from a real image, and one recipe from the next. */
export const RECIPE_LABEL = "gantry.testbed.recipe";

const FILES = path.join(import.meta.dirname, "files");

/** Builds one stand-in and gives it its names. */
export async function buildStandIn(
  standIn: StandIn,
  engine: Engine,
  hash: string,
  references: readonly string[],
  onLine: (line: string) => void,
): Promise<void> {
  const folder = path.join(engine.state, "images", standIn.name);
  await must(asRoot(["rm", "-rf", folder]));
  await mkdir(folder, { recursive: true });
  try {
    if (standIn.kind === "rootfs") await importRootfs(standIn, engine, hash, references, folder, onLine);
    else await buildDockerfile(standIn, engine, hash, references, folder, onLine);
  } finally {
    await must(asRoot(["rm", "-rf", folder]));
  }
}

async function buildDockerfile(
  standIn: DockerfileStandIn,
  engine: Engine,
  hash: string,
  references: readonly string[],
  folder: string,
  onLine: (line: string) => void,
): Promise<void> {
  if (standIn.files !== undefined) await cp(path.join(FILES, standIn.files), folder, { recursive: true });
  const versions = await Promise.all(
    (standIn.downloads ?? []).map(async (download) => ({
      download,
      version: await fetchNpm(download, folder),
    })),
  );
  const buildArguments = versions.flatMap(({ download, version }) =>
    download.versionArgument === undefined ? [] : ["--build-arg", `${download.versionArgument}=${version}`],
  );
  await writeFile(path.join(folder, "Dockerfile"), standIn.dockerfile);
  await must(
    [
      "docker",
      "build",
      "--progress=plain",
      ...references.flatMap((reference) => ["--tag", reference]),
      "--label",
      `${RECIPE_LABEL}=${hash}`,
      "--provenance=false",
      ...(await certificateSecret()),
      ...buildArguments,
      folder,
    ],
    // The user's own default builder may be one that cannot see the images of this engine.
    { env: { ...engine.env, BUILDX_BUILDER: "default", DOCKER_BUILDKIT: "1" }, onLine },
  );
}

/** Builders that speak https need the machine's certificates, which may be signed privately; the image keeps none. */
async function certificateSecret(): Promise<readonly string[]> {
  const candidates = [
    process.env["NODE_EXTRA_CA_CERTS"],
    process.env["SSL_CERT_FILE"],
    "/etc/ssl/certs/ca-certificates.crt",
  ];
  for (const file of candidates) {
    if (file !== undefined && (await isReadable(file))) return ["--secret", `id=ca,src=${file}`];
  }
  return [];
}

async function isReadable(file: string): Promise<boolean> {
  return await access(file, constants.R_OK).then(
    () => true,
    () => false,
  );
}

/** Unpacks an npm package into the build context without running any of its scripts; returns its version. */
async function fetchNpm(download: NpmDownload, folder: string): Promise<string> {
  const target = path.join(folder, download.to);
  await mkdir(target, { recursive: true });
  const name = download.package.replace("{arch}", process.arch);
  const packed = await must(
    ["npm", "pack", "--silent", "--ignore-scripts", "--pack-destination", target, name],
    {
      cwd: folder,
    },
  );
  const archive = packed.stdout.trim().split("\n").at(-1) ?? "";
  await must([
    "tar",
    "-xzf",
    path.join(target, archive),
    "-C",
    target,
    "--strip-components=1",
    "--no-same-owner",
  ]);
  await rm(path.join(target, archive));
  const manifest: unknown = JSON.parse(await readFile(path.join(target, "package.json"), "utf8"));
  const version = (manifest as { version?: unknown }).version;
  if (typeof version !== "string") throw new TestbedError(`${name} has no version in its package.json`);
  return version;
}

async function importRootfs(
  standIn: RootfsStandIn,
  engine: Engine,
  hash: string,
  references: readonly string[],
  folder: string,
  onLine: (line: string) => void,
): Promise<void> {
  const root = path.join(folder, "root");
  const archive = path.join(folder, "root.tar");
  // Without an address debootstrap takes the distribution's own default.
  const mirror = await localMirror();
  await must(
    asRoot([
      "debootstrap",
      "--variant=minbase",
      standIn.suite,
      root,
      ...(mirror === undefined ? [] : [mirror]),
    ]),
    {
      onLine,
    },
  );
  await must(asRoot(["sh", path.join(FILES, standIn.files, "slim-down.sh"), root, standIn.suite]), {
    onLine,
  });
  await must(asRoot(["tar", "-C", root, "--numeric-owner", "--sort=name", "-cf", archive, "."]));
  const [first, ...others] = references;
  if (first === undefined) return;
  const changes = ['CMD ["bash"]', `LABEL ${RECIPE_LABEL}=${hash}`].flatMap((change) => ["--change", change]);
  await must(["docker", "import", ...changes, archive, first], { env: engine.env });
  for (const other of others) await must(["docker", "tag", first, other], { env: engine.env });
}

async function localMirror(): Promise<string | undefined> {
  const release = await readFile("/etc/os-release", "utf8").catch(() => "");
  const codename = /^VERSION_CODENAME=(.*)$/m.exec(release)?.[1] ?? "";
  const names = await readdir("/etc/apt/sources.list.d").catch(() => []);
  const files = ["/etc/apt/sources.list", ...names.map((name) => path.join("/etc/apt/sources.list.d", name))];
  const texts = await Promise.all(files.map((file) => readFile(file, "utf8").catch(() => "")));
  // Only plain http: debootstrap and the image itself have no certificates yet.
  const address = /^ID=debian$/m.test(release) ? archiveAddress(texts, codename) : undefined;
  return address?.startsWith("http:") ? address : undefined;
}
