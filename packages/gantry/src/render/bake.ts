import { relativePath } from "../blueprint/files.ts";
import type { Blueprint, ImageBlueprint } from "../blueprint/model.ts";
import { environmentNames } from "../blueprint/plan.ts";
import { header } from "./header.ts";

/** Name of an image's target in one environment: `api` in production, `api-dev`, `api-test`. */
export function targetName(image: string, environment: Blueprint["environment"]): string {
  return environment === "production" ? image : `${image}-${environment}`;
}

/** One Bake file for all environments: a group for each, and a target for each image in each. */
export function renderBake(blueprints: readonly Blueprint[]): string {
  const any = blueprints[0];
  if (any === undefined) return "";
  const blocks: string[] = [
    header(any.source, [
      "Build from the folder of the stack, so that contexts are found:",
      `  docker buildx bake -f ${any.output}/docker-bake.hcl production --load`,
      `Bake reads no .env. Where ${any.output}/.env sets REGISTRY or TAG for Compose, let the shell have them first:`,
      `  set -a; . ${any.output}/.env; set +a`,
    ]),
    ...variables(any),
    `# An image's name in the registry, or on this machine when REGISTRY is empty.
function "tagged" {
  params = [repository, tag]
  result = [join("", [REGISTRY == "" ? "" : "\${REGISTRY}/", repository, ":", TAG == "" ? tag : TAG])]
}`,
    group("default", ["production"]),
  ];
  for (const environment of environmentNames) {
    const blueprint = blueprints.find((candidate) => candidate.environment === environment);
    if (blueprint === undefined) continue;
    blocks.push(
      group(
        environment,
        Object.keys(blueprint.images).map((image) => targetName(image, environment)),
      ),
    );
  }
  const names = new Set(
    blueprints.flatMap((blueprint) => Object.values(blueprint.images).flatMap((image) => image.groups)),
  );
  for (const name of [...names].sort()) {
    const production = blueprints.find((blueprint) => blueprint.environment === "production");
    blocks.push(
      group(
        name,
        Object.values(production?.images ?? {})
          .filter((image) => image.groups.includes(name))
          .map((image) => image.name),
      ),
    );
  }
  blocks.push(baseTarget, releaseTarget(any));
  for (const blueprint of blueprints) {
    for (const image of Object.values(blueprint.images)) blocks.push(target(image, blueprint));
  }
  if (any.overrides.bake.length > 0)
    blocks.push(["# From the stack's overrides.", ...any.overrides.bake].join("\n"));
  return `${blocks.join("\n\n")}\n`;
}

function variables(blueprint: Blueprint): readonly string[] {
  const variable = (name: string, value: string | boolean, comment: string): string =>
    `# ${comment}\nvariable ${JSON.stringify(name)} {\n  default = ${JSON.stringify(value)}\n}`;
  return [
    variable(
      "REGISTRY",
      blueprint.registry.prefix,
      "Registry and namespace, such as ghcr.io/acme; empty for images of this machine.",
    ),
    variable("TAG", "", "Tag of all images; empty for the environment's own: dev, test, latest."),
    variable("VERSION", "", "Version and commit, for the images' labels."),
    variable("REVISION", "", "Commit that is built."),
    variable(
      "SOURCE_DATE_EPOCH",
      "",
      "Seconds since 1970 that images are dated with, so that the same source gives the same image.",
    ),
    variable(
      "EXTRA_CA",
      "",
      "File with further certificate authorities, for networks that inspect traffic; it is in no layer.",
    ),
    ...(blueprint.build.registryCache
      ? [
          variable(
            "CACHE_TO",
            false,
            "Write the build cache to the registry; for CI, which has the right to push.",
          ),
        ]
      : []),
  ];
}

function group(name: string, targets: readonly string[]): string {
  return `group ${JSON.stringify(name)} {\n  targets = ${list(targets)}\n}`;
}

function target(image: ImageBlueprint, blueprint: Blueprint): string {
  const { environment, build } = blueprint;
  const { plan } = image;
  const production = environment === "production";
  const contexts = Object.entries(plan.contexts).map(([name, source]): readonly [string, string] => [
    name,
    source.kind === "folder"
      ? source.path
      : source.kind === "image"
        ? `target:${targetName(source.image, environment)}`
        : `docker-image://${source.reference}`,
  ]);
  const secrets = plan.secrets
    .filter((secret) => secret.id !== "extra-ca")
    .map((secret) => {
      const from =
        secret.from === undefined
          ? ""
          : "file" in secret.from
            ? `,src=${secret.from.file}`
            : `,env=${secret.from.variable}`;
      return `id=${secret.id}${from}`;
    });
  const cache = `type=registry,ref=\${REGISTRY}/${image.repository}:buildcache`;
  const fields: readonly (readonly [string, string] | undefined)[] = [
    ["inherits", list(production ? ["_base", "_release"] : ["_base"])],
    ["context", JSON.stringify(plan.context)],
    ["dockerfile", JSON.stringify(relativePath(plan.context, image.dockerfile))],
    image.target === undefined ? undefined : ["target", JSON.stringify(image.target)],
    contexts.length === 0 ? undefined : ["contexts", map(contexts)],
    ["tags", `tagged(${JSON.stringify(image.repository)}, ${JSON.stringify(blueprint.registry.defaultTag)})`],
    Object.keys(plan.args).length === 0 ? undefined : ["args", map(Object.entries(plan.args))],
    secrets.length === 0 ? undefined : ["secret", listWithCa(secrets)],
    production && build.platforms.length > 0 ? ["platforms", list(build.platforms)] : undefined,
    build.registryCache ? ["cache-from", `REGISTRY == "" ? [] : ["${cache}"]`] : undefined,
    build.registryCache ? ["cache-to", `CACHE_TO && REGISTRY != "" ? ["${cache},mode=max"] : []`] : undefined,
    production && (build.sbom || build.provenance)
      ? [
          "attest",
          list([
            ...(build.provenance ? ["type=provenance,mode=max"] : []),
            ...(build.sbom ? ["type=sbom"] : []),
          ]),
        ]
      : undefined,
  ];
  const present = fields.filter((field) => field !== undefined);
  return `target ${JSON.stringify(targetName(image.name, environment))} {\n${present.map(([key, value]) => `  ${key} = ${value}`).join("\n")}\n}`;
}

function map(entries: readonly (readonly [string, string | { raw: string }])[]): string {
  const lines = entries.map(
    ([key, value]) =>
      `    ${JSON.stringify(key)} = ${typeof value === "string" ? JSON.stringify(value) : value.raw}`,
  );
  return `{\n${lines.join("\n")}\n  }`;
}

const list = (values: readonly string[]): string =>
  `[${values.map((value) => JSON.stringify(value)).join(", ")}]`;

const listWithCa = (secrets: readonly string[]): string =>
  `concat(${list(secrets)}, EXTRA_CA == "" ? [] : ["id=extra-ca,src=\${EXTRA_CA}"])`;

/** What all targets have in common. */
const baseTarget = `target "_base" {
  args = {
    "SOURCE_DATE_EPOCH" = SOURCE_DATE_EPOCH == "" ? null : SOURCE_DATE_EPOCH
  }
  secret = EXTRA_CA == "" ? [] : ["id=extra-ca,src=\${EXTRA_CA}"]
}`;

/** Labels of released images only: a new commit must not replace a container in development. */
function releaseTarget({ build }: Blueprint): string {
  const labels = map([
    ["org.opencontainers.image.version", { raw: "VERSION" }],
    ["org.opencontainers.image.revision", { raw: "REVISION" }],
    ...(build.sourceUrl === "" ? [] : [["org.opencontainers.image.source", build.sourceUrl] as const]),
  ]);
  return `target "_release" {\n  labels = ${labels}\n}`;
}
