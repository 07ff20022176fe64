import type { FileTree } from "../../blueprint/files.ts";
import type { Guess, Need, SuggestedService, Suggestion } from "../../blueprint/suggestion.ts";
import { isPassedOver, joined, type Source, sourcesOf, versionBefore } from "../clues/sources.ts";
import {
  callsIn,
  foreignGuess,
  foreignSecretsIn,
  postgresNeed,
  questdbNeed,
  readsSecretFiles,
  redisNeeds,
  secretsIn,
  variablesOf,
  withoutPart,
} from "../clues/variables.ts";
import {
  aliveFileFor,
  healthIn,
  internetFor,
  noHealthPath,
  pathsIn,
  portGuessed,
  portIn,
  unseenProgress,
} from "../clues/web.ts";
import { managerOf } from "./managers/list.ts";
import { closureOf, readManifest, workspaceFolders } from "./manifest.ts";
import type { ManagerName, Manifest } from "./model.ts";
import { readNext } from "./next.ts";
import { knownPage } from "./pages.ts";
import { findStart, isSvelteServer } from "./start.ts";
import { asCommand } from "./work.ts";

const servers =
  /^(express|fastify|koa|@hapi\/hapi|@nestjs\/core|hono|@hono\/node-server|restify|polka|@apollo\/server|apollo-server|apollo-server-express|@feathersjs\/.*|@adonisjs\/core|next|nuxt|@remix-run\/(node|serve|express)|@sveltejs\/adapter-node|h3|elysia|@trpc\/server|socket\.io|ws|sails|loopback|moleculer-web|@strapi\/strapi|payload)$/;

const postgresDrivers =
  /^(pg|postgres|pg-promise|pg-native|@prisma\/adapter-pg|slonik|@vercel\/postgres|connect-pg-simple)$/;

/** Databases for which there is no part: said, so that nobody thinks that they were overlooked. */
const others: Readonly<Record<string, string>> = {
  mysql: "MySQL",
  mysql2: "MySQL",
  mongodb: "MongoDB",
  mongoose: "MongoDB",
  amqplib: "RabbitMQ",
  kafkajs: "Kafka",
  "@elastic/elasticsearch": "Elasticsearch",
};

const sourceFile = /\.([cm]?[jt]sx?|prisma|vue|svelte)$/;

/** What a folder with a package.json is: a service, a workspace, or nothing that runs. */
export function suggestNode(files: FileTree): Suggestion | undefined {
  if (!files.list("").includes("package.json")) return undefined;
  const { manifest } = readManifest(files, "package.json");
  if (manifest === undefined) return undefined;
  const members = membersOf(files, manifest);
  const dependencies = manifest.dependencies;
  const isServer = Object.keys(dependencies).some((name) => servers.test(name)) || isSvelteServer(manifest);
  const sources = sourcesOf(files, sourceFile);
  const text = joined(sources);
  const start = findStart(files, manifest, isServer);
  const runs = start !== undefined && (isServer || manifest.scripts["start"] !== undefined);
  if (!runs) {
    return members.length === 0 ? undefined : { sure: 0.8, options: {}, members, needs: [], guesses: [] };
  }
  const names = variablesOf(sources, files);
  const passwordFile = readsSecretFiles(text);
  const secrets = secretsIn(names, passwordFile);
  const foreign = foreignSecretsIn(sources);
  const fonts = /["']next\/font\/google["']/.test(text);
  const outside = internetFor(text, foreign);
  const web = webOf(text + routeFiles(sources) + nestPaths(text), dependencies, names, {
    isServer,
    told: toldPort(files),
  });
  const guesses: readonly Guess[] = [
    ...start.guesses,
    ...(fonts ? [fetchesFonts] : []),
    ...(files.list("").includes("Dockerfile") ? [ownDockerfile] : []),
    ...outside.guesses,
    ...foreignGuess(foreign),
    ...withoutPart(others, new Set(Object.keys(dependencies))),
    ...web.guesses,
  ];
  const service: SuggestedService = {
    ...web.service,
    ...(start.before === undefined ? {} : { before: start.before }),
  };
  const processes = Object.fromEntries(
    Object.entries(start.others).map(([name, command]): [string, SuggestedService] => [
      name,
      {
        command,
        health: aliveFileFor(name, text) ?? unseenProgress,
        ...(name === "scheduler" ? { single: true } : {}),
      },
    ]),
  );
  return {
    sure: 0.8,
    options: { ...versionOf(files, manifest), ...start.options, ...(fonts ? { internet: true } : {}) },
    service,
    ...(Object.keys(processes).length > 0 ? { others: processes } : {}),
    ...(members.length > 0 ? { members } : {}),
    needs: needsOf(dependencies, manifest, names, text, passwordFile),
    secrets,
    internet: outside.internet,
    calls: callsIn(names),
    paths: pathsIn(text),
    ...testOf(manifest, managerOf(files, manifest).name),
    guesses,
    usualName: dependencies["next"] === undefined && dependencies["nuxt"] === undefined ? "api" : "web",
  };
}

const fetchesFonts: Guess = {
  about: "build",
  text: "Its build fetches fonts (next/font/google), so it is given the network; next/font/local would do without.",
};

const ownDockerfile: Guess = {
  about: "build",
  text: "Your Dockerfile is not used: node() makes the image from the package's files. dockerfile() in its place keeps yours.",
};

/** The port that a developer is told to set, or that a Dockerfile exposes. */
function toldPort(files: FileTree): number | undefined {
  const texts = [".env.example", ".env.sample", ".env.template", "Dockerfile"].map(
    (name) => files.read(name) ?? "",
  );
  const found = texts
    .map((text) => /^\s*(?:(?:export\s+)?PORT\s*=\s*["']?|EXPOSE\s+)(\d{2,5})\b/m.exec(text)?.[1])
    .find((port) => port !== undefined);
  return found === undefined ? undefined : Number(found);
}

/** Paths of NestJS, whose controllers name them without slashes, below one prefix. */
function nestPaths(text: string): string {
  const prefix = /\.setGlobalPrefix\(\s*["'`]\/?([\w/-]+)/.exec(text)?.[1];
  return [...text.matchAll(/@Controller\(\s*(?:\{\s*path:\s*)?["'`]\/?([\w/-]+)["'`]/g)]
    .map(([, path]) => `\n"/${prefix === undefined ? "" : `${prefix}/`}${path}"`)
    .join("");
}

function membersOf(files: FileTree, manifest: Manifest): readonly string[] {
  return workspaceFolders(files, manifest, managerOf(files, manifest)).filter(
    (folder) => folder !== "" && !folder.split("/").some((part) => isPassedOver(part)),
  );
}

function webOf(
  text: string,
  dependencies: Manifest["dependencies"],
  names: ReadonlySet<string>,
  { isServer, told }: { readonly isServer: boolean; readonly told: number | undefined },
): { readonly service: SuggestedService; readonly guesses: readonly Guess[] } {
  const known = portIn(text) ?? told;
  const port = known ?? (isServer || names.has("PORT") ? 3000 : undefined);
  if (port === undefined)
    return {
      service: { health: aliveFileFor("", text) ?? { none: "it listens on no port that could be found" } },
      guesses: [],
    };
  const portIsGuess = known === undefined && !names.has("PORT") && dependencies["next"] === undefined;
  const health = healthIn(text);
  return {
    service: { port, ...(health === undefined ? {} : { health }) },
    guesses: [...(portIsGuess ? [portGuessed(port)] : []), ...(health === undefined ? [noHealthPath] : [])],
  };
}

/** Node's version of a Dockerfile that is there, where nothing else says one. */
function versionOf(files: FileTree, manifest: Manifest): Readonly<Record<string, unknown>> {
  const told =
    [".nvmrc", ".node-version"].some((name) => files.read(name) !== undefined) ||
    manifest.engines !== undefined;
  const version = told ? undefined : versionBefore(files, "node");
  return version === undefined ? {} : { version };
}

/** Paths that files stand for, as Next and Nuxt have them, as texts. */
function routeFiles(sources: readonly Source[]): string {
  return sources
    .map(
      ({ path }) =>
        /(?:^|\/)(?:app|pages|server)\/(api\/[\w/-]+?)(?:\/route|\/index|\.get)?\.[jt]sx?$/.exec(path)?.[1],
    )
    .flatMap((path) => (path === undefined ? [] : [`\n"/${path}"`]))
    .join("");
}

function needsOf(
  dependencies: Manifest["dependencies"],
  manifest: Manifest,
  names: ReadonlySet<string>,
  text: string,
  passwordFile: boolean,
): readonly Need[] {
  const all = { ...manifest.devDependencies, ...dependencies };
  const has = (pattern: RegExp): boolean => Object.keys(dependencies).some((name) => pattern.test(name));
  const prisma = all["prisma"] !== undefined || all["@prisma/client"] !== undefined;
  const postgres = has(postgresDrivers) || (prisma && /provider\s*=\s*"(postgresql|postgres)"/.test(text));
  return [
    ...(postgres ? [postgresNeed(names, passwordFile)] : []),
    ...redisNeeds(names, {
      queue: has(/^(bullmq|bull|bee-queue|@nestjs\/bull|@nestjs\/bullmq|kue)$/),
      sessions: has(/^connect-redis$/),
      client: has(/^(ioredis|redis|@redis\/client|cache-manager-(io)?redis.*|@keyv\/redis|@upstash\/redis)$/),
    }),
    ...questdbNeed(names, has(/^@questdb\//)),
  ];
}

function testOf({ scripts }: Manifest, manager: ManagerName): Pick<Suggestion, "test"> {
  const script = scripts["test"];
  return script === undefined || /no test specified|--watch\b/.test(script)
    ? {}
    : { test: [manager, "test"] };
}

/** What a folder with the configuration of a page's bundler is. */
export function suggestSite(files: FileTree): Suggestion | undefined {
  const names = files.list("");
  const { manifest } = readManifest(files, "package.json");
  if (manifest === undefined) return undefined;
  const vite = names.find((name) => /^vite\.config\.[cm]?[jt]s$/.test(name));
  const known = knownPage(files, manifest);
  const isServer = Object.keys(manifest.dependencies).some((name) => servers.test(name));
  if (isSvelteServer(manifest)) return undefined;
  // A page's own server, or a framework on top of Vite that renders on one.
  if (
    (vite === undefined && known === undefined) ||
    (isServer && findStart(files, manifest, true) !== undefined)
  )
    return undefined;
  if (vite !== undefined && !names.includes("index.html") && manifest.scripts["build"] === undefined)
    return undefined;
  const config = vite === undefined ? "" : (files.read(vite) ?? "");
  const guesses: Guess[] = [];
  const text = joined(sourcesOf(files, /\.([cm]?[jt]sx?|vue|svelte)$/));
  const baked = [
    ...new Set(
      [...text.matchAll(/(?:import\.meta|process)\.env\.((?:VITE|REACT_APP)_\w+)/g)].map(
        (match) => match[1] as string,
      ),
    ),
  ].sort();
  if (baked.length > 0)
    guesses.push({
      about: "site",
      text: `The page reads ${baked.join(", ")}: its build bakes the values in; give them in \`env\` of site().`,
    });
  const output = /outDir\s*:\s*["'`]([\w./-]+)["'`]/.exec(config)?.[1]?.replace(/^\.\//, "");
  const usable = output !== undefined && !output.startsWith("..") ? output : undefined;
  return {
    sure: 0.9,
    options: known ?? (usable === undefined || usable === "dist" ? {} : { output: usable }),
    needs: [],
    proxies: proxiesIn(config),
    guesses,
    usualName: "web",
  };
}

/** `server.proxy` of Vite's configuration. */
function proxiesIn(config: string): NonNullable<Suggestion["proxies"]> {
  const at = /\bproxy\s*:\s*\{/.exec(config);
  if (at === null) return [];
  const found: { path: string; host?: string; port?: number; strip: boolean }[] = [];
  const start = at.index + at[0].length;
  const body = balanced(config, start);
  let depth = 0;
  const keys: { path: string; from: number }[] = [];
  for (const match of body.matchAll(/[{}]|["'`](\^?\/[^"'`]*)["'`]\s*:/g)) {
    if (match[0] === "{") depth++;
    else if (match[0] === "}") depth--;
    else if (depth === 0) keys.push({ path: match[1] as string, from: match.index });
  }
  for (const [index, { path, from }] of keys.entries()) {
    const value = body.slice(from, keys[index + 1]?.from);
    const target = /https?:\/\/([\w.-]+)(?::(\d+))?/.exec(value);
    const plain = /^\/[\w./-]*/.exec(path.replace(/^\^/, ""))?.[0]?.replace(/(?<=.)[/.]+$/, "");
    if (plain === undefined) continue;
    found.push({
      path: plain,
      ...(target === null ? {} : { host: target[1] as string }),
      ...(target?.[2] === undefined ? {} : { port: Number(target[2]) }),
      strip: /rewrite/.test(value) && /["'`]["'`]/.test(value.slice(value.indexOf("rewrite"))),
    });
  }
  return found;
}

function balanced(text: string, start: number): string {
  let depth = 1;
  for (let index = start; index < text.length; index++) {
    if (text[index] === "{") depth++;
    else if (text[index] === "}" && --depth === 0) return text.slice(start, index);
  }
  return text.slice(start);
}

/** Command that adds a package of development to the project in a folder, with the manager that it has. */
export function addCommand(files: FileTree, name: string): string {
  const { manifest } = readManifest(files, "package.json");
  const manager = managerOf(files, manifest);
  return manager.addCommand(name, manifest !== undefined && manager.workspaces(files, manifest).length > 0);
}

/**
 * The same suggestion for a package inside a workspace: it needs what the packages need that it imports. `members` are
 * all packages of the workspace, by path.
 */
export function asMember(
  suggestion: Suggestion,
  folder: string,
  root: FileTree,
  members: Readonly<Record<string, FileTree>>,
): Suggestion {
  const options = { workspace: folder, ...suggestion.options };
  const { service, test } = suggestion;
  if (service === undefined) return { ...suggestion, options };
  const own = members[folder] as FileTree;
  const { manifest } = readManifest(own, "package.json");
  const scripts = manifest?.scripts ?? {};
  const traced = manifest !== undefined && readNext(own, manifest)?.standalone === true;
  const needs = [...suggestion.needs];
  for (const need of importedNeeds(folder, members))
    if (!needs.some(({ part }) => part === need.part)) needs.push(need);
  const { name: manager, programsAtRoot } = managerOf(root, readManifest(root, "package.json").manifest);
  const command =
    (suggestion.options["command"] as Command | undefined) ??
    (traced ? undefined : asCommand(scripts["start"]));
  // npm keeps programs at the workspace's root, and finds them from there.
  const found = (words: Command): Command =>
    !programsAtRoot || !(words[0] ?? "").startsWith("node_modules/.bin/")
      ? words
      : ["npx", "--no-install", (words[0] as string).slice("node_modules/.bin/".length), ...words.slice(1)];
  const all = (commands: Readonly<Record<string, Command>> | undefined): Readonly<Record<string, Command>> =>
    Object.fromEntries(Object.entries(commands ?? {}).map(([name, words]) => [name, found(words)]));
  return {
    ...suggestion,
    needs,
    service: service.before === undefined ? service : { ...service, before: all(service.before) },
    ...(test === undefined ? {} : { test: [manager, "test"] }),
    options: {
      ...options,
      ...(command !== undefined && found(command) !== command ? { command: found(command) } : {}),
      ...(scripts["dev"] === undefined || asCommand(scripts["dev"]) !== undefined
        ? {}
        : { dev: [manager, "run", "dev"] }),
    },
  };
}

type Command = readonly string[];

function importedNeeds(folder: string, members: Readonly<Record<string, FileTree>>): readonly Need[] {
  const manifests = Object.fromEntries(
    Object.entries(members).flatMap(([path, files]) => {
      const { manifest } = readManifest(files, "package.json");
      return manifest === undefined ? [] : [[path, manifest] as const];
    }),
  );
  return closureOf(folder, manifests)
    .filter((path) => path !== folder)
    .flatMap((path) => {
      const files = members[path] as FileTree;
      const manifest = manifests[path] as Manifest;
      const sources = sourcesOf(files, sourceFile);
      const text = joined(sources);
      return needsOf(
        manifest.dependencies,
        manifest,
        variablesOf(sources, files),
        text,
        readsSecretFiles(text),
      );
    });
}
