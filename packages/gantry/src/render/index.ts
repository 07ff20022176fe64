import { compareText } from "../base/errors.ts";
import { joinPath } from "../blueprint/files.ts";
import type { Blueprint } from "../blueprint/model.ts";
import { renderBake } from "./bake.ts";
import { composeFileName, renderCompose } from "./compose/index.ts";
import { renderDockerfile, renderIgnore } from "./dockerfile.ts";
import { renderEnvExample } from "./env.ts";
import { header } from "./header.ts";

/** Every file of a stack, from its blueprints: path below the stack's folder, to content. Sorted, and pure. */
export function render(blueprints: readonly Blueprint[]): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  const any = blueprints[0];
  if (any === undefined) return files;
  const put = (path: string, content: string): void => void files.set(joinPath(any.output, path), content);

  put("docker-bake.hcl", renderBake(blueprints));
  put(".env.example", renderEnvExample(blueprints));
  for (const blueprint of blueprints) {
    put(composeFileName(blueprint.environment), renderCompose(blueprint));
    for (const image of Object.values(blueprint.images)) {
      if (image.plan.dockerfile !== undefined) continue;
      files.set(
        image.dockerfile,
        renderDockerfile(image.plan, blueprint.source, blueprint.overrides.dockerfile[image.name]),
      );
      if (image.plan.ignore.length > 0)
        files.set(`${image.dockerfile}.dockerignore`, renderIgnore(image.plan.ignore, blueprint.source));
    }
    for (const [path, content] of Object.entries(blueprint.files))
      put(path, headed(path, content, blueprint.source));
  }
  return new Map([...files].sort(([a], [b]) => compareText(a, b)));
}

/** A file that a part made, headed by its origin, in its own language's comments. */
function headed(path: string, content: string, source: string): string {
  const line = header(source);
  if (path.endsWith(".sql")) return `${line.replaceAll(/^# /gm, "-- ")}\n${content}`;
  // JSON knows no comments; its readers pass over a key that they do not know.
  if (path.endsWith(".json"))
    return content.replace(/^\{\n/, `{\n  "//": ${JSON.stringify(line.replace(/^# /, ""))},\n`);
  if (/\.m?js$/.test(path)) return `${line.replaceAll(/^# /gm, "// ")}\n${content}`;
  // The kernel reads the interpreter of a script from its very first line.
  if (content.startsWith("#!")) return content.replace("\n", `\n${line}\n`);
  return `${line}\n${content}`;
}
