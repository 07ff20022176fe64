import { type FileTree, joinPath } from "../../blueprint/files.ts";
import type { Guess } from "../../blueprint/suggestion.ts";
import type { Manifest } from "./manifest.ts";
import { asCommand } from "./work.ts";

/** How a package starts, as far as its files tell. */
export interface Start {
  /** Of node(): only what it does not find by itself. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Processes beside it, from the same image. */
  readonly others: Readonly<Record<string, readonly string[]>>;
  readonly before?: Readonly<Record<string, readonly string[]>>;
  readonly guesses: readonly Guess[];
}

/** Programs that belong to development, whatever list of dependencies names them. */
const tools =
  /^(nodemon|ts-node(-dev|-esm)?|nest|vite|react-scripts|babel-node|concurrently|turbo|nx|tsc-watch|expo|electron|react-native|docusaurus|storybook|gatsby|webpack|webpack-dev-server|parcel|wrangler|serverless)$/;

/** Finds how a package starts; `undefined` when nothing says it. */
export function findStart(files: FileTree, manifest: Manifest, isServer: boolean): Start | undefined {
  const guesses: Guess[] = [];
  const output = outputOf(files);
  const built = manifest.scripts["build"] !== undefined;
  const options: Record<string, unknown> =
    built && manifest.files === undefined && output !== "dist" && manifest.dependencies["next"] === undefined
      ? { output }
      : {};
  if (manifest.dependencies["next"] !== undefined && built) {
    const extra = ["public"].filter((name) => files.list(name).length > 0);
    return {
      options: {
        output: ".next",
        ...(extra.length > 0 ? { include: extra } : {}),
        ...(production(manifest, "start") === undefined
          ? { command: ["node_modules/.bin/next", "start"] }
          : {}),
      },
      others: {},
      ...migration(manifest),
      guesses: [],
    };
  }
  const direct = production(manifest, "start");
  const named =
    direct !== undefined
      ? "start"
      : ["start:prod", "start:production", "serve"].find((name) => production(manifest, name) !== undefined);
  if (named !== undefined) {
    const found = production(manifest, named) as Production;
    const plain = named === "start" && asCommand(manifest.scripts["start"]) !== undefined;
    if (!plain) options["command"] = found.command;
    if (found.dropped !== undefined)
      guesses.push({
        about: "build",
        text: `The script ${named} also has ${found.dropped}: what is needed of it belongs into \`env\` or \`before\`.`,
      });
    const before = { ...migration(manifest).before, ...found.before };
    const entry = sourceOf(files, found.command, output);
    const beside = siblings(files, entry, output, built);
    return {
      options,
      others: beside.others,
      ...beforeOf({ ...beside.before, ...before }),
      guesses,
    };
  }
  const source = devSource(manifest) ?? (isServer ? usualEntry(files) : undefined);
  const main =
    manifest.main !== undefined && files.read(manifest.main) !== undefined ? manifest.main : undefined;
  if (source === undefined && manifest.main !== undefined && (main !== undefined || built) && isServer)
    return { options, others: {}, ...beforeOf(migration(manifest).before ?? {}), guesses };
  if (source === undefined) return undefined;
  const runnable = builtFile(source, output, built);
  const command =
    /\.tsx?$/.test(runnable) && manifest.dependencies["tsx"] !== undefined
      ? ["node_modules/.bin/tsx", runnable]
      : ["node", runnable];
  options["command"] = command;
  guesses.push({
    about: "build",
    text: `It starts with \`${command.join(" ")}\`: no script \`start\` says so.`,
  });
  const beside = siblings(files, source, output, built);
  return {
    options,
    others: beside.others,
    ...beforeOf({ ...beside.before, ...migration(manifest).before }),
    guesses,
  };
}

const beforeOf = (before: Readonly<Record<string, readonly string[]>>): Pick<Start, "before"> =>
  Object.keys(before).length > 0 ? { before } : {};

interface Production {
  readonly command: readonly string[];
  readonly before: Readonly<Record<string, readonly string[]>>;
  readonly dropped: string | undefined;
}

/** A script as a container can run it: its last command, without assignments; migrations before it as a job. */
function production(manifest: Manifest, name: string): Production | undefined {
  const script = manifest.scripts[name];
  if (script === undefined) return undefined;
  const pieces = script.split("&&").map((piece) => piece.trim());
  const dropped: string[] = [];
  const before: Record<string, readonly string[]> = {};
  for (const piece of pieces.slice(0, -1)) {
    const command = asCommand(piece);
    if (command !== undefined && /migrat/.test(piece)) before["migrate"] = command;
    else dropped.push(piece);
  }
  const last = pieces.at(-1) as string;
  const bare = last.replace(/^(?:cross-env\s+)?(?:[A-Z_][A-Z0-9_]*=\S*\s+)*/, "");
  const assigned = last.slice(0, last.length - bare.length).trim();
  if (assigned !== "" && !/^(cross-env\s+)?NODE_ENV=production$/.test(assigned)) dropped.push(assigned);
  const command = asCommand(bare);
  if (command === undefined) return undefined;
  const program = (command[0] as string).replace("node_modules/.bin/", "");
  const isRunner = /^(npm|npx|pnpm|yarn)$/.test(program);
  const missing =
    program !== (command[0] as string) && manifest.dependencies[packageOf(program)] === undefined;
  if (
    tools.test(program) ||
    isRunner ||
    (missing && manifest.devDependencies[packageOf(program)] !== undefined)
  )
    return undefined;
  if (command.some((word) => word === "--watch" || word === "--hot")) return undefined;
  return { command, before, dropped: dropped.length > 0 ? `\`${dropped.join(" && ")}\`` : undefined };
}

/** The package that a program comes with, where the names differ. */
const packageOf = (program: string): string =>
  ({ tsc: "typescript", nest: "@nestjs/cli" })[program] ?? program;

/** A migration that is one plain command of production's packages. */
function migration(manifest: Manifest): Pick<Start, "before"> {
  for (const name of ["migrate", "db:migrate", "migrate:deploy", "db:deploy", "migration:run"]) {
    const found = production(manifest, name);
    if (found !== undefined && found.dropped === undefined) return { before: { migrate: found.command } };
  }
  return manifest.dependencies["prisma"] === undefined
    ? {}
    : { before: { migrate: ["node_modules/.bin/prisma", "migrate", "deploy"] } };
}

/** Folder that the compiler writes; `dist` unless its settings say another. */
function outputOf(files: FileTree): string {
  const settings = files.read("tsconfig.build.json") ?? files.read("tsconfig.json") ?? "";
  const outDir = /^\s*"outDir"\s*:\s*"([^"]+)"/m.exec(settings)?.[1];
  return outDir === undefined || outDir.startsWith("..") ? "dist" : joinPath(outDir);
}

/** The source that the script `dev` runs. */
function devSource(manifest: Manifest): string | undefined {
  for (const name of ["dev", "start:dev", "develop", "start"]) {
    const match = /(?:^|\s)(\.?\/?(?:[\w.-]+\/)*[\w.-]+\.[cm]?[jt]sx?)(?=\s|$|["'])/.exec(
      manifest.scripts[name] ?? "",
    );
    if (match !== null && !/config\./.test(match[1] as string)) return joinPath(match[1] as string);
  }
  return undefined;
}

function usualEntry(files: FileTree): string | undefined {
  const names = ["server", "index", "app", "main"];
  const endings = ["ts", "js", "mts", "mjs", "cjs"];
  return ["src", ""]
    .flatMap((folder) =>
      names.flatMap((name) => endings.map((ending) => joinPath(folder, `${name}.${ending}`))),
    )
    .find((path) => files.read(path) !== undefined);
}

/** What the build makes of a source; the source itself without one. */
function builtFile(source: string, output: string, built: boolean): string {
  if (!built) return source;
  return joinPath(output, source.replace(/^src\//, "").replace(/\.([cm]?)tsx?$/, ".$1js"));
}

/** The source behind a start command, to look beside it. */
function sourceOf(files: FileTree, command: readonly string[], output: string): string | undefined {
  const file = command.find((word) => /\.[cm]?[jt]sx?$/.test(word) || /^(\.\/)?[\w-]+\/[\w/-]+$/.test(word));
  if (file === undefined || file.includes("node_modules")) return undefined;
  const path = joinPath(file);
  if (files.read(path) !== undefined) return path;
  const inner = path.startsWith(`${output}/`) ? path.slice(output.length + 1) : path;
  const stem = inner.replace(/\.([cm]?)js$/, "");
  return [`src/${stem}.ts`, `${stem}.ts`, `src/${stem}.js`].find(
    (candidate) => files.read(candidate) !== undefined,
  );
}

const besideNames = ["worker", "scheduler", "migrate"] as const;

/** Files beside the start whose names say what process they are. */
function siblings(
  files: FileTree,
  entry: string | undefined,
  output: string,
  built: boolean,
): { readonly others: Start["others"]; readonly before: Readonly<Record<string, readonly string[]>> } {
  const others: Record<string, readonly string[]> = {};
  const before: Record<string, readonly string[]> = {};
  if (entry === undefined) return { others, before };
  const folder = entry.includes("/") ? entry.slice(0, entry.lastIndexOf("/")) : "";
  const ending = entry.slice(entry.lastIndexOf("."));
  for (const name of besideNames) {
    const source = joinPath(folder, `${name}${ending}`);
    if (source === entry || files.read(source) === undefined) continue;
    const command = ["node", builtFile(source, output, built)];
    if (name === "migrate") before["migrate"] = command;
    else others[name] = command;
  }
  return { others, before };
}
