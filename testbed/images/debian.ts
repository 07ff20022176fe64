import type { RootfsStandIn } from "./stand-in.ts";

/** Debian 13 without documentation and translations, as `debian:trixie-slim` is. */
export const debian: RootfsStandIn = {
  kind: "rootfs",
  name: "debian-trixie-slim",
  references: ["debian:trixie-slim", "debian:13-slim", "debian:stable-slim"],
  suite: "trixie",
  files: "debian",
};
