import { joinPath, subtree } from "../../blueprint/files.ts";
import type { Recipe } from "../../blueprint/plan.ts";
import { debianPackageProblems, recipeProblem, systemPackages } from "../common.ts";
import type { PlanInput, PlanResult, RecipeDefinition } from "../types.ts";
import { type PythonOptions, pythonShape } from "./options.ts";
import { readProject } from "./project.ts";
import { pythonPlan, testFiles } from "./stages.ts";

/** A Python application: pip, uv or Poetry, by its lock file. */
export function python(options: PythonOptions = {}): Recipe {
  return { recipe: "python", options: { ...options } };
}

function planPython({ options, files, path }: PlanInput<PythonOptions>): PlanResult {
  const context = joinPath(options.context ?? ".");
  const own = subtree(files, context);
  const { project, problems } = readProject(own, options, { path, context });
  const wrong = [...problems, ...debianPackageProblems(options, path)];
  if (project === undefined || wrong.length > 0) return { problems: wrong };
  const only = project.scripts.length === 1 ? [project.scripts[0] as string] : undefined;
  const command = options.command ?? only;
  if (command === undefined) {
    return {
      problems: [
        recipeProblem(
          "GTY2128",
          path,
          "nothing says how the service starts",
          project.scripts.length > 1
            ? `pyproject.toml declares several scripts: ${project.scripts.join(", ")}.`
            : "pyproject.toml declares no script.",
          'Give `command` to python(), such as ["uvicorn", "main:app", "--host", "0.0.0.0"]. Services that share the image may have their own.',
        ),
      ],
    };
  }
  return {
    plan: {
      ...pythonPlan({ project, options, context, command, tests: testFiles(own, options.tests) }),
      systemPackages: systemPackages(options, path),
    },
    problems,
  };
}

/** Python applications. */
export const pythonRecipe: RecipeDefinition<PythonOptions> = {
  name: "python",
  shape: pythonShape,
  plan: planPython,
};
