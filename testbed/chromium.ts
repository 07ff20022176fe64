import { existsSync } from "node:fs";
import { asRoot, must, run, TestbedError } from "./engine/command.ts";

/** Places where distributions put the browser. */
const places: readonly string[] = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];

/** Flags for a browser that is root's, in a closed network, and asks nobody but the page under test. */
export const chromiumFlags: readonly string[] = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Path of a Chromium; installs the distribution's package when there is none. */
export async function ensureChromium(progress: (line: string) => void = () => {}): Promise<string> {
  const present = places.find((path) => existsSync(path));
  if (present !== undefined) return present;
  progress("Installing Chromium from the distribution's packages");
  const quiet = { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } };
  // The index may be stale or missing on a fresh machine; it is only fetched when the package cannot be had without.
  const install = ["apt-get", "install", "-y", "--no-install-recommends", "chromium"] as const;
  const first = await run(asRoot(install), quiet);
  if (first.code !== 0) {
    await must(asRoot(["apt-get", "update"]), quiet);
    await must(asRoot(install), quiet);
  }
  const installed = places.find((path) => existsSync(path));
  if (installed === undefined)
    throw new TestbedError("Chromium was installed, but is in none of the usual places");
  return installed;
}
