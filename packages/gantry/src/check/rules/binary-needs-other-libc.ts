import { hasAny } from "../../base/text.ts";
import type { Dockerfile, Stage } from "../../read/dockerfile/model.ts";
import { copySources, findStage, flag, lineage } from "../../read/dockerfile/questions.ts";
import { eachInstruction } from "../../read/walk.ts";
import { distributionOf } from "../dockerfile/bases.ts";
import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import type { Rule } from "../types.ts";

/** A dynamically linked Rust program in an image without its C library. */
export const binaryNeedsOtherLibc: Rule = {
  code: "GD017",
  name: "binary-needs-other-libc",
  family: "dockerfile",
  rank: "will-fail",
  what: "A Rust program that was linked with glibc is copied into an image without glibc, or with an older one.",
  why: "On Debian, cargo links programs with glibc. Alpine has musl, scratch and distroless static have nothing: the start ends with `no such file or directory`. An older Debian ends it with `version GLIBC_2.xx not found`.",
  fix: "Build in the Alpine variant of the image (or for a -musl target) for Alpine and scratch; else use the same Debian release in both stages.",
  examples: {
    bad: [
      dockerfileExampleAt(
        [4],
        "FROM rust:1.90 AS build",
        "RUN cargo build --release",
        "FROM alpine:3.22",
        "COPY --from=build /app/target/release/server /usr/local/bin/server",
      ),
      dockerfileExampleAt(
        [4],
        "FROM rust:1-bookworm AS build",
        "RUN cargo build --release",
        "FROM debian:bullseye-slim",
        "COPY --from=build /app/target/release/server /usr/local/bin/server",
      ),
    ],
    good: [
      dockerfileExample(
        "FROM rust:1-alpine AS build",
        "RUN cargo build --release",
        "FROM alpine:3.22",
        "COPY --from=build /app/target/release/server /usr/local/bin/server",
      ),
      dockerfileExample(
        "FROM rust:1.90 AS build",
        "RUN rustup target add x86_64-unknown-linux-musl && cargo build --release --target x86_64-unknown-linux-musl",
        "FROM scratch",
        "COPY --from=build /app/target/x86_64-unknown-linux-musl/release/server /server",
      ),
      dockerfileExample(
        "FROM rust:1-bookworm AS build",
        "RUN cargo build --release",
        "FROM debian:bookworm-slim",
        "COPY --from=build /app/target/release/server /usr/local/bin/server",
      ),
      {
        title: "releases between which it depends on the program",
        ...dockerfileExample(
          "FROM rust:1-trixie AS build",
          "RUN cargo build --release",
          "FROM debian:bookworm-slim",
          "COPY --from=build /app/target/release/server /usr/local/bin/server",
        ),
      },
      {
        title: "Alpine with a layer that brings glibc",
        ...dockerfileExample(
          "FROM rust:1.90 AS build",
          "RUN cargo build --release",
          "FROM alpine:3.22",
          "RUN apk add --no-cache gcompat",
          "COPY --from=build /app/target/release/server /usr/local/bin/server",
        ),
      },
    ],
  },
  *check(facts) {
    for (const { dockerfile, stage, instruction, onbuild } of eachInstruction(facts, "COPY")) {
      const from = flag(instruction, "from")?.value;
      if (stage === undefined || from === undefined || onbuild) continue;
      const source = copySources(instruction).find(
        ({ value }) => value.includes("target/release/") && /(?:^|\/)target\/release\/[\w-]+$/.test(value),
      );
      const builder = findStage(dockerfile, from);
      if (source === undefined || builder === undefined || !linksWithGlibc(dockerfile, builder)) continue;
      const why = obstacle(builder, stage);
      if (why === undefined || bringsGlibc(dockerfile, stage)) continue;
      yield {
        at: source.span,
        message: `${source.value} is linked with the glibc of ${builder.rootImage?.text}; ${why}`,
        related: [
          { at: builder.baseSpan, message: "built with glibc here" },
          { at: stage.baseSpan, message: "runs here" },
        ],
      };
    }
  },
};

function linksWithGlibc(dockerfile: Dockerfile, stage: Stage): boolean {
  if (stage.rootImage?.official !== "rust" || distributionOf(stage.rootImage)?.family !== "debian")
    return false;
  const stages = lineage(stage);
  const settings = ["musl", "crt-static", "CARGO_BUILD_TARGET", "--target", "RUSTFLAGS"];
  if (stages.some((one) => hasAny(textOf(dockerfile, one), settings))) return false;
  return stages.some((one) =>
    /\bcargo\s+(?:[+\w.-]+\s+)?(?:build|rustc|auditable)\b/.test(textOf(dockerfile, one)),
  );
}

function obstacle(builder: Stage, stage: Stage): string | undefined {
  if (
    stage.base.kind === "scratch" ||
    (stage.rootImage === undefined && lineage(stage).at(-1)?.base.kind === "scratch")
  )
    return "an empty image has no loader for it, so it cannot start.";
  const image = stage.rootImage;
  if (image === undefined) return undefined;
  if (image.registry === "gcr.io" && image.repository.startsWith("distroless/static"))
    return `${image.text} has no C library, so it cannot start.`;
  const there = distributionOf(image);
  if (there?.family === "alpine") return `${image.text} has musl instead, so it cannot start.`;
  const built = distributionOf(builder.rootImage)?.version?.[0];
  const runs = there?.family === "debian" ? there.version?.[0] : distrolessDebian(image.repository);
  // Every program that is linked since glibc 2.34 (Debian 12) needs that; between newer releases it depends on the program.
  if (built === undefined || runs === undefined || built < 12 || runs > 11) return undefined;
  return `the one of ${image.text} is older (Debian ${runs} instead of ${built}), so it does not start there.`;
}

function distrolessDebian(repository: string): number | undefined {
  const match = /^distroless\/.*-debian(\d+)$/.exec(repository);
  return match === null ? undefined : Number(match[1]);
}

function bringsGlibc(dockerfile: Dockerfile, stage: Stage): boolean {
  const signs = ["gcompat", "libc6-compat", "glibc", "ld-linux", "/lib64", "musl"];
  return lineage(stage).some((one) => hasAny(textOf(dockerfile, one), signs));
}

function textOf(dockerfile: Dockerfile, stage: Stage): string {
  return stage.instructions
    .map((instruction) => dockerfile.source.text.slice(instruction.span.start, instruction.span.end))
    .join("\n");
}
