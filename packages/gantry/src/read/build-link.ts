import type { Dockerfile, Stage } from "./dockerfile/model.ts";
import type { IgnoreFile } from "./ignore/model.ts";

/** What a build of a Compose service or Bake target is made from. Paths are relative to the project's folder. */
export interface BuildLink {
  /** Folder that is sent; `""` is the project's folder; `undefined` when it is unknown, outside, or a URL. */
  readonly context: string | undefined;
  /** Where the Dockerfile should be; `undefined` when unknown, and for inline ones. */
  readonly dockerfilePath: string | undefined;
  /** `undefined` when there is none at that path. */
  readonly dockerfile: Dockerfile | undefined;
  /** The stage that is built: the target, or the last one; `undefined` when the target does not exist or is unknown. */
  readonly stage: Stage | undefined;
  /** That stage with the arguments that this build gives: its base, ports and settings may be others. */
  readonly built: Stage | undefined;
  /** `NAME.Dockerfile.dockerignore` before `.dockerignore`, as BuildKit takes them. */
  readonly ignore: IgnoreFile | undefined;
}
