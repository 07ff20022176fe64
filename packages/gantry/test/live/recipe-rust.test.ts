import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import { ensureEngine } from "../../../../testbed/engine.ts";
import { ensureImages } from "../../../../testbed/images.ts";
import { memoryFiles, type RustOptions } from "../../src/index.ts";
import { rustRecipe } from "../../src/recipes/rust/index.ts";
import { renderDockerfile } from "../../src/render/dockerfile.ts";

/** A workspace without dependencies from outside: quick to compile, and enough to compile the wrong thing. */
const files: Readonly<Record<string, string>> = {
  "Cargo.toml": '[workspace]\nmembers = ["crates/*"]\nresolver = "3"\n',
  "Cargo.lock":
    'version = 4\n\n[[package]]\nname = "hum"\nversion = "0.1.0"\ndependencies = [\n "words",\n]\n\n[[package]]\nname = "shout"\nversion = "0.1.0"\ndependencies = [\n "words",\n]\n\n[[package]]\nname = "words"\nversion = "0.1.0"\n',
  "crates/words/Cargo.toml": '[package]\nname = "words"\nversion = "0.1.0"\nedition = "2024"\n',
  "crates/words/src/lib.rs": 'pub fn word() -> &\'static str { "first" }\n',
  "crates/shout/Cargo.toml":
    '[package]\nname = "shout"\nversion = "0.1.0"\nedition = "2024"\n\n[dependencies]\nwords = { path = "../words" }\n',
  "crates/shout/src/main.rs": 'fn main() { println!("{}!", words::word()) }\n',
  "crates/hum/Cargo.toml":
    '[package]\nname = "hum"\nversion = "0.1.0"\nedition = "2024"\n\n[dependencies]\nwords = { path = "../words" }\n',
  "crates/hum/src/main.rs": 'fn main() { println!("~{}~", words::word()) }\n',
  "crates/shout/src/bin/whisper.rs": 'fn main() { println!("({})", words::word()) }\n',
};

/** The workspace on disk, built by the recipe's own Dockerfile. */
class Workspace implements Disposable {
  readonly image: string = `gantry-rust-${randomBytes(4).toString("hex")}`;
  readonly #folder = mkdtempSync(join(tmpdir(), "gantry-rust-"));
  readonly #env: NodeJS.ProcessEnv;
  #age = 1000;

  constructor(env: NodeJS.ProcessEnv, options: RustOptions, edit: (dockerfile: string) => string) {
    this.#env = env;
    const result = rustRecipe.plan({ files: memoryFiles(files), options, image: this.image, path: "build" });
    assert.ok("plan" in result, JSON.stringify(result.problems));
    this.write({ ...files, Dockerfile: edit(renderDockerfile(result.plan, "stack.ts")) });
  }

  /** Every file is older than the one that was there before: as it is when another commit is built. */
  write(changes: Readonly<Record<string, string>>): void {
    this.#age += 1000;
    for (const [path, text] of Object.entries(changes)) {
      const place = join(this.#folder, path);
      mkdirSync(dirname(place), { recursive: true });
      writeFileSync(place, text);
      const then = Date.now() / 1000 - this.#age;
      utimesSync(place, then, then);
    }
  }

  /** Builds; what the builder said. */
  async build(): Promise<string> {
    const ca = "/etc/ssl/certs/ca-certificates.crt";
    const secret = existsSync(ca) ? ["--secret", `id=extra-ca,src=${ca}`] : [];
    const { said } = await this.#docker(
      "buildx",
      "build",
      "--load",
      "--progress",
      "plain",
      ...secret,
      "--tag",
      this.image,
      this.#folder,
    );
    return said;
  }

  async run(...command: readonly string[]): Promise<string> {
    const { out } = await this.#docker(
      "run",
      "--rm",
      "--network",
      "none",
      "--read-only",
      this.image,
      ...command,
    );
    return out.trim();
  }

  #docker(...args: readonly string[]): Promise<{ readonly out: string; readonly said: string }> {
    return new Promise((resolve, reject) => {
      execFile("docker", args, { env: this.#env, maxBuffer: 64 * 1024 ** 2 }, (error, out, said) =>
        error === null ? resolve({ out, said }) : reject(new Error(`${error.message}\n${said}`)),
      );
    });
  }

  [Symbol.dispose](): void {
    execFile("docker", ["image", "rm", "--force", this.image], { env: this.#env }, () => {});
    rmSync(this.#folder, { recursive: true });
  }
}

async function workspace(
  options: RustOptions,
  edit: (dockerfile: string) => string = (dockerfile) => dockerfile,
): Promise<Workspace> {
  const engine = await ensureEngine();
  await ensureImages(engine, ["rust:1-slim-trixie", "gcr.io/distroless/cc-debian13:nonroot"]);
  return new Workspace({ ...process.env, ...engine.env }, options, edit);
}

const second = { "crates/words/src/lib.rs": 'pub fn word() -> &\'static str { "second" }\n' };
const broken = { "crates/shout/src/main.rs": "fn main() { nonsense }\n" };

describe("rust on a real builder", () => {
  for (const cache of ["layers", "mounts"] as const) {
    test(`with ${cache}: all programs, and always what the sources say, however old their files are`, async () => {
      using project = await workspace({ cache, bin: ["shout", "whisper", "hum"] });
      await project.build();
      assert.equal(await project.run(), "first!");
      assert.equal(await project.run("whisper"), "(first)");
      assert.equal(await project.run("hum"), "~first~");

      project.write(second);
      await project.build();
      assert.equal(await project.run(), "second!");

      // The library is compiled, the program is not: what was compiled must not be taken for the former library.
      project.write({ ...files, ...broken });
      await assert.rejects(project.build(), /nonsense/);
      project.write({ ...files, ...second });
      await project.build();
      assert.equal(await project.run(), "second!");
      assert.equal(await project.run("whisper"), "(second)");
    });
  }

  test("a toolchain without its own linker: rustc optimises, and the build says so", async () => {
    using project = await workspace({ bin: "shout" }, (dockerfile) =>
      dockerfile.replace(
        "WORKDIR /app\n",
        // A step that was built before says nothing.
        `RUN rm -r "$(rustc --print target-libdir)/../bin/gcc-ld" && : ${Date.now()}\nWORKDIR /app\n`,
      ),
    );
    assert.match(await project.build(), /gcc-ld\/ld\.lld: rustc optimises, and remembers nothing/);
    assert.equal(await project.run(), "first!");
  });
});
