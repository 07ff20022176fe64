import { listing, nameProblem } from "../base/names.ts";
import type { FileTree } from "../blueprint/files.ts";
import type { ComposeService } from "../read/compose/model.ts";
import { readComposeProjects } from "../read/compose/projects.ts";
import type { ProjectFiles } from "../read/facts.ts";
import { readerOf } from "../read/reader.ts";
import type { KnownFacts } from "../stack/suggest-facts.ts";
import type { KnownPart } from "../stack/suggest-parts.ts";

/** What a project's Compose files say, and which of their services a stack can take over. */
export interface ComposeFacts extends KnownFacts {
  /** The files that were read. */
  readonly files: readonly string[];
  readonly services: readonly ComposeService[];
  /** One sentence each: what a stack cannot have as it stood there. */
  readonly differs: readonly string[];
}

const fileName = /^(docker-)?compose([.-][\w.-]+)?\.ya?ml$/;

/** Facts of the Compose files in the project's own folder; of several projects, each service once. */
export function composeFacts(tree: FileTree, files: ProjectFiles): ComposeFacts {
  const paths = tree.list("").filter((name) => fileName.test(name));
  const projects = paths.length === 0 ? [] : readComposeProjects(readerOf(files), paths);
  const services = new Map<string, ComposeService>();
  for (const service of projects.flatMap((project) => project.services))
    if (!services.has(service.name)) services.set(service.name, service);
  const all = [...services.values()];
  const parts = all.map(partOf).filter((part) => part !== undefined);
  const built = all.flatMap((service): KnownFacts["built"] => {
    const folder = service.build?.context?.value;
    if (folder === undefined) return [];
    return [
      {
        name: service.name,
        folder: folder === "." ? "" : folder.replace(/\/$/, ""),
        port: service.ports.map(({ target }) => target?.first).find((port) => port !== undefined),
        variables: service.environment.map(({ name }) => name),
        reaches: parts
          .filter((part) =>
            service.environment.some(({ value }) =>
              new RegExp(`(^|[@/])${part.name}(:|/|$)`).test(value ?? ""),
            ),
          )
          .map(({ kind }) => kind),
      },
    ];
  });
  return { files: paths, services: all, parts, built, differs: all.flatMap(differences) };
}

const kinds: readonly (readonly [KnownPart["kind"], RegExp])[] = [
  ["postgres", /^(postgres|postgresql|postgis|pgvector|timescaledb(-ha)?)$/],
  ["redis", /^(redis|redis-stack(-server)?|valkey|keydb)$/],
  ["questdb", /^questdb$/],
];

const imageOf = (service: ComposeService): { readonly name: string; readonly tag: string } | undefined => {
  const image = service.image?.value;
  return service.build !== undefined || image === undefined
    ? undefined
    : { name: image.name, tag: image.tag ?? "" };
};

const kindOf = (service: ComposeService): KnownPart["kind"] | undefined => {
  const image = imageOf(service);
  return image === undefined ? undefined : kinds.find(([, pattern]) => pattern.test(image.name))?.[0];
};

/** Major versions that the parts are made for; others are read as none. */
const majors = {
  postgres: /^(?:pg)?(1[4-8])(?=[.-]|$)/,
  redis: /^([78])(?=[.-]|$)/,
  questdb: /^(9\.\d+\.\d+)$/,
} as const;

function partOf(service: ComposeService): KnownPart | undefined {
  const kind = kindOf(service);
  if (kind === undefined || nameProblem(service.name) !== undefined) return undefined;
  const value = (name: string): string | undefined => {
    const entry = service.environment.find((candidate) => candidate.name === name);
    return entry !== undefined && /^[a-z_][a-z0-9_]*$/.test(entry.value ?? "") ? entry.value : undefined;
  };
  const database = value("POSTGRES_DB");
  const user = value("POSTGRES_USER");
  return {
    kind,
    name: service.name,
    version: majors[kind].exec(imageOf(service)?.tag ?? "")?.[1],
    ...(kind === "postgres" && database !== undefined ? { database } : {}),
    ...(kind === "postgres" && user !== undefined ? { user } : {}),
  };
}

/** Where a bought part will not be what it was. */
function differences(service: ComposeService): readonly string[] {
  const kind = kindOf(service);
  const image = imageOf(service);
  if (kind === undefined || image === undefined) return [];
  const plain = image.name === kind || kind !== "postgres";
  return plain
    ? []
    : [
        `${service.name} ran ${service.image?.value.text}; ${kind}() is the plain server, without its extensions.`,
      ];
}

/** Variables that every service gets, or that only tell a tool how to work. */
const usual = /^(PORT|NODE_ENV|PYTHON\w*|DATABASE_URL|REDIS_URL|PATH|TZ)$/;

/** What a Compose file has that the suggested stack has not: one sentence a service. */
export function notTaken(
  facts: ComposeFacts,
  taken: ReadonlySet<string>,
  folders: ReadonlySet<string>,
  variables: ReadonlySet<string>,
): readonly string[] {
  return facts.services.flatMap((service) => {
    // A part has a volume and settings of its own.
    if (kindOf(service) !== undefined && taken.has(service.name)) return [];
    const context = service.build?.context?.value;
    const folder = context?.replace(/^\.$/, "").replace(/\/$/, "");
    // A service may be built from elsewhere, and still be the one of that name.
    if (!taken.has(service.name) && (folder === undefined || !folders.has(folder))) {
      const what = service.image?.value.text ?? (context === undefined ? "" : `built from ${context || "."}`);
      return [`${service.name}${what === "" ? "" : ` (${what})`} is not in the stack.`];
    }
    const names = service.environment
      .map(({ name }) => name)
      .filter((name) => !variables.has(name) && !usual.test(name));
    const shown = names.length > 6 ? [...names.slice(0, 6), `${names.length - 6} more`] : names;
    const things = [
      ...(service.command === undefined ? [] : ["a command"]),
      ...(names.length === 0
        ? []
        : [`${names.length === 1 ? "the variable" : "the variables"} ${shown.join(", ")}`]),
      ...(service.volumes.some(({ type }) => type === "bind" || type === "volume") ? ["volumes"] : []),
    ];
    return things.length === 0
      ? []
      : [`${service.name} had ${listing(things)}: look what of it is still needed.`];
  });
}
