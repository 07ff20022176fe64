import type { Blueprint, Variable } from "../blueprint/model.ts";

/** Variables that Compose and Bake read, with their defaults and what they are for. */
export function variables(blueprint: Blueprint): readonly Variable[] {
  const found: Variable[] = [
    {
      name: "REGISTRY",
      value: blueprint.registry.prefix,
      comment: "Registry and namespace of the images, such as ghcr.io/acme. Empty: images of this machine.",
    },
    {
      name: "TAG",
      value: blueprint.registry.defaultTag,
      comment: "Version of the images. In production a commit or a version, never `latest`.",
    },
  ];
  if (Object.keys(blueprint.secrets).length > 0) {
    found.push({
      name: "SECRETS_DIR",
      value: `../.gantry/secrets/${blueprint.environment}`,
      comment: `Folder with a file per secret: ${Object.keys(blueprint.secrets).join(", ")}. Keep it out of version control.`,
    });
  }
  for (const service of Object.values(blueprint.services)) {
    for (const port of service.published) {
      found.push({
        name: port.variable,
        value: String(port.port),
        comment: `Port of the host for ${service.name} (${port.host}).`,
      });
    }
    for (const secret of service.secrets) {
      if (secret.exposed === undefined || found.some((variable) => variable.name === secret.secret)) continue;
      found.push({
        name: secret.secret,
        value: "",
        comment: `Secret that ${service.name} gets as environment, because its software reads no file. Do not write it here.`,
      });
    }
  }
  return found;
}
