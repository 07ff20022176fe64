import { nameProblem, variableName } from "../base/names.ts";
import type { FileTree } from "../blueprint/files.ts";
import type { Guess, Need, SuggestedSecret, SuggestedService } from "../blueprint/suggestion.ts";
import { addCommand } from "../recipes/javascript/suggest.ts";
import { factOf, type KnownFacts, sharedRedis, withFacts } from "./suggest-facts.ts";
import { type FoundFolder, findFolders } from "./suggest-folders.ts";
import { type Answering, type Page, suggestGateway } from "./suggest-gateway.ts";
import { connect, type SuggestedPart, suggestParts } from "./suggest-parts.ts";
import { Call, type DraftStack, stackData, stackText, type Written } from "./suggest-text.ts";

/** A folder, and what became of it. */
export interface FoundService {
  readonly folder: string;
  readonly recipe: string;
  readonly services: readonly string[];
}

/** A first stack for a project that has none. */
export interface SuggestedStack {
  /** Text of stack.ts. */
  readonly text: string;
  /** The same as data, as running the text would give it. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly found: readonly FoundService[];
  readonly parts: readonly { readonly name: string; readonly kind: string }[];
  /** Variables that its services get for addresses and secrets. */
  readonly variables: readonly string[];
  /** Command with which the project gets the package that stacks import. */
  readonly install: string;
  /** What should be looked at, by service. */
  readonly guesses: readonly { readonly service: string; readonly text: string }[];
}

interface Named extends FoundFolder {
  readonly name: string;
}

/** Describes a project by its files; `undefined` when nothing in it is known. */
export function suggestStack(
  files: FileTree,
  projectName: string,
  known: KnownFacts = { built: [], parts: [] },
): SuggestedStack | undefined {
  const folders = sharedRedis(
    findFolders(files).map((found) => withFacts(found, known)),
    known,
  );
  if (folders.length === 0) return undefined;
  const name = stackName(projectName);
  const named = withNames(folders, known, name);
  const services = named.filter(({ suggestion }) => suggestion.service !== undefined);
  const parts = suggestParts(
    services.flatMap(({ suggestion }) => suggestion.needs),
    known.parts,
    new Set([...named.map((found) => found.name), "gateway"]),
  );
  const names = named.map((found) => found.name);
  const written: Record<string, Written> = Object.fromEntries(parts.map((part) => [part.name, part.call]));
  const comments: Record<string, readonly Guess[]> = {};
  const answering: Answering[] = [];
  const became = new Map<Named, string[]>();
  for (const found of services) {
    const described = describe(found, {
      name,
      parts,
      services,
      known,
      taken: [...names, ...Object.keys(written)],
    });
    Object.assign(written, described.written);
    answering.push(...described.answering);
    became.set(found, Object.keys(described.written));
    comments[found.name] = [...found.suggestion.guesses, ...unnamed(found.suggestion.needs, parts)];
  }
  const pages = named
    .filter(({ suggestion }) => suggestion.service === undefined)
    // The first is the one at "/".
    .sort((a, b) => Number(isFront(b.name)) - Number(isFront(a.name)))
    .map((found): Page & { readonly found: Named } => ({
      found,
      name: found.name,
      build: new Call("site", {
        ...contextOf(found),
        ...(found.suggestion.options as Record<string, Written>),
      }),
      proxies: found.suggestion.proxies ?? [],
    }));
  for (const [index, page] of pages.entries()) {
    if (index > 0) written[page.name] = { build: page.build, port: 8080, health: "/health" };
    became.set(page.found, [index > 0 ? page.name : "gateway"]);
    if (index > 0) comments[page.name] = page.found.suggestion.guesses;
  }
  const gateway = suggestGateway(pages, answering);
  if (gateway !== undefined) {
    written["gateway"] = gateway.call;
    comments["gateway"] = [...(pages[0]?.found.suggestion.guesses ?? []), ...gateway.guesses];
  }
  const tested = services.find(({ suggestion }) => suggestion.test !== undefined);
  const draft: DraftStack = {
    name,
    services: written,
    comments,
    ...(tested === undefined
      ? {}
      : {
          test: {
            service: tested.name,
            command: tested.suggestion.test as readonly string[],
            env: tested.suggestion.testEnv,
          },
        }),
    ...developed(became),
  };
  return {
    text: stackText(draft),
    input: stackData(draft),
    found: named.map((found) => ({
      folder: found.folder,
      recipe: found.recipe,
      services: became.get(found) ?? [],
    })),
    parts: parts.map(({ name: part, call }) => ({ name: part, kind: call.of })),
    variables: services.flatMap(({ suggestion }) => [
      ...(suggestion.secrets ?? []).map((secret) => secret.name),
      ...suggestion.needs.flatMap(({ variables, also }) => [...Object.values(variables), ...(also ?? [])]),
    ]),
    install: addCommand(files, "gantry"),
    guesses: Object.entries(comments).flatMap(([service, texts]) =>
      texts.map(({ text }) => ({ service, text })),
    ),
  };
}

/** What development has instead, for each service of the folders that say so. */
function developed(became: ReadonlyMap<Named, readonly string[]>): Pick<DraftStack, "environments"> {
  const dev = [...became].flatMap(([{ suggestion }, services]) =>
    suggestion.devEnv === undefined
      ? []
      : services.map((name) => [name, { env: suggestion.devEnv as Record<string, string> }] as const),
  );
  return dev.length === 0 ? {} : { environments: { dev: Object.fromEntries(dev) } };
}

const isFront = (name: string): boolean => /^(web|frontend|front|app|client|ui|site|www)$/.test(name);

/** Needs whose address is looked for nowhere that could be found. */
function unnamed(needs: readonly Need[], parts: readonly SuggestedPart[]): readonly Guess[] {
  return needs
    .filter(({ variables }) => Object.keys(variables).length === 0)
    .map(({ part: wanted }) => {
      const part = parts.find(({ part: candidate }) => candidate === wanted);
      return {
        about: "uses",
        text: `No variable was found in which the sources look for the address of ${part?.name}: name it with \`as\` in \`uses\`.`,
      };
    });
}

/** A name that services and stacks may have; `undefined` when nothing of the text can stay. */
function validName(text: string): string | undefined {
  const name = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^[^a-z]+|-+$/g, "")
    .slice(0, 30)
    .replace(/-$/, "");
  return nameProblem(name, 30) === undefined ? name : undefined;
}

const stackName = (text: string): string => validName(text) ?? "app";

function withNames(folders: readonly FoundFolder[], known: KnownFacts, stack: string): readonly Named[] {
  const taken = new Set<string>(["gateway"]);
  return folders.map((found) => {
    const { folder, suggestion } = found;
    const steps = folder.split("/");
    const compose = validName(factOf(found, known)?.name ?? "");
    const candidates = [
      compose,
      folder === "" ? suggestion.usualName : validName(steps.at(-1) as string),
      folder === "" ? undefined : validName(steps.slice(-2).join("-")),
      suggestion.usualName,
      "app",
      `${suggestion.usualName ?? "app"}-2`,
      `${stack}-${folders.indexOf(found)}`,
    ];
    const name = candidates.find((candidate) => candidate !== undefined && !taken.has(candidate)) as string;
    taken.add(name);
    return { ...found, name };
  });
}

function contextOf({ context }: FoundFolder): { readonly context?: string } {
  return context === "" ? {} : { context };
}

interface Surroundings {
  readonly name: string;
  readonly parts: readonly SuggestedPart[];
  readonly services: readonly Named[];
  readonly known: KnownFacts;
  readonly taken: readonly string[];
}

/** The services of a folder: the one that its image is for, and those that share it. */
function describe(
  found: Named,
  around: Surroundings,
): { readonly written: Record<string, Written>; readonly answering: readonly Answering[] } {
  const { suggestion, name } = found;
  const service = probed(suggestion.service as SuggestedService, found, around);
  // A port that the command names is the one that it listens on.
  const fixed = suggestion.options["command"] as readonly string[] | undefined;
  const port =
    fixed?.some((word) => /\b\d{4,5}$/.test(word)) === true
      ? service.port
      : (factOf(found, around.known)?.port ?? service.port);
  const build = new Call(found.recipe, { ...contextOf(found), ...optionsOf(found, around) });
  const others = Object.entries(suggestion.others ?? {}).map(
    ([key, other]) => [around.taken.includes(key) ? `${name}-${key}` : key, other] as const,
  );
  const own = [name, ...others.map(([key]) => key)];
  const shared = (self: string): Record<string, Written | undefined> => common(found, around, own, self);
  const written: Record<string, Written> = {
    [name]: {
      build,
      ...running({ ...service, ...(port === undefined ? {} : { port }) }),
      ...shared(name),
      ...lastOf(service),
    },
  };
  const answering: Answering[] = [];
  if (port !== undefined) answering.push({ name, port, paths: suggestion.paths ?? [] });
  for (const [key, other] of others) {
    written[key] = {
      image: name,
      command: other.command as readonly string[],
      ...running(other),
      ...waiting(shared(key), other.afterMain === true ? name : undefined),
      ...lastOf(other),
    };
    if (other.port !== undefined) answering.push({ name: key, port: other.port, paths: [] });
  }
  return { written, answering };
}

/** What a service uses, and whom it waits for besides. */
function waiting(
  shared: Record<string, Written | undefined>,
  main: string | undefined,
): Record<string, Written | undefined> {
  const uses = (shared["uses"] ?? []) as readonly Written[];
  return main === undefined || uses.includes(main) ? shared : { ...shared, uses: [...uses, main] };
}

const running = ({ port, health }: SuggestedService): Record<string, Written | undefined> => ({
  port,
  health:
    health !== undefined && "http" in health && health.live === undefined
      ? health.http
      : (health as Written | undefined),
});

const lastOf = ({ before, writable, single }: SuggestedService): Record<string, Written | undefined> => ({
  before: before as Written | undefined,
  writable,
  single,
});

/** Options of the recipe; a Dockerfile's base is kept when an image of the stack is meant. */
function optionsOf(found: Named, around: Surroundings): Record<string, Written> {
  const { extends: bases, ...options } = found.suggestion.options as Record<string, Written>;
  if (bases === undefined) return options;
  const [base = ""] = Object.keys(bases);
  const meant = around.services.find(
    ({ name }) =>
      name !== found.name && (base === name || base.endsWith(`-${name}`) || base.endsWith(`_${name}`)),
  );
  return meant === undefined ? options : { ...options, extends: { [base]: meant.name } };
}

/** An image of which nothing is known has no program that could ask for its health. */
function probed(service: SuggestedService, found: Named, around: Surroundings): SuggestedService {
  if (found.recipe !== "dockerfile") return service;
  const options = optionsOf(found, around);
  return options["programs"] !== undefined || options["extends"] !== undefined
    ? service
    : { ...service, health: { none: "nothing is known of what its image can be asked" } };
}

/** What all services of a folder have: its sources are the same. */
function common(
  found: Named,
  { name: stack, parts, services }: Surroundings,
  own: readonly string[],
  self: string,
): Record<string, Written | undefined> {
  const { needs, secrets, calls, internet } = found.suggestion;
  const { uses, env: addresses } = connect(needs as readonly Need[], parts, stack);
  const env = { ...found.suggestion.env, ...addresses };
  const kept = Object.entries(found.suggestion.keeps ?? {});
  const at = services.indexOf(found);
  const called = [
    // Only what comes before it, so that no two wait for each other.
    ...services
      .slice(0, at)
      .filter(({ suggestion }) => suggestion.service?.port !== undefined)
      .map(({ name }) => name),
    ...own.slice(0, own.indexOf(self)).filter((name) => name !== self),
  ].filter((name) => calls?.includes(`${variableName(name)}_URL`) === true);
  const all = [...uses, ...called];
  return {
    uses: all.length > 0 ? all : undefined,
    secrets: (secrets ?? []).length > 0 ? (secrets ?? []).map(secretOf) : undefined,
    env: Object.keys(env).length > 0 ? env : undefined,
    volumes:
      kept.length > 0
        ? Object.fromEntries(kept.map(([volume, path]) => [path, { volume, backup: true }]))
        : undefined,
    internet: internet === true ? true : undefined,
  };
}

const secretOf = ({ name, file }: SuggestedSecret): Written => (file ? name : { name, as: "env" });
