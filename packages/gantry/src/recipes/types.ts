import type { Problem } from "../base/errors.ts";
import type { Shape } from "../base/shape.ts";
import type { FileTree } from "../blueprint/files.ts";
import type { BuildPlan } from "../blueprint/plan.ts";
import type { Suggestion } from "../blueprint/suggestion.ts";

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

/** How a toolchain becomes an image. One file or folder each; registered once, in `recipes/index.ts`. */
export interface RecipeDefinition<Options = never> {
  readonly name: string;
  /** Form of the options; checked before `plan` is called. */
  readonly shape: Shape;
  /** What it makes of a folder that it knows, from the folder's own files; `undefined` for one that is not its. */
  suggest(files: FileTree): Suggestion | undefined;
  /** Pure: the same files and options give the same plan. */
  plan(input: PlanInput<Options>): PlanResult;
}
