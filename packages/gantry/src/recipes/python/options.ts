import type { Shape } from "../../base/shape.ts";
import { command, flag, list, object, oneOf, record, shape, size, text } from "../../base/shape.ts";

/** How a Python application becomes an image. Everything is found out from the files when it is not given. */
export interface PythonOptions {
  /** Folder of the application, with its pyproject.toml or requirements; relative to `stack.ts`. Default: `.`. */
  readonly context?: string;
  /** Python's version: `3.13`. Default: `.python-version`, else 3.13, or the lowest that the project accepts. */
  readonly version?: string;
  /** Variant of the official image. Default: `slim-trixie`. */
  readonly variant?: string;
  /** What installs. Default: found by the lock file: uv.lock, poetry.lock or a pinned requirements file. */
  readonly manager?: "pip" | "uv" | "poetry";
  /** Pinned requirements, for pip. Default: `requirements.txt`, or `requirements/production.txt`. */
  readonly requirements?: string;
  /**
   * The requirements name every package that is installed, each with one version, so that two builds are the same.
   * Default: true. False: pip chooses what they leave open, anew with each build that has no cache.
   */
  readonly locked?: boolean;
  /** Pinned requirements of development and tests, for pip. Default: `requirements-dev.txt`, or `requirements/dev.txt`. */
  readonly devRequirements?: string;
  /** Debian packages that every stage needs, such as `chromium`. */
  readonly packages?: readonly string[];
  /** Debian packages that only installing needs, such as `build-essential`: compilers never reach production. */
  readonly buildPackages?: readonly string[];
  /** Commands that run on the sources while the image is built, without network. */
  readonly build?: readonly (readonly string[])[];
  /** Variables of those commands and of collectstatic; they are in no image. Never secrets. */
  readonly buildEnv?: Readonly<Record<string, string>>;
  /** Collect Django's static files in the build. Default: true when there is a manage.py and settings with STATIC_ROOT. */
  readonly collectstatic?: boolean;
  /**
   * Compile to bytecode in the build. Default: true: the running process cannot write it, and would compile every module
   * again at each start. False makes the image smaller.
   */
  readonly bytecode?: boolean;
  /** Keep the debug symbols of compiled packages, for debuggers of C code. Default: false; they are most of such packages' size. */
  readonly debugSymbols?: boolean;
  /** Files and folders that only tests need, below `context`. Default: `tests`, `test` and `conftest.py`. */
  readonly tests?: readonly string[];
  /** Folder that imports start from, below `context`: PYTHONPATH. Default: `.`. */
  readonly importFrom?: string;
  /** Folder of the application in the image. Default: `/app`. */
  readonly workdir?: string;
  /** Name of user 1000, who runs it. Default: `app`. */
  readonly userName?: string;
  /** What runs. Default: the one script that pyproject.toml declares. */
  readonly command?: readonly string[];
  /** What runs in development. Default: the command, reloading, where the server can: uvicorn, gunicorn, Flask, Django. */
  readonly dev?: readonly string[];
  /** Build arguments with defaults. Never secrets: they can be read from the image. */
  readonly args?: Readonly<Record<string, string>>;
  /** Further patterns for the image's `.dockerignore`. */
  readonly ignore?: readonly string[];
  /** Largest accepted size of the image, such as `"200m"`. */
  readonly budget?: string;
}

const userName: Shape = shape(
  "a user's name, in small letters",
  (value) => typeof value === "string" && /^[a-z_][a-z0-9_-]{0,30}$/.test(value) && value !== "root",
);

const absolute: Shape = shape(
  'an absolute path such as "/app"',
  (value) => typeof value === "string" && /^\/[\w./-]*\w$/.test(value),
);

/** Form of {@link PythonOptions}. */
export const pythonShape: Shape = object({
  context: text,
  version: shape(
    'a version such as "3.13"',
    (value) => typeof value === "string" && /^3(\.\d+){1,2}$/.test(value),
  ),
  variant: text,
  manager: oneOf(["pip", "uv", "poetry"]),
  requirements: text,
  devRequirements: text,
  locked: flag,
  packages: list(text),
  buildPackages: list(text),
  build: list(command),
  buildEnv: record(text),
  collectstatic: flag,
  bytecode: flag,
  debugSymbols: flag,
  tests: list(text),
  importFrom: text,
  workdir: absolute,
  userName,
  command,
  dev: command,
  args: record(text),
  ignore: list(text),
  budget: size,
});
