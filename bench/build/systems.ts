import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The document's own Dockerfile, in `documents/FOLDER`. */
export interface DocumentBuild {
  readonly folder: string;
  /** Folder of the sample that it is given. */
  readonly context: string;
  /** Images that its steps reach a package index from; they are given the authorities of the network that builds. */
  readonly online: readonly string[];
}

/** One image of a sample, and what is done to its sources. */
export interface System {
  readonly name: string;
  readonly sample: string;
  /** Image of the stack, also the target in Bake. */
  readonly image: string;
  readonly document?: DocumentBuild;
  /** A source file and the line that is added to it. */
  readonly line: { readonly file: string; readonly text: (mark: string) => string };
  /** Adds a dependency to manifest and lock file. */
  readonly dependency?: (folder: string) => Promise<void>;
  /** Changes the copied `stack.ts`. */
  readonly stack?: (text: string) => string;
  /** Command that only works where the application is in the image, or its program's file. */
  readonly proof: readonly string[] | { readonly file: string };
  readonly floor: Floor;
  /** Most that the image may have, in MB (10⁶ bytes), by the aims of this project. */
  readonly most?: { readonly megabytes: number; readonly of: string; readonly without?: string };
}

/** What an image must at least hold; see `floor.ts`. */
export type Floor =
  | { readonly kind: "node"; readonly folder: string; readonly base: string }
  | { readonly kind: "page"; readonly folder: string; readonly base: string }
  | {
      readonly kind: "python";
      readonly base: string;
      readonly sources: string;
      readonly packages?: readonly string[];
    }
  | { readonly kind: "rust"; readonly base: string; readonly files: readonly string[] };

const comment = (mark: string): string => `\n# ${mark}\n`;
const slashes = (mark: string): string => `\n// ${mark}\n`;

/** Of another length each time: rustc's output has places in it, and the linker would remember those of a former run. */
const longerSlashes = (mark: string): string =>
  slashes(`${mark} ${".".repeat(Number.parseInt(mark.slice(0, 3), 16))}`);

function edit(path: string, change: (text: string) => string): void {
  const before = readFileSync(path, "utf8");
  const after = change(before);
  if (after === before) throw new Error(`${path} is not what this benchmark knows`);
  writeFileSync(path, after);
}

/** A package more in manifest and lock file of npm. */
async function npmPackage(folder: string): Promise<void> {
  const flags = ["--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund"];
  await run("npm", ["install", ...flags, "mitt@3.0.1"], { cwd: folder });
}

/** A package that is locked already becomes one of the program's own: Cargo writes the same. */
function cratePackage(folder: string): void {
  edit(join(folder, "Cargo.toml"), (text) =>
    text.replace("[dependencies]\n", '[dependencies]\nitoa = "1"\n'),
  );
  edit(join(folder, "Cargo.lock"), (text) =>
    text.replace(/(name = "rustboot"\n[^[]*?dependencies = \[\n(?:(?! "o)[^\]\n]*\n)*)/, '$1 "itoa",\n'),
  );
}

/** A service in Python: its document builds on the slim image, and its floor is counted from the same. */
function pythonSystem(
  name: string,
  own: Pick<System, "image" | "proof"> & {
    /** Folder of the sample that the document's Dockerfile is given. */
    readonly context: string;
    /** Folder that is copied into the image. */
    readonly sources: string;
    /** Source file that gets another line. */
    readonly changed: string;
    readonly packages?: readonly string[];
    readonly most?: NonNullable<System["most"]>;
  },
): System {
  const { context, sources, changed, packages, ...rest } = own;
  return {
    name,
    sample: name,
    document: { folder: name, context, online: ["python:3.13-slim"] },
    line: { file: changed, text: comment },
    floor: {
      kind: "python",
      base: "python:3.13-slim-trixie",
      sources,
      ...(packages === undefined ? {} : { packages }),
    },
    most: { megabytes: 200, of: "Python" },
    ...rest,
  };
}

const program = "/usr/local/bin/rustboot";

const rustboot: System = {
  name: "rustboot",
  sample: "rustboot",
  image: "app",
  line: { file: "app/src/users.rs", text: longerSlashes },
  dependency: async (folder) => cratePackage(join(folder, "app")),
  proof: { file: program },
  floor: { kind: "rust", base: "gcr.io/distroless/static-debian13:nonroot", files: [program] },
  most: { megabytes: 25, of: "distroless, over nothing" },
};

/** All that is measured, quickest first. */
export const systems: readonly System[] = [
  {
    name: "parcel",
    sample: "parcel",
    image: "api",
    line: { file: "server/src/api.ts", text: slashes },
    dependency: (folder) => npmPackage(join(folder, "server")),
    proof: ["node", "--check", "dist/api.js"],
    floor: { kind: "node", folder: "server", base: "node:24-trixie-slim" },
  },
  {
    name: "learn-greek-easy-frontend",
    sample: "learn-greek-easy",
    image: "frontend-site",
    document: { folder: "learn-greek-easy-frontend", context: "frontend", online: ["node:24-slim"] },
    line: { file: "frontend/src/app.jsx", text: slashes },
    dependency: (folder) => npmPackage(join(folder, "frontend")),
    proof: ["cat", "/usr/share/nginx/html/index.html"],
    floor: { kind: "page", folder: "frontend", base: "nginx:1.28-alpine-slim" },
    most: { megabytes: 50, of: "page" },
  },
  pythonSystem("learn-greek-easy", {
    image: "backend",
    context: "backend",
    sources: "backend",
    changed: "backend/src/main.py",
    proof: ["python", "-c", "import fastapi, sqlalchemy, celery, uvicorn"],
  }),
  pythonSystem("ktrdr", {
    image: "backend",
    context: "backend",
    sources: "backend",
    changed: "backend/ktrdr/api.py",
    proof: ["python", "-c", "import fastapi, uvicorn, ktrdr"],
  }),
  pythonSystem("ichrisbirch", {
    image: "api",
    context: ".",
    sources: "ichrisbirch",
    changed: "ichrisbirch/wsgi_api.py",
    proof: ["python", "-c", "import fastapi, flask, psycopg2, gunicorn"],
  }),
  pythonSystem("aaronspindler", {
    image: "web",
    context: ".",
    sources: ".",
    changed: "blog/views.py",
    packages: ["chromium-headless-shell", "fonts-liberation"],
    proof: ["python", "-c", "import django, celery, gevent"],
    most: { megabytes: 200, of: "Python, without Chromium", without: "chromium" },
  }),
  { ...rustboot, document: { folder: "rustboot", context: "app", online: ["rust:1-slim"] } },
  // Without the document's, which is the same as above and takes as long again.
  {
    ...rustboot,
    name: "rustboot-mounts",
    stack: (text) => text.replace('libc: "musl", include', 'libc: "musl", cache: "mounts", include'),
  },
];
