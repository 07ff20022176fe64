import type { Blueprint } from "../blueprint/model.ts";
import { header } from "./header.ts";

/** `.env.example`: every variable that Compose and Bake read, once, with its default in each environment. */
export function renderEnvExample(blueprints: readonly Blueprint[]): string {
  const found = new Map<string, { comment: string; defaults: Map<string, string> }>();
  for (const blueprint of blueprints) {
    for (const variable of blueprint.variables) {
      const entry = found.get(variable.name) ?? {
        comment: variable.comment,
        defaults: new Map<string, string>(),
      };
      entry.defaults.set(blueprint.environment, variable.value);
      found.set(variable.name, entry);
    }
  }
  const source = blueprints[0]?.source ?? "stack.ts";
  const output = blueprints[0]?.output ?? "deploy";
  const blocks = [...found].map(([name, { comment, defaults }]) => {
    const values = [...new Set(defaults.values())];
    const described =
      values.length === 1
        ? []
        : [
            `# Default: ${[...defaults].map(([environment, value]) => `${value || "empty"} in ${environment}`).join(", ")}.`,
          ];
    return [`# ${comment}`, ...described, `#${name}=${values[0] ?? ""}`].join("\n");
  });
  return `${[
    header(source, [
      "Copy to .env beside it, and set what shall differ. Compose and `gantry` read .env; the shell's own variables win over it.",
      `Plain \`docker buildx bake\` does not: \`set -a; . ${output}/.env; set +a\` first, so that it builds what Compose runs.`,
    ]),
    ...blocks,
  ].join("\n\n")}\n`;
}
