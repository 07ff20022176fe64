import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { appendFileSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { extraAuthorities } from "../../packages/gantry/src/operations/build.ts";
import { loadProject } from "../../packages/gantry/src/operations/load.ts";
import { renderFiles } from "../../packages/gantry/src/operations/render.ts";
import { baseImages } from "../../testbed/base-images.ts";
import { copySample } from "../../testbed/copy.ts";
import { ensureEngine } from "../../testbed/engine.ts";
import { ensureImages } from "../../testbed/images.ts";
import { processorUsed } from "./processor.ts";
import type { System } from "./systems.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
const documents = fileURLToPath(new URL("documents", import.meta.url));

/** Whose Dockerfile is built. */
export type Whose = "gantry" | "document";

/** What a build took, in milliseconds: by the clock, and of a processor by its steps, where that can be seen. */
export interface Taken {
  readonly time: number;
  readonly processor: number | undefined;
}

/** A copy of a sample in a folder of its own, with both Dockerfiles. Its images and folder go with it. */
export class Place implements AsyncDisposable {
  readonly folder: string;
  readonly system: System;
  readonly env: NodeJS.ProcessEnv;
  readonly tags: Readonly<Record<Whose, string>>;
  #dockerfile = "";
  #target = "";
  readonly #tag = `bench-${randomBytes(4).toString("hex")}`;

  private constructor(system: System, env: NodeJS.ProcessEnv) {
    this.folder = copySample(join(root, "samples", system.sample), {
      label: "bench",
      ...(system.stack === undefined ? {} : { stack: system.stack }),
    });
    this.system = system;
    this.env = { ...env, TAG: this.#tag, EXTRA_CA: authorities() ?? "" };
    this.tags = {
      gantry: `${system.sample}-${system.image}:${this.#tag}`,
      document: `gantry-bench/${system.name}:${this.#tag}`,
    };
  }

  /** Copies, renders, and gets all base images. */
  static async of(system: System): Promise<Place> {
    const engine = await ensureEngine();
    const place = new Place(system, { ...process.env, ...engine.env });
    const { folder } = place;
    const project = await loadProject({ cwd: folder, typeCheck: false });
    await renderFiles(project);
    const image = project.blueprint("production").images[system.image];
    if (image === undefined) throw new Error(`${system.sample} has no image ${system.image}`);
    place.#dockerfile = join(folder, image.dockerfile);
    place.#target = system.image;
    await ensureImages(engine, [
      ...baseImages(project),
      ...(system.document?.online ?? []),
      system.floor.base,
    ]);
    if (system.document !== undefined) {
      const own = join(folder, "document.Dockerfile");
      copyFileSync(join(documents, system.document.folder, "Dockerfile"), own);
      copyFileSync(join(documents, system.document.folder, "Dockerfile.dockerignore"), `${own}.dockerignore`);
      for (const base of system.document.online) await place.#trusting(base);
    }
    return place;
  }

  /** What a build takes, to the image in the engine. */
  async build(whose: Whose, ...flags: readonly string[]): Promise<Taken> {
    const used = processorUsed();
    const begun = performance.now();
    await this.docker(...(whose === "gantry" ? this.#bake(flags) : this.#plain(flags)));
    const time = performance.now() - begun;
    const after = processorUsed();
    return { time, processor: used === undefined || after === undefined ? undefined : after - used };
  }

  /** Other ids: the cache mounts of this builder are as empty as those of a new one, and nobody else's are touched. */
  emptyCacheMounts(): void {
    const salt = randomBytes(4).toString("hex");
    for (const file of [this.#dockerfile, join(this.folder, "document.Dockerfile")]) {
      if (file.endsWith("document.Dockerfile") && this.system.document === undefined) continue;
      const text = readFileSync(file, "utf8");
      writeFileSync(
        file,
        text.replaceAll(/--mount=type=cache,\S+/g, (mount) => salted(mount, salt)),
      );
    }
  }

  /** Adds a line to a source file, another one each time. */
  changeLine(): void {
    const { file, text } = this.system.line;
    appendFileSync(join(this.folder, file), text(randomBytes(6).toString("hex")));
  }

  /** What `docker` printed. */
  async docker(...args: readonly string[]): Promise<string> {
    const { stdout } = await run("docker", args, {
      cwd: this.folder,
      env: this.env,
      maxBuffer: 256 * 1024 ** 2,
    });
    return stdout.trim();
  }

  /** Unpacked size of an image in bytes. */
  async size(reference: string): Promise<number> {
    return Number(await this.docker("image", "inspect", "--format", "{{.Size}}", reference));
  }

  /** Bytes that the network's authorities add to the document's image: they are of this network, not of the document. */
  async foreign(): Promise<number> {
    const base = this.system.document?.online.find((name) => name.startsWith("python"));
    if (base === undefined || authorities() === undefined) return 0;
    return (await this.size(trustingName(base))) - (await this.size(base));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const trusting = (this.system.document?.online ?? []).map(trustingName);
    for (const tag of [...Object.values(this.tags), ...trusting])
      await this.docker("image", "rm", tag).catch(() => {});
    rmSync(this.folder, { recursive: true, force: true });
  }

  #bake(flags: readonly string[]): readonly string[] {
    const file = join(this.folder, "deploy/docker-bake.hcl");
    return ["buildx", "bake", "--file", file, this.#target, "--load", "--progress", "quiet", ...flags];
  }

  #plain(flags: readonly string[]): readonly string[] {
    const { context = ".", online = [] } = this.system.document ?? {};
    const contexts =
      authorities() === undefined
        ? []
        : online.flatMap((base) => ["--build-context", `${base}=docker-image://${trustingName(base)}`]);
    return [
      ...[
        "buildx",
        "build",
        "--load",
        "--progress",
        "quiet",
        "--provenance=false",
        "--tag",
        this.tags.document,
      ],
      ...["--file", "document.Dockerfile", ...contexts, ...flags, context],
    ];
  }

  /** The same image for a network with authorities of its own: the text of the Dockerfile stays as it is. */
  async #trusting(base: string): Promise<void> {
    const file = authorities();
    if (file === undefined) return;
    const folder = mkdtempSync(join(tmpdir(), "gantry-bench-"));
    try {
      copyFileSync(file, join(folder, "ca.pem"));
      const names = [
        "PIP_CERT",
        "REQUESTS_CA_BUNDLE",
        "SSL_CERT_FILE",
        "NODE_EXTRA_CA_CERTS",
        "CARGO_HTTP_CAINFO",
      ];
      const values = names.map((name) => `${name}=/ca.pem`).join(" ");
      writeFileSync(
        join(folder, "Dockerfile"),
        `FROM ${base}\nCOPY --chmod=644 ca.pem /ca.pem\nENV ${values}\n`,
      );
      await this.docker("buildx", "build", "--load", "--quiet", "--tag", trustingName(base), folder);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

/** File with the authorities that this network needs beside the public ones. */
export const authorities = (): string | undefined => extraAuthorities(process.env);

const trustingName = (base: string): string => `gantry-bench/${base.replaceAll(/[^\w.-]/g, "-")}:trusting`;

function salted(mount: string, salt: string): string {
  const target = /,target=([^,]+)/.exec(mount)?.[1] ?? "";
  const id = (/,id=([^,]+)/.exec(mount)?.[1] ?? target).replace(/^bench-\w{8}-/, "").replaceAll("/", "-");
  return `${mount.replace(/,id=[^,]+/, "")},id=bench-${salt}-${id}`;
}
