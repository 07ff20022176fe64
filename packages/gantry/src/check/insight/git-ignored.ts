import type { ProjectFacts } from "../../read/facts.ts";
import { parseIgnoreFile } from "../../read/ignore/parse.ts";
import { isIgnored } from "../../read/ignore/questions.ts";

/** Whether git leaves a path out, by the `.gitignore` files above it; `undefined` when there is none. */
export function isGitIgnored(facts: ProjectFacts, path: string): boolean | undefined {
  let answer: boolean | undefined;
  for (const folder of foldersAbove(path)) {
    const text = facts.readText(`${folder}.gitignore`);
    if (text === undefined) continue;
    // A line of git without a slash, but at its end, means any depth; in the dialect of Docker that is written out.
    const anyDepth = text.replace(/^(!?)(?!\/)([^/\n#]+\/?)\r?$/gm, "$1**/$2");
    answer =
      isIgnored(parseIgnoreFile(`${folder}.gitignore`, anyDepth), path.slice(folder.length)) ||
      answer === true;
  }
  return answer;
}

/** `""`, `a/`, `a/b/` for `a/b/c`. */
function foldersAbove(path: string): readonly string[] {
  const parts = path.split("/").slice(0, -1);
  return ["", ...parts.map((_, index) => `${parts.slice(0, index + 1).join("/")}/`)];
}
