import type { Problem } from "../base/errors.ts";
import type { Shape } from "../base/shape.ts";
import type { FileTree } from "../blueprint/files.ts";
import type { BuildPlan } from "../blueprint/plan.ts";

/** What a recipe is given. */
export interface PlanInput<Options> {
  readonly options: Options;
  /** The project's files, from the stack's folder. */
  readonly files: FileTree;
  /** Name of the image, for cache ids. */
  readonly image: string;
  /** Path in the stack, for problems: `services.api.build`. */
  readonly path: string;
}

/** A plan, or what stands in its way. */
export type PlanResult =
  | { readonly plan: BuildPlan; readonly problems?: readonly Problem[] }
  | { readonly problems: readonly Problem[] };

/**
 * How a toolchain becomes an image. One file or folder each; registered once, in `recipes/index.ts`, and its `suggest` in
 * `recipes/suggestions.ts`.
 */
export interface RecipeDefinition<Options = never> {
  readonly name: string;
  /** Form of the options; checked before `plan` is called. */
  readonly shape: Shape;
  /** Pure: the same files and options give the same plan. */
  plan(input: PlanInput<Options>): PlanResult;
}
