# Written by Gantry from stack.ts. Change that and run `gantry render`: edits here are lost.

# Compiles the dependencies of a project before its sources are there.
FROM rust:1-slim-trixie AS cargo-chef
RUN --mount=type=cache,id=cargo-tools,target=/var/cache/cargo \
    --mount=type=secret,id=extra-ca \
    if [ -s /run/secrets/extra-ca ]; then cat /etc/ssl/certs/ca-certificates.crt /run/secrets/extra-ca >/dev/shm/ca.pem && export CARGO_HTTP_CAINFO=/dev/shm/ca.pem SSL_CERT_FILE=/dev/shm/ca.pem; fi && \
    CARGO_HOME=/var/cache/cargo cargo install cargo-chef@0.1.78 --locked --root /usr/local

# One compiler for building, testing and development.
FROM rust:1-slim-trixie AS toolchain
WORKDIR /app
# Release builds are optimised over all crates and hold no symbols, where Cargo.toml does not say.
ENV CARGO_PROFILE_RELEASE_LTO=thin \
    CARGO_PROFILE_RELEASE_STRIP=symbols

FROM toolchain AS chef
COPY --from=cargo-chef /usr/local/bin/cargo-chef /usr/local/bin/

# What the dependencies are. Runs with every change, and what follows only when the recipe is another one.
FROM chef AS planner
COPY . ./
RUN --network=none \
    cargo chef prepare --recipe-path recipe.json

FROM chef AS dependencies
COPY --from=planner /app/recipe.json recipe.json
# Compiled once for all changes of the sources.
RUN --mount=type=secret,id=extra-ca \
    if [ -s /run/secrets/extra-ca ]; then cat /etc/ssl/certs/ca-certificates.crt /run/secrets/extra-ca >/dev/shm/ca.pem && export CARGO_HTTP_CAINFO=/dev/shm/ca.pem SSL_CERT_FILE=/dev/shm/ca.pem; fi && \
    cargo chef cook --locked --recipe-path recipe.json --release

FROM dependencies AS build
COPY . ./
# Without network: all that it needs was compiled or fetched above.
# The toolchain's own linker optimises over all crates, and remembers with the builder what a change does not touch.
RUN --network=none \
    --mount=type=cache,id=rust-thinlto,target=/var/cache/thinlto \
    lld="$(rustc --print target-libdir)/../bin/gcc-ld" && \
    set -- -C linker-plugin-lto -C link-arg=-fuse-ld=lld -C link-arg=-B"$lld" && \
    set -- "$@" -C link-arg=-Wl,--thinlto-cache-dir=/var/cache/thinlto,--thinlto-cache-policy=cache_size_bytes=2g:prune_after=720h && \
    if [ ! -x "$lld/ld.lld" ]; then echo "No $lld/ld.lld: rustc optimises, and remembers nothing."; set --; fi && \
    cargo rustc --release --frozen --bin rustboot -- "$@" && \
    mkdir /out && \
    cp target/release/rustboot /out/

# Asks for health in images that have no program for it.
FROM toolchain AS probe
COPY <<'EOF' /probe.rs
//! Asks one address; the exit code says whether it is well, the output what was seen.
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_millis(2500);

fn main() {
    let address = std::env::args().nth(1).unwrap_or_default();
    match ask(&address) {
        Ok(seen) => println!("{seen}"),
        Err(reason) => {
            eprintln!("{reason}");
            std::process::exit(1);
        }
    }
}

/// `http://127.0.0.1:8080/health`, `tcp://127.0.0.1:8080` or `file:///tmp/alive?maxAge=30`.
fn ask(address: &str) -> Result<String, String> {
    let (scheme, rest) = address.split_once("://").ok_or("no address")?;
    if scheme == "file" {
        return fresh(rest);
    }
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host: SocketAddr = host.parse().map_err(|_| format!("{host} is no address with a port"))?;
    let said = |error: std::io::Error| format!("{host}: {error}");
    let mut stream = TcpStream::connect_timeout(&host, PATIENCE).map_err(said)?;
    if scheme == "tcp" {
        return Ok(format!("{host} accepts connections"));
    }
    stream.set_read_timeout(Some(PATIENCE)).map_err(said)?;
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {host}\r\n\r\n").map_err(said)?;
    let mut answer = Vec::new();
    stream.take(65536).read_to_end(&mut answer).map_err(said)?;
    let answer = String::from_utf8_lossy(&answer);
    let status = answer.split(' ').nth(1).unwrap_or("no answer");
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    if status.starts_with('2') {
        Ok(body.to_string())
    } else {
        Err(format!("{status} {body}"))
    }
}

/// A file that a worker touches while it makes progress.
fn fresh(address: &str) -> Result<String, String> {
    let (path, most) = address.split_once("?maxAge=").ok_or("no maxAge")?;
    let most: u64 = most.parse().map_err(|_| format!("{most} is no number of seconds"))?;
    let touched = std::fs::metadata(path).and_then(|file| file.modified());
    let touched = touched.map_err(|error| format!("{path}: {error}"))?;
    // A file from the future was touched before the clock was set back, by whoever may be dead since.
    let age = touched.elapsed().unwrap_or_else(|ahead| ahead.duration()).as_secs();
    let seen = format!("{path} is {age} s old");
    if age <= most { Ok(seen) } else { Err(seen) }
}
EOF
RUN --network=none \
    rustc --edition 2021 -C opt-level=s -C lto -C panic=abort -C strip=symbols -o /usr/local/bin/probe /probe.rs

# The dependencies again, quickly compiled, for development and tests.
FROM chef AS dev-dependencies
# Enough for backtraces; debuggers want `debug = true` in Cargo.toml, which links more slowly.
ENV CARGO_PROFILE_DEV_DEBUG=line-tables-only
RUN groupadd --gid 1000 app && \
    useradd --uid 1000 --gid 1000 --no-log-init --create-home --shell /bin/bash app && \
    chown 1000:1000 /app
USER 1000:1000
COPY --from=planner --chown=1000:1000 /app/recipe.json recipe.json
RUN --mount=type=secret,id=extra-ca,uid=1000 \
    if [ -s /run/secrets/extra-ca ]; then cat /etc/ssl/certs/ca-certificates.crt /run/secrets/extra-ca >/dev/shm/ca.pem && export CARGO_HTTP_CAINFO=/dev/shm/ca.pem SSL_CERT_FILE=/dev/shm/ca.pem; fi && \
    cargo chef cook --locked --recipe-path recipe.json

# Development: a change is synced in, and the restarted container compiles what it touches.
FROM dev-dependencies AS dev
COPY --chown=1000:1000 . ./
RUN --network=none \
    cargo build --frozen --bin rustboot
COPY --from=probe /usr/local/bin/probe /usr/local/bin/probe
# Under the name that it has in production: compiled when sources changed, then run.
COPY --chmod=755 <<'EOF' /usr/local/bin/rustboot
#!/bin/sh
set -e
(cd /app && cargo build --frozen --quiet --bin rustboot)
exec /app/target/debug/rustboot "$@"
EOF
COPY --chmod=755 <<'EOF' /usr/local/bin/develop
#!/bin/sh
# While the sources do not compile there is nothing to run: the next change restarts the container.
(cd /app && cargo build --frozen --bin rustboot) && exec "$@"
echo "Waiting for a change."
exec sleep infinity
EOF
CMD ["develop", "rustboot"]

# What only tests need.
FROM dev-dependencies AS test-dependencies
RUN --mount=type=secret,id=extra-ca,uid=1000 \
    if [ -s /run/secrets/extra-ca ]; then cat /etc/ssl/certs/ca-certificates.crt /run/secrets/extra-ca >/dev/shm/ca.pem && export CARGO_HTTP_CAINFO=/dev/shm/ca.pem SSL_CERT_FILE=/dev/shm/ca.pem; fi && \
    cargo chef cook --locked --recipe-path recipe.json --tests

FROM test-dependencies AS test
COPY --chown=1000:1000 . ./
# Compiled here, so that a run of the tests compiles nothing.
RUN --network=none \
    cargo test --no-run --frozen --message-format json-render-diagnostics >/tmp/built && \
    sed -n 's/.*"manifest_path":"\([^"]*\)".*"profile":{[^}]*"test":true}.*"executable":"\([^"]*\)".*/\1 \2/p' /tmp/built >/app/target/tests
# `cargo test` writes to its folder even when nothing changed; this runs what it compiled.
COPY --chmod=755 <<'EOF' /usr/local/bin/run-tests
#!/bin/sh
# Runs every compiled test, all of them even when one fails; arguments go to each.
failed=0
while read -r manifest program; do
  folder=$(dirname "$manifest")
  echo "Running $program"
  (cd "$folder" && CARGO_MANIFEST_DIR="$folder" "$program" "$@") || failed=1
done </app/target/tests
exit $failed
EOF
CMD ["run-tests"]

# What runs: the program on Debian.
FROM debian:trixie-slim AS production
# The slim image has no certificates.
COPY --from=toolchain /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
RUN groupadd --gid 1000 app && \
    useradd --uid 1000 --gid 1000 --no-log-init --no-create-home --home-dir /app app
WORKDIR /app
COPY --from=probe /usr/local/bin/probe /usr/local/bin/probe
COPY config /app/config
COPY --from=build /out/ /usr/local/bin/
# Every library is there, or the build says which is missing.
RUN --network=none \
    ! ldd /usr/local/bin/rustboot | grep "not found"
USER 1000:1000
CMD ["rustboot"]
