import type { DockerfileStandIn } from "./stand-in.ts";

const SLIM = "rust:1-slim-trixie";

/**
 * Debian's newest Rust for trixie, under the paths of `rust:1-slim-trixie`. Of rustup there is `target add`, for musl. Like
 * the component `rustc` of the real one (rust-lang/rust, `src/bootstrap/src/core/build_steps/dist.rs`), it has lld of
 * rustc's own LLVM as `rust-lld`, and as `gcc-ld/ld.lld` for gcc; `--print target-libdir` is the folder beside it.
 */
export const rustSlim: DockerfileStandIn = {
  kind: "dockerfile",
  name: "rust-1-slim-trixie",
  references: [SLIM, "rust:1-slim", "rust:slim-trixie", "rust:slim"],
  needs: ["debian:trixie-slim"],
  files: "rust",
  dockerfile: `FROM debian:trixie-slim
ENV RUSTUP_HOME=/usr/local/rustup CARGO_HOME=/usr/local/cargo PATH=/usr/local/cargo/bin:$PATH
RUN sed '/^$/,$d; s/^Suites: .*/Suites: trixie-backports/' /etc/apt/sources.list.d/debian.sources >/etc/apt/sources.list.d/backports.sources \\
 && printf 'Package: src:rustc\\nPin: release n=trixie-backports\\nPin-Priority: 990\\n' >/etc/apt/preferences.d/rust \\
 && apt-get update \\
 && apt-get install -y --no-install-recommends ca-certificates cargo gcc libc6-dev rust-clippy rustc rustfmt wget \\
 && mkdir -p "$RUSTUP_HOME" "$CARGO_HOME/bin" \\
 && for tool in cargo cargo-clippy cargo-fmt clippy-driver rustc rustdoc rustfmt; do \\
      ln -s "/usr/bin/$tool" "$CARGO_HOME/bin/$tool"; \\
    done \\
 && llvm=$(rustc --version --verbose | sed -n 's/^LLVM version: \\([0-9]*\\).*/\\1/p') \\
 && apt-get install -y --no-install-recommends "lld-$llvm" \\
 && bin=$(rustc --print target-libdir)/../bin \\
 && mkdir -p "$bin/gcc-ld" \\
 && ln -s "/usr/lib/llvm-$llvm/bin/lld" "$bin/rust-lld" \\
 && ln -s "/usr/lib/llvm-$llvm/bin/lld" "$bin/gcc-ld/ld.lld" \\
 && rm -rf /var/lib/apt/lists/* /etc/apt/sources.list.d/backports.sources /etc/apt/preferences.d/rust \\
 && chmod -R a+w "$RUSTUP_HOME" "$CARGO_HOME" \\
 && cargo --version && rustc --version
COPY --chmod=755 rustup /usr/local/cargo/bin/rustup
CMD ["bash"]
`,
};

/** The same with the compilers and libraries that the larger official image has. */
export const rust: DockerfileStandIn = {
  kind: "dockerfile",
  name: "rust-1-trixie",
  references: ["rust:1-trixie", "rust:1", "rust:trixie", "rust:latest"],
  needs: [SLIM],
  dockerfile: `FROM ${SLIM}
RUN apt-get update \\
 && apt-get install -y --no-install-recommends \\
      curl file g++ git libbz2-dev libcurl4-openssl-dev libffi-dev liblzma-dev libpq-dev libsqlite3-dev libssl-dev \\
      make openssh-client patch pkgconf procps unzip xz-utils zlib1g-dev \\
 && rm -rf /var/lib/apt/lists/*
`,
};
