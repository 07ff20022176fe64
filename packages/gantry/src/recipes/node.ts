import { command, either, flag, isList, isText, list, object, record, text } from "../base/shape.ts";
import type { Recipe } from "../blueprint/plan.ts";
import { recipeProblem } from "./common.ts";
import { type PackageOptions, packageKeys } from "./javascript/options.ts";
import { planPackage } from "./javascript/stages.ts";
import type { PlanInput, PlanResult, RecipeDefinition } from "./types.ts";

/** How a Node service becomes an image. Everything is found out from the files when it is not given. */
export interface NodeOptions extends PackageOptions {
  /** What the build makes and the image needs. Default: package.json's `files`, or `dist`. */
  readonly output?: string | readonly string[];
  /** Further files that the image needs when there is a build, such as `migrations`. */
  readonly include?: readonly string[];
  /** What runs. Default: package.json's `start` script when it is one plain command, or `main`. */
  readonly command?: readonly string[];
  /** What runs in development. Default: package.json's `dev` script, or `node --watch` on the start command. */
  readonly dev?: readonly string[];
  /**
   * Ship only the packages that Next.js traced. Default: true when its configuration has `output: "standalone"`. `false`
   * ships all production packages, for jobs in `before` that need others.
   */
  readonly standalone?: boolean;
  /** Build arguments with defaults. Never secrets: they can be read from the image. */
  readonly args?: Readonly<Record<string, string>>;
}

/** A Node service: npm, pnpm or Yarn, with or without a build, alone or in a workspace. */
export function node(options: NodeOptions = {}): Recipe {
  return { recipe: "node", options: { ...options } };
}

function planNode(input: PlanInput<NodeOptions>): PlanResult {
  const { options, path } = input;
  const result = planPackage(input, {
    build: options.build,
    outputs: typeof options.output === "string" ? [options.output] : options.output,
    include: options.include,
    args: options.args,
    command: options.command,
    dev: options.dev,
    standalone: options.standalone,
  });
  if (result.plan === undefined) return { problems: result.problems };
  if (result.plan.image.command.length > 0) return { plan: result.plan, problems: result.problems };
  return {
    problems: [
      recipeProblem(
        "GTY2105",
        path,
        "nothing says how the service starts",
        "package.json has neither a `start` script that is one plain command, nor `main`.",
        'Give `command: ["node", "dist/server.js"]` to node(), or add a `start` script.',
      ),
    ],
  };
}

const texts = either({ when: isText, use: text }, { when: isList, use: list(text) });

/** Node services. */
export const nodeRecipe: RecipeDefinition<NodeOptions> = {
  name: "node",
  shape: object({
    ...packageKeys,
    output: texts,
    include: list(text),
    command,
    dev: command,
    standalone: flag,
    args: record(text),
  }),
  plan: planNode,
};
