import { Document, isMap, isScalar, type Pair, type Scalar, visit, type YAMLMap } from "yaml";
import type { Blueprint } from "../../blueprint/model.ts";
import { header } from "../header.ts";
import { mergeOverrides, withoutUndefined } from "../merge.ts";
import { composeService, type Plain } from "./service.ts";

/** Name of the Compose file of an environment; the one of `dev` is what `docker compose` finds by itself. */
export function composeFileName(environment: Blueprint["environment"]): string {
  return environment === "dev" ? "compose.yaml" : `compose.${environment}.yaml`;
}

/** The Compose file of one environment, whole: no second file must be merged to read it. */
export function renderCompose(blueprint: Blueprint): string {
  const services = Object.values(blueprint.services);
  const takesCa =
    blueprint.environment !== "production" &&
    Object.values(blueprint.images).some((image) =>
      image.plan.secrets.some((secret) => secret.id === "extra-ca"),
    );
  const secrets: Record<string, Plain> = Object.fromEntries(
    Object.keys(blueprint.secrets)
      .filter((name) =>
        services.some((service) =>
          service.secrets.some((use) => use.secret === name && use.exposed === undefined),
        ),
      )
      .map((name) => [
        name,
        { file: `\${SECRETS_DIR:-../.gantry/secrets/${blueprint.environment}}/${name}` },
      ]),
  );
  if (takesCa) secrets["extra-ca"] = { file: "${EXTRA_CA:-/dev/null}" };
  const plain = withoutUndefined({
    name: blueprint.project,
    "x-logging": { driver: "local", options: { "max-size": "20m", "max-file": "5" } },
    services: Object.fromEntries(
      services.map((service) => [service.name, { ...composeService(service, blueprint), logging: {} }]),
    ),
    networks: Object.fromEntries(
      Object.values(blueprint.networks).map((network) => [
        network.name,
        {
          internal: network.internal ? true : undefined,
          driver_opts: network.isolated ? { "com.docker.network.bridge.enable_icc": "false" } : undefined,
          ipam: network.subnet === undefined ? undefined : { config: [{ subnet: network.subnet }] },
        },
      ]),
    ),
    volumes:
      Object.keys(blueprint.volumes).length === 0
        ? undefined
        : Object.fromEntries(Object.keys(blueprint.volumes).map((name) => [name, {}])),
    secrets: Object.keys(secrets).length === 0 ? undefined : secrets,
  });
  const merged = blueprint.overrides.compose.reduce(
    (whole: unknown, layer) => mergeOverrides(whole, layer),
    plain,
  );
  const document = new Document(merged, { aliasDuplicateObjects: false, compat: "yaml-1.1" });
  comment(document, blueprint);
  return document.toString({ lineWidth: 0, singleQuote: false, flowCollectionPadding: true });
}

/** Comments and layout: what an expert would say, and lists of words on one line. */
function comment(document: Document, blueprint: Blueprint): void {
  document.commentBefore = ` ${header(blueprint.source, [usage[blueprint.environment]]).replaceAll(/^# /gm, "").replaceAll("\n", "\n ")}`;
  const top = document.contents;
  if (!isMap(top)) return;
  const logging = top.get("x-logging");
  if (isMap(logging)) {
    logging.anchor = "logging";
    before(
      top,
      "x-logging",
      " Rotated and compressed by the engine; json-file, its default, grows without end.",
    );
  }
  for (const key of ["x-logging", "services", "networks", "volumes", "secrets"]) space(top, key);
  const services = top.get("services");
  if (isMap(services)) {
    services.items.forEach((pair, index) => {
      const name = String((pair.key as Scalar).value);
      const service = blueprint.services[name];
      if (index > 0) space(services, name);
      if (service?.comment !== undefined) before(services, name, ` ${service.comment}`);
      const body = pair.value;
      if (!isMap(body)) return;
      if (isMap(body.get("logging")) && (body.get("logging") as YAMLMap).items.length === 0)
        body.set("logging", document.createAlias(logging as never, "logging"));
      describeService(body, service);
    });
  }
  const networks = top.get("networks");
  if (isMap(networks))
    for (const network of Object.values(blueprint.networks))
      before(networks, network.name, ` ${network.purpose}`);
  flowShortLists(document);
}

const usage: Readonly<Record<Blueprint["environment"], string>> = {
  dev: "Development: docker compose up --watch (in this folder), or `gantry up --watch`.",
  test: "Tests: throw-away and in memory. `gantry test`, or docker compose -f compose.test.yaml run --rm --build tests",
  production:
    "Production: docker compose -f compose.production.yaml up --detach --wait, or `gantry up --env production`.",
};

function describeService(body: YAMLMap, service: Blueprint["services"][string] | undefined): void {
  if (service === undefined) return;
  const environment = body.get("environment");
  if (isMap(environment)) {
    for (const [name, value] of Object.entries(service.environment))
      if (value.comment !== undefined) before(environment, name, ` ${value.comment}`);
    for (const secret of service.secrets) {
      if (secret.exposed !== undefined)
        before(environment, secret.exposed.variable, " A secret in clear: this software reads no file.");
    }
  }
  if (service.health.probe.kind === "none" && service.role !== "job" && service.role !== "test") {
    body.commentBefore = ` No health check: ${service.health.probe.because}`;
  }
}

function pairOf(map: YAMLMap, key: string): Pair<Scalar, unknown> | undefined {
  return map.items.find((pair) => isScalar(pair.key) && pair.key.value === key) as
    | Pair<Scalar, unknown>
    | undefined;
}

function before(map: YAMLMap, key: string, text: string): void {
  const pair = pairOf(map, key);
  if (pair !== undefined) pair.key.commentBefore = text;
}

function space(map: YAMLMap, key: string): void {
  const pair = pairOf(map, key);
  if (pair !== undefined) pair.key.spaceBefore = true;
}

/** `[a, b]` for lists of short words, and for commands: as people write them. */
function flowShortLists(document: Document): void {
  visit(document, {
    Seq(_key, sequence) {
      const words = sequence.items.map((item) => (isScalar(item) ? String(item.value) : undefined));
      if (words.some((word) => word === undefined)) return;
      const width = words.reduce((sum: number, word) => sum + (word ?? "").length + 4, 0);
      if (width <= 116) sequence.flow = true;
    },
    Map(_key, map, path) {
      const parent = path.at(-1);
      const key = (parent as Pair<Scalar> | undefined)?.key;
      // `db: { condition: service_healthy }` on one line.
      if (
        map.items.length === 1 &&
        isScalar(map.items[0]?.value) &&
        isScalar(key) &&
        pairOf(map, "condition") !== undefined
      )
        map.flow = true;
    },
  });
}
