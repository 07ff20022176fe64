import { access, mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import {
  archiveAddress,
  ENGINE_PACKAGES,
  needsNewerSource,
  parseOsRelease,
  renderPins,
  renderSource,
  UBUNTU_ENGINE_PACKAGES,
} from "./apt.ts";
import { asRoot, must, run, TestbedError } from "./command.ts";
import type { StatePaths } from "./state.ts";

const POLICY = "/usr/sbin/policy-rc.d";
const POLICY_MARK = "# Gantry's testbed: the packaged engine must not start by itself";

/** Installs the distribution's engine packages that are missing. Nothing is installed when all are there. */
export async function installEngine(paths: StatePaths, progress: (line: string) => void): Promise<void> {
  const release = await readFile("/etc/os-release", "utf8").catch(() => "");
  const distribution = parseOsRelease(release);
  if (!distribution.likeDebian) {
    throw new TestbedError(
      `No usable Docker engine was found, and one can be installed only on Debian and Ubuntu, not on "${distribution.id || process.platform}". ` +
        "Install Docker 25 or newer with Buildx and Compose, start it, and run this again.",
    );
  }
  const packages = distribution.id === "ubuntu" ? UBUNTU_ENGINE_PACKAGES : ENGINE_PACKAGES;
  const missing = await missingPackages(packages);
  if (missing.length === 0) return;
  await mustBeAbleToInstall();
  const newer = needsNewerSource(distribution);
  const options = newer ? await ownAptConfiguration(paths, distribution.codename) : [];
  progress(`installing ${missing.join(", ")}`);
  await apt(["update", "-q", ...options], progress);
  // Written first: a run that is killed in between must not make them look like the machine's own.
  await writeFile(
    paths.installed,
    [...new Set([...(await installedByUs(paths)), ...missing])].map((name) => `${name}\n`).join(""),
  );
  await using _policy = await noServiceStart();
  await apt(
    ["install", "-y", "-q", "--no-install-recommends", "--no-remove", ...options, ...missing],
    progress,
  );
  // On a machine with systemd the packages enable their services: the next boot must not start a second engine.
  await run(
    asRoot(["systemctl", "disable", "--quiet", "docker.service", "docker.socket", "containerd.service"]),
  );
}

/** The packages that an earlier run installed here. */
export async function installedByUs(paths: StatePaths): Promise<readonly string[]> {
  const text = await readFile(paths.installed, "utf8").catch(() => "");
  return text.split("\n").filter((line) => line !== "");
}

/** Removes the packages that an earlier run installed. */
export async function uninstallEngine(paths: StatePaths, progress: (line: string) => void): Promise<void> {
  const packages = await installedByUs(paths);
  if (packages.length === 0) return;
  progress(`removing ${packages.join(", ")}`);
  await apt(["purge", "-y", "-q", "--auto-remove", ...packages], progress);
}

async function missingPackages(packages: readonly string[]): Promise<readonly string[]> {
  const answer = await run([
    "dpkg-query",
    "-W",
    "-f",
    "${Package} ${db:Status-Abbrev} ${Version}\n",
    ...packages,
  ]);
  const installed = new Map(
    answer.stdout.split("\n").map((line) => {
      const [name, status, version] = line.split(/\s+/);
      return [name ?? "", { whole: status === "ii", version: version ?? "" }] as const;
    }),
  );
  return packages.filter((name) => {
    const found = installed.get(name);
    if (found === undefined || !found.whole) return true;
    // An engine of an older release is there: only the pinned source brings one that is new enough.
    return name === "docker.io" && (Number.parseInt(found.version, 10) || 0) < 25;
  });
}

async function mustBeAbleToInstall(): Promise<void> {
  if (process.getuid?.() === 0) return;
  if ((await run(["sudo", "-n", "true"])).code === 0) return;
  throw new TestbedError(
    "No usable Docker engine was found. Installing one needs root: run this as root, allow sudo without a password, " +
      "or start an engine of your own (Docker 25 or newer with Buildx and Compose) and run this again.",
  );
}

/**
 * An apt configuration beside the machine's own: its sources and preferences, plus trixie for the engine.
 * The machine's own files stay as they are, so later `apt upgrade` runs know nothing of trixie.
 */
async function ownAptConfiguration(paths: StatePaths, codename: string): Promise<readonly string[]> {
  const sources = path.join(paths.apt, "sources.list.d");
  const preferences = path.join(paths.apt, "preferences.d");
  const lists = path.join(paths.apt, "lists");
  await rm(paths.apt, { recursive: true, force: true });
  await Promise.all(
    [sources, preferences, path.join(lists, "partial")].map((folder) => mkdir(folder, { recursive: true })),
  );
  const theirs = [
    ...(await filesIn("/etc/apt/sources.list.d")),
    ...((await exists("/etc/apt/sources.list")) ? ["/etc/apt/sources.list"] : []),
  ].filter((file) => /\.(list|sources)$/.test(file));
  const texts = await Promise.all(theirs.map((file) => readFile(file, "utf8")));
  const address = archiveAddress(texts, codename);
  if (address === undefined) {
    throw new TestbedError(
      `No Debian archive for "${codename}" was found in /etc/apt, so it is not known where to get the engine from. ` +
        "Add the ordinary Debian source to /etc/apt/sources.list.d and run this again.",
    );
  }
  await Promise.all(theirs.map((file) => symlink(file, path.join(sources, path.basename(file)))));
  const theirPreferences = await filesIn("/etc/apt/preferences.d");
  await Promise.all(
    theirPreferences.map((file) => symlink(file, path.join(preferences, path.basename(file)))),
  );
  await writeFile(path.join(sources, "gantry-testbed.sources"), renderSource(address));
  await writeFile(path.join(preferences, "gantry-testbed"), renderPins());
  return [
    ["Dir::Etc::sourcelist", "/dev/null"],
    ["Dir::Etc::sourceparts", sources],
    ["Dir::Etc::preferencesparts", preferences],
    ["Dir::State::Lists", lists],
  ].flatMap(([key, value]) => ["-o", `${key}=${value}`]);
}

/** Runs apt-get; an installation that was interrupted before is finished first. */
async function apt(args: readonly string[], progress: (line: string) => void): Promise<void> {
  const call = () =>
    run(
      asRoot(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-o", "DPkg::Lock::Timeout=600", ...args]),
    );
  let result = await call();
  if (
    result.code !== 0 &&
    /dpkg was interrupted|dpkg --configure -a|--fix-broken|unmet dependencies/i.test(result.stderr)
  ) {
    progress("finishing an interrupted installation of packages");
    await run(
      asRoot(["env", "DEBIAN_FRONTEND=noninteractive", "dpkg", "--configure", "-a", "--force-confold"]),
    );
    await run(
      asRoot([
        "env",
        "DEBIAN_FRONTEND=noninteractive",
        "apt-get",
        "-o",
        "DPkg::Lock::Timeout=600",
        "-y",
        "-f",
        "install",
      ]),
    );
    result = await call();
  }
  if (result.code !== 0) {
    const said = `${result.stdout}\n${result.stderr}`.trim().split("\n").slice(-15).join("\n");
    throw new TestbedError(`apt-get ${args[0] ?? ""} failed, so the engine could not be installed:\n${said}`);
  }
}

/** Keeps the packages from starting a system-wide engine while they are installed. */
async function noServiceStart(): Promise<AsyncDisposable> {
  const present = await readFile(POLICY, "utf8").catch(() => undefined);
  if (present !== undefined && !present.includes(POLICY_MARK)) return { async [Symbol.asyncDispose]() {} };
  await must(
    asRoot([
      "sh",
      "-c",
      `printf '%s\\n' '#!/bin/sh' "$1" 'exit 101' >${POLICY} && chmod 755 ${POLICY}`,
      "sh",
      POLICY_MARK,
    ]),
  );
  return {
    async [Symbol.asyncDispose]() {
      await run(asRoot(["rm", "-f", POLICY]));
    },
  };
}

async function filesIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.map((name) => path.join(folder, name));
}

async function exists(file: string): Promise<boolean> {
  return await access(file).then(
    () => true,
    () => false,
  );
}
