import { copyDestination, copySources, findStage, flag } from "../../read/dockerfile/questions.ts";
import { eachInstruction } from "../../read/walk.ts";
import { pythonOf } from "../dockerfile/bases.ts";
import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import type { Rule } from "../types.ts";

/** Packages copied to (or from) the folder of another Python version. */
export const pythonPackagesMisplaced: Rule = {
  code: "GD016",
  name: "python-packages-misplaced",
  family: "dockerfile",
  rank: "will-fail",
  what: "A COPY names the library folder of a Python version that the image does not have.",
  why: "Python 3.13 reads lib/python3.13 and nothing else. Packages in the folder of another version are not found (`ModuleNotFoundError`), and a source folder of another version does not exist, which ends the build.",
  fix: "Use the same Python version in both stages and in the path, or copy a virtual environment, whose path has no version.",
  examples: {
    bad: [
      dockerfileExampleAt(
        [4],
        "FROM python:3.12-slim AS build",
        "RUN pip install flask",
        "FROM python:3.13-slim",
        "COPY --from=build /usr/local/lib/python3.12/site-packages /usr/local/lib/python3.12/site-packages",
      ),
    ],
    good: [
      dockerfileExample(
        "FROM python:3.13-slim AS build",
        "RUN pip install flask",
        "FROM python:3.13-slim",
        "COPY --from=build /usr/local/lib/python3.13/site-packages /usr/local/lib/python3.13/site-packages",
      ),
      dockerfileExample(
        "FROM python:3.13-slim AS build",
        "FROM gcr.io/distroless/python3-debian12",
        "COPY --from=build /usr/local/lib/python3.13/site-packages /packages",
      ),
    ],
  },
  *check(facts) {
    for (const { dockerfile, stage, instruction, onbuild } of eachInstruction(facts, "COPY")) {
      if (stage === undefined || onbuild) continue;
      const target = copyDestination(instruction);
      const here = pythonOf(stage.rootImage);
      const wanted = versionIn(target?.value);
      if (target !== undefined && wanted !== undefined && here !== undefined && wanted !== here) {
        yield {
          at: target.span,
          message: `${stage.rootImage?.text} has Python ${here}, which does not look into ${target.value}.`,
          fix: `Write /usr/local/lib/python${here}/site-packages, and build the packages with Python ${here}.`,
          related: [{ at: stage.baseSpan, message: `Python ${here}` }],
        };
        continue;
      }
      const from = flag(instruction, "from")?.value;
      const source = from === undefined ? undefined : findStage(dockerfile, from);
      const there = pythonOf(source?.rootImage);
      for (const word of copySources(instruction)) {
        const version = versionIn(word.value);
        if (version === undefined || there === undefined || version === there || source === undefined)
          continue;
        yield {
          at: word.span,
          message: `Stage ${from} has Python ${there} (${source.rootImage?.text}), so there is no ${word.value} in it.`,
          fix: `Write python${there} in the path.`,
          related: [{ at: source.baseSpan, message: `Python ${there}` }],
        };
      }
    }
  },
};

function versionIn(path: string | undefined): string | undefined {
  if (!path?.startsWith("/usr/local/lib/python")) return undefined;
  return /^\/usr\/local\/lib\/python(3\.\d+)\//.exec(path)?.[1];
}
