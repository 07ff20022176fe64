import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { BuildPlan } from "../../../src/blueprint/plan.ts";
import { memoryFiles, type RustOptions } from "../../../src/index.ts";
import { rustRecipe } from "../../../src/recipes/rust/index.ts";
import type { PlanResult } from "../../../src/recipes/types.ts";
import { renderDockerfile, renderIgnore } from "../../../src/render/dockerfile.ts";
import { probeTest } from "../../../src/stack/health.ts";

const plan = (files: Record<string, string>, options: RustOptions = {}): PlanResult =>
  rustRecipe.plan({ files: memoryFiles(files), options, image: "api", path: "services.api.build" });
const sound = (files: Record<string, string>, options: RustOptions = {}): BuildPlan => {
  const result = plan(files, options);
  assert.ok("plan" in result, JSON.stringify(result.problems));
  return result.plan;
};
const dockerfile = (files: Record<string, string>, options: RustOptions = {}): string =>
  renderDockerfile(sound(files, options), "stack.ts");
const stageOf = (text: string, name: string): string =>
  new RegExp(`^FROM [^\\n]* AS ${name}$[^]*?(?=^(?:# .*\\n)*FROM |$(?![^]))`, "m").exec(text)?.[0] ?? "";
const problems = (files: Record<string, string>, options: RustOptions = {}): readonly string[] => {
  const result = plan(files, options);
  assert.ok(!("plan" in result), "a plan came out");
  for (const problem of result.problems)
    assert.ok(problem.what !== "" && problem.why !== "" && problem.fix !== "", JSON.stringify(problem));
  return result.problems.map((problem) => `${problem.code} ${problem.path} ${problem.what}`);
};

const lock = (...names: readonly string[]): string =>
  `version = 4\n${names.map((name) => `[[package]]\nname = "${name}"\nversion = "1.0.0"\n`).join("")}`;
const shop = {
  "Cargo.toml": '[package]\nname = "shop"\nedition = "2024"\n[dependencies]\naxum = "0.8"\n',
  "Cargo.lock": lock("shop", "axum"),
  "src/main.rs": "fn main() {}",
};
const workspace = {
  "Cargo.toml":
    '[workspace]\nmembers = ["crates/*"]\n[workspace.dependencies]\nserde_yml = { package = "serde_yaml", version = "1" }\n',
  "Cargo.lock": lock("api", "jobs", "common", "serde_yaml"),
  "crates/api/Cargo.toml":
    '[package]\nname = "api"\n[dependencies]\ncommon = { path = "../common" }\nserde_yml.workspace = true\n',
  "crates/api/src/main.rs": "",
  "crates/jobs/Cargo.toml": '[package]\nname = "jobs"\n[[bin]]\nname = "mailer"\npath = "src/mailer.rs"\n',
  "crates/jobs/src/bin/cleaner.rs": "",
  "crates/common/Cargo.toml": '[package]\nname = "common"\n',
  "crates/common/src/lib.rs": "",
};

describe("rust", () => {
  test("compiles dependencies before the sources are there, and the sources without network", () => {
    const text = dockerfile(shop);
    const dependencies = stageOf(text, "dependencies");
    assert.match(dependencies, /COPY --from=planner \/app\/recipe\.json/);
    assert.match(dependencies, /cargo chef cook --locked --recipe-path recipe\.json --release$/m);
    assert.doesNotMatch(dependencies, /COPY \. /);
    assert.match(
      stageOf(text, "build"),
      /COPY \. \.\/\n(.*\n)*?RUN --network=none \\\n(.*\n)*? {4}cargo rustc --release --frozen --bin shop -- "\$@"/,
    );
  });

  test("with mounts, what was compiled stays with the builder, and changed contents decide what is compiled again", () => {
    const build = stageOf(dockerfile(shop, { cache: "mounts" }), "build");
    assert.match(build, /FROM toolchain AS build/);
    assert.match(build, /type=cache,id=rust-api-gnu-\$TARGETARCH,target=\/app\/target,sharing=locked/);
    // The record of contents must be gone while it compiles, and come back only when all went well.
    const order = [
      "mv target/.sources",
      "cargo rustc --release --locked",
      "cp target/release/shop /out/",
      "mv /tmp/now target/.sources",
    ];
    const places = order.map((word) => build.indexOf(word));
    assert.deepEqual(
      places.toSorted((a, b) => a - b),
      places,
    );
    assert.ok(
      places.every((place) => place > 0),
      build,
    );
  });

  test("one compiler for building, testing and development", () => {
    for (const options of [{}, { version: "1.96" }, { runtime: "alpine" }] as const) {
      const own = sound(shop, options);
      const names = new Set(own.stages.map((stage) => stage.name));
      const compilers = own.stages.filter((stage) => !names.has(stage.from) && stage.name !== "production");
      assert.deepEqual(
        [...new Set(compilers.map((stage) => stage.from))],
        [`rust:${"version" in options ? options.version : "1"}-slim-trixie`],
      );
    }
  });

  test("three kinds of images, each with its libraries' toolchain, user and certificates", () => {
    const production = (options: RustOptions): string => stageOf(dockerfile(shop, options), "production");
    assert.match(production({}), /^FROM gcr\.io\/distroless\/cc-debian13:nonroot AS/);
    assert.match(production({ libc: "musl" }), /^FROM gcr\.io\/distroless\/static-debian13:nonroot AS/);
    for (const options of [{}, { libc: "musl" }] as const) {
      assert.match(production(options), /USER 65532:65532/);
      assert.doesNotMatch(production(options), /^RUN/m, "it has no shell");
    }
    const debian = production({ runtime: "debian", packages: ["tzdata"] });
    assert.match(debian, /^FROM debian:trixie-slim AS/);
    assert.match(debian, /COPY --from=toolchain \/etc\/ssl\/certs\/ca-certificates\.crt/);
    assert.match(debian, /apt-get install -y --no-install-recommends tzdata/);
    assert.match(debian, /! ldd \/usr\/local\/bin\/shop \| grep "not found"/);
    assert.match(debian, /USER 1000:1000/);
    const alpine = production({ runtime: "alpine" });
    assert.match(alpine, /^FROM alpine:3\.\d+ AS/);
    assert.match(alpine, /USER 1000:1000/);
  });

  test("musl is the target of everything that is compiled, the probe too", () => {
    const text = dockerfile(shop, { runtime: "alpine" });
    assert.match(
      stageOf(text, "toolchain"),
      /musl-tools[\s\S]*rustup target add "\$\(uname -m\)-unknown-linux-musl"/,
    );
    for (const line of text
      .split("\n")
      .filter((candidate) => /^[^#]*(cargo (build|rustc|test|chef cook)|rustc --edition)/.test(candidate)))
      assert.match(line, /--target "\$\(uname -m\)-unknown-linux-musl"/);
    assert.doesNotMatch(dockerfile(shop), /musl/);
  });

  test("production holds the program and the probe, no sources and no compiler", () => {
    const production = stageOf(
      dockerfile({ ...shop, "config/app.toml": "" }, { include: ["./config/"] }),
      "production",
    );
    assert.deepEqual(
      [...production.matchAll(/^COPY.*$/gm)].map(([line]) => line),
      [
        "COPY --from=probe /usr/local/bin/probe /usr/local/bin/probe",
        "COPY config /app/config",
        "COPY --from=build /out/ /usr/local/bin/",
      ],
    );
    assert.match(production, /CMD \["shop"\]/);
  });

  test("health is asked without a shell, in every stage that runs", () => {
    for (const runtime of ["distroless", "debian", "alpine"] as const) {
      const own = sound(shop, { runtime });
      assert.deepEqual(probeTest({ kind: "http", port: 8080, path: "/health" }, own.image), [
        "CMD",
        "/usr/local/bin/probe",
        "http://127.0.0.1:8080/health",
      ]);
      for (const stage of [own.targets.dev, own.targets.production])
        assert.match(stageOf(renderDockerfile(own, "stack.ts"), stage), /COPY --from=probe/);
    }
    assert.deepEqual(probeTest({ kind: "file", path: "/tmp/alive", maxAgeMs: 30_000 }, sound(shop).image), [
      "CMD",
      "/usr/local/bin/probe",
      "file:///tmp/alive?maxAge=30",
    ]);
  });

  test("release builds are stripped and optimised over all crates, unless Cargo.toml decides", () => {
    assert.match(
      dockerfile(shop),
      /ENV CARGO_PROFILE_RELEASE_LTO=thin \\\n {4}CARGO_PROFILE_RELEASE_STRIP=symbols/,
    );
    assert.match(dockerfile(shop, { lto: "fat" }), /CARGO_PROFILE_RELEASE_LTO=fat/);
    assert.doesNotMatch(dockerfile(shop, { lto: "off" }), /RELEASE_LTO/);
    const own = {
      ...shop,
      "Cargo.toml": `${shop["Cargo.toml"]}[profile.release]\nlto = true\nstrip = "debuginfo"\n`,
    };
    assert.doesNotMatch(dockerfile(own), /CARGO_PROFILE_RELEASE/);
  });

  test("the linker optimises and remembers, whatever the machine, and rustc where the toolchain has no such linker", () => {
    for (const cache of ["layers", "mounts"] as const) {
      const build = stageOf(dockerfile(shop, { cache }), "build");
      assert.match(build, /--mount=type=cache,id=rust-thinlto,target=\/var\/cache\/thinlto /);
      assert.match(build, /-C linker-plugin-lto .*-B"\$lld"/);
      assert.match(
        build,
        /--thinlto-cache-dir=\/var\/cache\/thinlto,--thinlto-cache-policy=cache_size_bytes=2g/,
      );
      assert.match(build, /if \[ ! -x "\$lld\/ld\.lld" \]; then .*set --; fi/);
      assert.doesNotMatch(build, /x86_64|aarch64|RUSTFLAGS/);
    }
  });

  test("who decides about LTO or the linker is asked no more", () => {
    const remembers = (files: Record<string, string>, options: RustOptions = {}): boolean =>
      /thinlto/.test(dockerfile(files, options));
    const release = (lto: string): Record<string, string> => ({
      ...shop,
      "Cargo.toml": `${shop["Cargo.toml"]}[profile.release]\nlto = ${lto}\n`,
    });
    const configured = (config: string, file = ".cargo/config.toml"): Record<string, string> => ({
      ...shop,
      [file]: config,
    });
    assert.ok(remembers(release('"thin"')));
    assert.ok(!remembers(release("true")) && !remembers(release("false")));
    assert.ok(!remembers(shop, { lto: "fat" }) && !remembers(shop, { lto: "off" }));
    assert.ok(!remembers(configured('[target.x86_64-unknown-linux-gnu]\nlinker = "clang"\n')));
    assert.ok(!remembers(configured('[build]\nrustflags = ["-Clink-arg=-fuse-ld=mold"]\n', ".cargo/config")));
    assert.ok(remembers(configured('[target.x86_64-pc-windows-msvc]\nlinker = "rust-lld"\n')));
    assert.ok(remembers(configured('[build]\nrustflags = ["-Ctarget-cpu=x86-64-v3"]\n')));
  });

  test("a workspace: the programs that are chosen, from the packages that they are in", () => {
    const text = dockerfile(workspace, { bin: ["api", "mailer", "cleaner"] });
    const compiled = [...stageOf(text, "build").matchAll(/cargo rustc .*(--package \w+ --bin \w+)/g)];
    assert.deepEqual(
      compiled.map(([, which]) => which),
      ["--package api --bin api", "--package jobs --bin mailer", "--package jobs --bin cleaner"],
    );
    // Package by package, or their dependencies would be compiled with the features of all of them.
    assert.match(
      text,
      /cook .* --release --package api && \\\n {4}cargo chef cook .* --release --package jobs$/m,
    );
    const together = dockerfile(workspace, { bin: ["api", "mailer"], features: ["metrics"] });
    assert.match(
      together,
      /cargo build --release --frozen --package api --package jobs --features metrics --bin api --bin mailer/,
    );
    assert.match(together, /cook .* --release --package api --package jobs --features metrics$/m);
    assert.match(stageOf(text, "production"), /CMD \["api"\]/);
    assert.match(dockerfile(workspace, { bin: "mailer" }), /--package jobs --bin mailer/);
  });

  test("the version of rust-toolchain.toml, which rustup never gets to see", () => {
    const files = { ...shop, "rust-toolchain.toml": '[toolchain]\nchannel = "1.95.0"\n' };
    assert.match(dockerfile(files), /^FROM rust:1\.95\.0-slim-trixie AS toolchain$/m);
    assert.match(dockerfile(files, { version: "1.95" }), /^FROM rust:1\.95-slim-trixie AS toolchain$/m);
    assert.match(
      dockerfile({ ...shop, "rust-toolchain": "stable\n" }),
      /^FROM rust:1-slim-trixie AS toolchain$/m,
    );
    assert.match(renderIgnore(sound(files).ignore, "stack.ts"), /^rust-toolchain\.toml$/m);
  });

  test("development compiles under the names of production, and restarts with each change", () => {
    const own = sound(workspace, { bin: ["api", "mailer"] });
    const dev = stageOf(renderDockerfile(own, "stack.ts"), "dev");
    for (const name of ["api", "mailer", "develop"])
      assert.match(dev, new RegExp(`COPY --chmod=755 <<'EOF' /usr/local/bin/${name}\n#!/bin/sh`));
    assert.deepEqual(own.develop?.command, ["develop", "api"]);
    assert.equal(own.develop?.watch[0]?.action, "sync+restart");
    assert.deepEqual(
      own.develop?.watch.filter((rule) => rule.action === "rebuild").map((rule) => rule.path),
      [
        "Cargo.lock",
        "Cargo.toml",
        "crates/api/Cargo.toml",
        "crates/common/Cargo.toml",
        "crates/jobs/Cargo.toml",
      ],
    );
  });

  test("the same files and options give the same bytes", () => {
    const shuffled = Object.fromEntries(Object.entries(workspace).reverse());
    assert.equal(dockerfile(workspace, { bin: "api" }), dockerfile(shuffled, { bin: "api" }));
  });
});

describe("rust, bad input", () => {
  const at = "services.api.build";

  test("no manifest, a broken one, no lock file", () => {
    assert.deepEqual(problems({}, { context: "api" }), [`GTY2220 ${at} there is no api/Cargo.toml`]);
    assert.deepEqual(problems({ ...shop, "Cargo.toml": "[package\n" }), [
      `GTY2221 ${at} Cargo.toml is not valid TOML`,
    ]);
    const { "Cargo.lock": _lock, ...unlocked } = shop;
    assert.deepEqual(problems(unlocked), [`GTY2222 ${at} there is no Cargo.lock`]);
  });

  test("a lock file that does not match", () => {
    assert.deepEqual(problems({ ...shop, "Cargo.lock": lock("shop") }), [
      `GTY2223 ${at} Cargo.lock lacks axum`,
    ]);
    assert.deepEqual(
      problems({ ...workspace, "Cargo.lock": lock("api", "jobs", "serde_yml") }, { bin: "api" }),
      [`GTY2223 ${at} Cargo.lock lacks common and serde_yaml`],
    );
  });

  test("several programs and none chosen, none at all, one that does not exist, one twice", () => {
    assert.deepEqual(problems(workspace), [
      `GTY2226 ${at}.bin Cargo.toml describes several programs: api, cleaner and mailer`,
    ]);
    const { "src/main.rs": _main, ...library } = shop;
    assert.deepEqual(problems({ ...library, "src/lib.rs": "" }), [
      `GTY2225 ${at} Cargo.toml describes no program`,
    ]);
    assert.deepEqual(problems(workspace, { bin: "mailr" }), [
      `GTY2227 ${at}.bin there is no program "mailr"`,
    ]);
    assert.deepEqual(
      problems({ ...workspace, "crates/api/src/bin/cleaner.rs": "" }, { bin: ["api", "cleaner"] }),
      [`GTY2228 ${at}.bin[1] api and jobs both have a program "cleaner"`],
    );
  });

  test("a path that the builder does not see", () => {
    const files = {
      ...shop,
      "Cargo.toml": `${shop["Cargo.toml"]}common = { path = "../common" }\n`,
      "Cargo.lock": lock("shop", "axum", "common"),
    };
    const below = Object.fromEntries(Object.entries(files).map(([path, text]) => [`api/${path}`, text]));
    assert.deepEqual(problems(below, { context: "api" }), [
      `GTY2224 ${at}.context shop depends on common in common, outside of what is sent to the builder`,
    ]);
  });

  test("compilers that differ, are too old, or are no release", () => {
    const pinned = { ...shop, "rust-toolchain.toml": '[toolchain]\nchannel = "1.95"\n' };
    assert.deepEqual(problems(pinned, { version: "1.94" }), [
      `GTY2230 ${at}.version the stack asks for Rust 1.94, and rust-toolchain.toml for 1.95`,
    ]);
    assert.deepEqual(problems({ ...shop, "rust-toolchain": "nightly-2026-01-01" }), [
      `GTY2229 ${at} rust-toolchain asks for nightly-2026-01-01`,
    ]);
    const modern = {
      ...shop,
      "Cargo.toml": shop["Cargo.toml"].replace("edition", 'rust-version = "1.90"\nedition'),
    };
    assert.deepEqual(problems(modern, { version: "1.89" }), [
      `GTY2231 ${at}.version Cargo.toml needs Rust 1.90 or later, and 1.89 would build it`,
    ]);
    sound(modern, { version: "1.90" });
  });

  test("options that do not go together", () => {
    assert.deepEqual(problems(shop, { runtime: "alpine", libc: "gnu" }), [
      `GTY2232 ${at}.libc the program would be linked to glibc, which Alpine does not have`,
    ]);
    assert.deepEqual(problems(shop, { packages: ["tzdata"] }), [
      `GTY2233 ${at}.packages packages cannot be installed in the distroless image`,
    ]);
    assert.deepEqual(problems(shop, { include: ["confg"] }), [`GTY2234 ${at}.include[0] there is no confg`]);
    assert.deepEqual(problems(shop, { buildPackages: ["OpenSSL-dev"] }), [
      `GTY2129 ${at}.buildPackages[0] "OpenSSL-dev" cannot be the name of a Debian package`,
    ]);
  });

  test("a library that the image lacks", () => {
    const files = { ...shop, "Cargo.lock": lock("shop", "axum", "openssl-sys") };
    assert.deepEqual(problems(files, { runtime: "debian" }), [
      `GTY2235 ${at}.packages openssl-sys needs libssl3t64 at run time, which debian:trixie-slim lacks`,
    ]);
    sound(files, { runtime: "debian", packages: ["libssl3t64"] });
    sound(
      { ...shop, "Cargo.lock": lock("shop", "axum", "openssl-sys", "openssl-src") },
      { runtime: "debian" },
    );
  });
});
