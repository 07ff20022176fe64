import { hasAny } from "../../base/text.ts";
import { type ImageReference, tagVersion } from "../../read/image-reference.ts";

/** The distribution that an image is made of. */
export interface Distribution {
  readonly family: "debian" | "ubuntu" | "alpine";
  /** Debian's major number, Ubuntu's and Alpine's `[22, 4]`; `undefined` when the tag does not tell. */
  readonly version: readonly number[] | undefined;
}

const debianNames: Readonly<Record<string, number>> = {
  wheezy: 7,
  jessie: 8,
  stretch: 9,
  buster: 10,
  bullseye: 11,
  bookworm: 12,
  trixie: 13,
  forky: 14,
};
const ubuntuNames: Readonly<Record<string, readonly number[]>> = {
  xenial: [16, 4],
  bionic: [18, 4],
  focal: [20, 4],
  jammy: [22, 4],
  noble: [24, 4],
};
/** Official images whose tags stand for Debian unless they say otherwise. */
const onDebian: ReadonlySet<string> = new Set([
  "buildpack-deps",
  "gcc",
  "golang",
  "haproxy",
  "httpd",
  "julia",
  "nginx",
  "node",
  "perl",
  "php",
  "postgres",
  "python",
  "redis",
  "ruby",
  "rust",
]);

/** In tags of variants that are made of something else, or of more. */
const notDebian = ["windows", "nanoserver", "ubi", "oracle", "scratch", "busybox", "trixie-backports"];

/** What an official image is made of; `undefined` for all others, and for tags that say something else. */
export function distributionOf(image: ImageReference | undefined): Distribution | undefined {
  if (image?.official === undefined || !image.known) return undefined;
  const tag = image.tag ?? "";
  const parts = tag.split("-");
  if (image.official === "alpine") return { family: "alpine", version: tagVersion(image) };
  const alpine = parts.find((part) => part.startsWith("alpine"));
  if (alpine !== undefined) {
    return { family: "alpine", version: versionIn(alpine.slice("alpine".length)) };
  }
  if (image.official === "ubuntu") {
    const named = parts.map((part) => ubuntuNames[part]).find((one) => one !== undefined);
    return { family: "ubuntu", version: named ?? tagVersion(image) };
  }
  if (parts.some((part) => ubuntuNames[part] !== undefined)) return undefined;
  if (hasAny(tag, notDebian)) return undefined;
  const named = parts.map((part) => debianNames[part]).find((one) => one !== undefined);
  if (image.official === "debian") {
    const major = named ?? tagVersion(image)?.[0];
    return { family: "debian", version: major === undefined ? undefined : [major] };
  }
  if (!onDebian.has(image.official)) return undefined;
  return { family: "debian", version: named === undefined ? undefined : [named] };
}

function versionIn(text: string): readonly number[] | undefined {
  return text !== "" && /^\d+(?:\.\d+)*$/.test(text) ? text.split(".").map(Number) : undefined;
}

/** Minor version of the Python that an official Python image has in /usr/local: `3.13`. */
export function pythonOf(image: ImageReference | undefined): string | undefined {
  if (image?.official !== "python" || !image.known) return undefined;
  const version = tagVersion(image);
  return version !== undefined && version.length >= 2 ? `${version[0]}.${version[1]}` : undefined;
}
