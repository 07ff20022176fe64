import type { Mount } from "../../blueprint/plan.ts";
import type { RustOptions } from "./options.ts";
import { packagesOf, type RustProject } from "./project.ts";

const folder = "/var/cache/thinlto";

/** What the linker optimised: one folder for all images of a builder, because entries are named by what they came from. */
export const rememberedMount: Mount = { kind: "cache", target: folder, id: "rust-thinlto" };

/**
 * Whether the linker optimises over all crates (`-C linker-plugin-lto`) in place of rustc, which does all of it again for
 * each change. lld can remember (`--thinlto-cache-dir`). The standard library takes no part: its code comes compiled.
 *
 * - Cargo compiles the dependencies of `lto = "thin"` to bitcode, whoever optimises that (rust-lang/cargo#8192). Only the
 *   last call of rustc differs, so the flags go there (`cargo rustc -- FLAGS`): build scripts and proc macros do not pay for
 *   them, and the project's own rustflags are kept, which `RUSTFLAGS` would replace.
 * - `cargo rustc` compiles one program of one package, and `--features` must fit it: with features, a choice of several
 *   packages is left to `cargo build`.
 * - A project that chooses a linker keeps it.
 */
export function linkerOptimises(project: RustProject, options: RustOptions): boolean {
  const lto = project.profiles.release["lto"] ?? options.lto ?? "thin";
  const several = packagesOf(project).length > 1 && (options.features ?? []).length > 0;
  return lto === "thin" && !several && !project.ownLinker;
}

/**
 * Shell lines that leave the linker's flags in `"$@"`. It must be of rustc's own LLVM: `rust-lld` is, and it comes with
 * rustc itself, so that the official images have it: since 2018 on x86_64 (rust-lang/rust#48125), since 2020 on ARM
 * (rust-lang/rust#71486), as `gcc-ld/ld.lld` for gcc (rust-lang/rust#89288). Only x86_64 links with it by default, since
 * 1.90. Other makers' toolchains may lack it: then there are no flags, and rustc optimises.
 *
 * Kept is what was used within 30 days, up to 2 GB, where lld's own measure is a week and three quarters of the free disk.
 */
export const linkerFlags: readonly string[] = [
  'lld="$(rustc --print target-libdir)/../bin/gcc-ld"',
  'set -- -C linker-plugin-lto -C link-arg=-fuse-ld=lld -C link-arg=-B"$lld"',
  `set -- "$@" -C link-arg=-Wl,--thinlto-cache-dir=${folder},--thinlto-cache-policy=cache_size_bytes=2g:prune_after=720h`,
  'if [ ! -x "$lld/ld.lld" ]; then echo "No $lld/ld.lld: rustc optimises, and remembers nothing."; set --; fi',
];
