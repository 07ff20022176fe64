import { dockerfileRecipe } from "./dockerfile/index.ts";
import { nodeRecipe } from "./node.ts";
import { pythonRecipe } from "./python/index.ts";
import { rustRecipe } from "./rust/index.ts";
import { siteRecipe } from "./site.ts";
import type { RecipeDefinition } from "./types.ts";

/** Every recipe, by the name that stacks use. A test holds this list and the folder together. */
export const recipes: Readonly<Record<string, RecipeDefinition>> = {
  dockerfile: dockerfileRecipe as RecipeDefinition,
  node: nodeRecipe as RecipeDefinition,
  python: pythonRecipe as RecipeDefinition,
  rust: rustRecipe as RecipeDefinition,
  site: siteRecipe as RecipeDefinition,
};
