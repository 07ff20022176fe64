import { parseEnvFile } from "../env/parse.ts";
import type { YamlMap } from "../yaml/model.ts";
import { at, isDynamic, itemsOf, textAt } from "../yaml/questions.ts";
import { assignments } from "./entries.ts";
import type { EnvFileUse, EnvironmentEntry } from "./model.ts";
import { type ComposeScope, pathIn } from "./scope.ts";

/** Variables of a service in the end effect: env files in order, then `environment`, later ones over earlier. */
export function readEnvironment(
  scope: ComposeScope,
  service: YamlMap,
): { readonly environment: readonly EnvironmentEntry[]; readonly envFiles: readonly EnvFileUse[] } {
  const entries = new Map<string, EnvironmentEntry>();
  const envFiles: EnvFileUse[] = [];
  for (const item of itemsOf(at(service, "env_file"))) {
    const text = textAt(item) ?? textAt(item, "path");
    if (text === undefined) continue;
    const path = isDynamic(item) ? undefined : pathIn(scope, item.span, text);
    const content = path === undefined ? undefined : scope.reader.text(path);
    const required = textAt(item, "required") !== "false";
    envFiles.push({ path, text, required, exists: content !== undefined, span: item.span });
    if (path === undefined || content === undefined) continue;
    if (textAt(item, "format") === "raw") continue;
    for (const entry of parseEnvFile(path, content, scope.lookup).entries) {
      entries.set(entry.name, { ...entry, from: "env_file" });
    }
  }
  for (const entry of assignments(at(service, "environment"))) entries.set(entry.name, entry);
  return { environment: [...entries.values()], envFiles };
}
