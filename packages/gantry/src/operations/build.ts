import type { OperationContext } from "./context.ts";

/** What `gantry build` may be told. */
export interface BuildOptions {
  /** Images to build; all of the environment when absent. */
  readonly images?: readonly string[];
  /** Take nothing from the cache. */
  readonly noCache?: boolean;
  /** Get base images anew, even when there are some. */
  readonly pull?: boolean;
  /** Prefix such as `ghcr.io/acme`; the stack's own when absent. */
  readonly registry?: string;
  /** Tag; the stack's default when absent. */
  readonly tag?: string;
}

/** One image that was built. */
export interface BuiltImage {
  readonly name: string;
  /** Full reference with registry and tag. */
  readonly reference: string;
  /** Id of the image in the engine, `sha256:…`. */
  readonly id: string;
  /** Unpacked size in bytes. */
  readonly sizeBytes: number;
  readonly budgetBytes: number | undefined;
  /** Steps that came from the cache, of all. */
  readonly steps: { readonly cached: number; readonly all: number };
  /** Whether the engine already had exactly this image. */
  readonly unchanged: boolean;
  readonly durationMs: number;
}

/** What `gantry build` did. */
export interface BuildResult {
  readonly images: readonly BuiltImage[];
  /** Rendered files that were written because they differed, relative to the stack's folder. */
  readonly written: readonly string[];
  readonly durationMs: number;
}

/**
 * Writes the rendered files where they differ, builds the images of the environment and holds them to their budgets.
 * A failed build rejects with exit `buildFailed`: the step, its command, its last lines.
 */
export async function build(_context: OperationContext, _options: BuildOptions = {}): Promise<BuildResult> {
  throw new Error("not there yet");
}
