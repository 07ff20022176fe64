/**
 * Packs the runtime and puts the archive into the samples that use it, as a published package would reach them.
 * Run it with `npm run vendor -w @gantry/runtime` after a change; a test says when that was forgotten.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";

const runtime = dirname(fileURLToPath(import.meta.url));
const sample = join(runtime, "../../samples/parcel/server");

/** Where the archive lies in the sample. */
export const vendored: string = join(sample, "vendor/gantry-runtime-0.1.0.tgz");

/** What `npm pack` makes of the sources as they are now. */
export function packRuntime(): Buffer {
  const folder = mkdtempSync(join(tmpdir(), "runtime-pack-"));
  try {
    rmSync(join(runtime, "dist"), { recursive: true, force: true });
    execFileSync("npm", ["pack", "--silent", "--pack-destination", folder], {
      cwd: runtime,
      stdio: ["ignore", "ignore", "inherit"],
    });
    return readFileSync(join(folder, "gantry-runtime-0.1.0.tgz"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The files of a package archive, by path. Compression may differ between versions of zlib, these do not. */
export function filesOf(archive: Buffer): Readonly<Record<string, string>> {
  const tar = gunzipSync(archive);
  const files: Record<string, string> = {};
  let at = 0;
  while (at < tar.length && tar[at] !== 0) {
    const text = (from: number, length: number): string =>
      tar.toString("utf8", at + from, at + from + length).replace(/\0.*$/s, "");
    const size = Number.parseInt(text(124, 12), 8);
    files[text(0, 100)] = tar.toString("utf8", at + 512, at + 512 + size);
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}

/** The lock file holds a checksum of the archive, which npm would otherwise refuse as tampered with. */
function updateLock(archive: Buffer): void {
  const path = join(sample, "package-lock.json");
  const lock = JSON.parse(readFileSync(path, "utf8")) as { packages: Record<string, { integrity?: string }> };
  const entry = lock.packages["node_modules/@gantry/runtime"];
  if (entry === undefined) return;
  entry.integrity = `sha512-${createHash("sha512").update(archive).digest("base64")}`;
  writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
}

if (import.meta.main) {
  const archive = packRuntime();
  mkdirSync(dirname(vendored), { recursive: true });
  writeFileSync(vendored, archive);
  try {
    updateLock(archive);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  console.log(`packed ${Object.keys(filesOf(archive)).length} files, ${archive.length} bytes`);
}
