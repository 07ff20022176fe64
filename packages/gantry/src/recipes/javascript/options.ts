import type { Shape } from "../../base/shape.ts";
import { either, flag, isText, list, oneOf, size, text } from "../../base/shape.ts";

/** What every package of npm, pnpm or Yarn may say; the rest is found out from its files. */
export interface PackageOptions {
  /** Folder of the package, or of the workspace's root; relative to `stack.ts`. Default: `.`. */
  readonly context?: string;
  /** Package inside a workspace, as a path below `context`: `apps/api`. Default: the root itself. */
  readonly workspace?: string;
  /** Node's version: `24`, `24.11`. Default: `.nvmrc`, `.node-version`, the lower bound of `engines.node`, or 24. */
  readonly version?: string;
  /** Variant of the official image. Default: `trixie-slim`. */
  readonly variant?: string;
  /**
   * Default: what package.json names, or found by the lock file. Yarn from version 2 on needs `nodeLinker: node-modules`,
   * and comes in the version that `packageManager` in package.json or `yarnPath` names.
   */
  readonly packageManager?: "npm" | "pnpm" | "yarn";
  /** Script that builds, or `false` for sources that run as they are. Default: `build` when package.json has it. */
  readonly build?: string | false;
  /** The build may open connections, to fetch fonts or content. Default: false, so that two builds are the same. */
  readonly internet?: boolean;
  /** Debian packages that every stage needs, such as `chromium`. */
  readonly packages?: readonly string[];
  /** Further patterns for the image's `.dockerignore`. */
  readonly ignore?: readonly string[];
  /** Largest accepted size of the image, such as `"250m"`. */
  readonly budget?: string;
}

/** Form of {@link PackageOptions}. */
export const packageKeys: Readonly<Record<string, Shape>> = {
  context: text,
  workspace: text,
  version: text,
  variant: text,
  packageManager: oneOf(["npm", "pnpm", "yarn"]),
  build: either({ when: isText, use: text }, { when: (value) => value === false, use: flag }),
  internet: flag,
  packages: list(text),
  ignore: list(text),
  budget: size,
};
