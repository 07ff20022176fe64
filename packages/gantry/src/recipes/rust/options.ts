import type { Shape } from "../../base/shape.ts";
import { command, either, isList, isText, list, object, oneOf, shape, size, text } from "../../base/shape.ts";

/** How a Rust application becomes an image. Everything is found out from the files when it is not given. */
export interface RustOptions {
  /** Folder of the package or workspace, with its Cargo.toml and Cargo.lock; relative to `stack.ts`. Default: `.`. */
  readonly context?: string;
  /** Binary that the image is for; of several, the first is what runs. Default: the only one there is. */
  readonly bin?: string | readonly string[];
  /**
   * What the image stands on. `distroless`: no shell and no package manager. `alpine`: a small shell, for looking inside.
   * `debian`: everything that Debian has, for programs that need its libraries. Default: distroless.
   */
  readonly runtime?: "distroless" | "debian" | "alpine";
  /**
   * C library that is linked. `musl` makes one static file; `gnu` allocates faster when many threads do. Default: musl for
   * alpine, otherwise gnu.
   */
  readonly libc?: "gnu" | "musl";
  /**
   * How compiled dependencies are kept. `layers`: in image layers, which a registry can keep for builders that live for one
   * build. `mounts`: in the builder's own folder, where an added dependency compiles alone; for builders that stay.
   * Default: layers.
   */
  readonly cache?: "layers" | "mounts";
  /** Rust's version: `1.96`. Default: that of rust-toolchain.toml, else the newest `1`. */
  readonly version?: string;
  /** Variant of the official image that compiles. Default: `slim-trixie`. */
  readonly variant?: string;
  /** Debian packages that compiling needs, such as `pkg-config` and `libssl-dev`. */
  readonly buildPackages?: readonly string[];
  /** Debian packages that the running program needs, such as `libssl3t64`; only with `runtime: "debian"`. */
  readonly packages?: readonly string[];
  /** Features to compile in, beside the default ones. */
  readonly features?: readonly string[];
  /**
   * Optimisation over all crates, where Cargo.toml does not say. `thin`: by the toolchain's own linker, which remembers what a
   * change does not touch, in a folder of the builder; a project whose `.cargo/config.toml` names a linker keeps that, and
   * rustc optimises, all of it each time. `fat`: by rustc, slower still and a little better. `off`: Cargo's own, within each
   * crate (`lto = false`). docs/benchmarks.md has the figures. Default: thin.
   */
  readonly lto?: "thin" | "fat" | "off";
  /** Files and folders beside the program, such as `config`; below `/app` in the image. */
  readonly include?: readonly string[];
  /** What runs. Default: the binary. */
  readonly command?: readonly string[];
  /** Further patterns for the image's `.dockerignore`. */
  readonly ignore?: readonly string[];
  /** Largest accepted size of the image, such as `"25m"`. */
  readonly budget?: string;
}

/** Form of {@link RustOptions}. */
export const rustShape: Shape = object({
  context: text,
  bin: either({ when: isText, use: text }, { when: isList, use: list(text) }),
  runtime: oneOf(["distroless", "debian", "alpine"]),
  libc: oneOf(["gnu", "musl"]),
  cache: oneOf(["layers", "mounts"]),
  version: shape(
    'a version such as "1.96"',
    (value) => typeof value === "string" && /^1(\.\d+){0,2}$/.test(value),
  ),
  variant: text,
  buildPackages: list(text),
  packages: list(text),
  features: list(text),
  lto: oneOf(["thin", "fat", "off"]),
  include: list(text),
  command,
  ignore: list(text),
  budget: size,
});
