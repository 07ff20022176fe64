import type { ProjectFacts } from "../../read/facts.ts";
import { fileNameOf } from "../../read/paths.ts";

/** Workflows, scripts and make files: what makes files that are not in the repository. */
const scripts =
  /^\.github\/workflows\/[^/]+\.ya?ml$|(?:^|\/)(?:\.gitlab-ci\.yml|\.travis\.yml|Jenkinsfile|[Mm]akefile|[Jj]ustfile|Taskfile\.ya?ml)$|\.(?:ba)?sh$/;

/** Whether a script of the project writes a file of this name, wherever: `echo A=1 >> .env`, `cp example.env .env`. */
export function isMadeByScript(facts: ProjectFacts, path: string): boolean {
  const name = fileNameOf(path).replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const written = new RegExp(
    `(?:>|\\btee\\s(?:-a\\s)?|\\b(?:cp|mv|ln|install)\\s[^\\n;&|]{0,200}\\s)\\s{0,9}["']?(?:[^\\s;&|"'>]{0,100}/)?${name}["']?\\s{0,9}(?:[;&|)#\\n]|$)`,
  );
  return facts.paths.some((one) => scripts.test(one) && written.test(facts.readText(one) ?? ""));
}
