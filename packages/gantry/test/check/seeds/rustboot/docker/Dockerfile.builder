FROM rust:1-bookworm AS build
WORKDIR /build
COPY Cargo.toml Cargo.lock ./
RUN cargo build --release --dependencies-only
COPY src ./src
RUN cargo build --release

FROM debian:bookworm-slim
COPY --from=build /build/target/release/app /usr/local/bin/app
USER 1000
CMD ["app"]
