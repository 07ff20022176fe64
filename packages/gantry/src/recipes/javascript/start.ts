import { type FileTree, joinPath } from "../../blueprint/files.ts";
import type { Guess } from "../../blueprint/suggestion.ts";
import { prismaFiles } from "./hooks.ts";
import { managerOf } from "./managers/list.ts";
import type { Manifest } from "./model.ts";
import { readNext } from "./next.ts";
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
  /^(ng|astro|vue-cli-service|nodemon|ts-node(-dev|-esm)?|nest|vite|react-scripts|babel-node|concurrently|turbo|nx|tsc-watch|expo|electron|react-native|docusaurus|storybook|gatsby|webpack|webpack-dev-server|parcel|wrangler|serverless)$/;

/** Finds how a package starts; `undefined` when nothing says it. */
export function findStart(files: FileTree, manifest: Manifest, isServer: boolean): Start | undefined {
  const guesses: Guess[] = [];
  const output = outputOf(files);
  const built = manifest.scripts["build"] !== undefined;
  const next = built ? readNext(files, manifest) : undefined;
  const migrating = migrationOf(files, manifest, next === undefined && built ? output : undefined);
  const include = built ? migrating.include : [];
  const options: Record<string, unknown> = {
    ...(built && manifest.files === undefined && output !== "dist" && next === undefined ? { output } : {}),
    ...(include.length > 0 ? { include } : {}),
    ...(prismaFiles(files).length > 0 && hasPrisma(manifest) ? { packages: ["openssl"] } : {}),
  };
  guesses.push(...migrating.guesses);
  if (next !== undefined) {
    const job = Object.keys(migrating.before).length > 0;
    const slimmer: Guess = {
      about: "build",
      text: 'With `output: "standalone"` in its configuration the image has only the packages that it needs.',
    };
    return {
      options: {
        ...options,
        ...(next.standalone && job ? { standalone: false } : {}),
        ...(!next.standalone && production(manifest, "start") === undefined
          ? { command: ["node_modules/.bin/next", "start"] }
          : {}),
      },
      others: {},
      ...beforeOf(migrating.before),
      guesses: [...guesses, ...(next.standalone || job ? [] : [slimmer])],
    };
  }
  if (isSvelteServer(manifest))
    return {
      options: { ...options, output: "build", command: ["node", "build/index.js"] },
      others: {},
      ...beforeOf(migrating.before),
      guesses: [...guesses, svelteOrigin],
    };
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
    const before = { ...migrating.before, ...found.before };
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
    return { options, others: {}, ...beforeOf(migrating.before), guesses };
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
    ...beforeOf({ ...beside.before, ...migrating.before }),
    guesses,
  };
}

const svelteOrigin: Guess = {
  about: "port",
  text: "SvelteKit refuses forms whose origin it does not know: give `ORIGIN`, its address in the browser, in `env`.",
};

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

/** A job that migrates, what it reads, and what is said where there must be one that production cannot run. */
interface Migration {
  readonly before: Readonly<Record<string, readonly string[]>>;
  readonly include: readonly string[];
  readonly guesses: readonly Guess[];
}

const hasPrisma = ({ dependencies, devDependencies }: Manifest): boolean =>
  dependencies["prisma"] !== undefined || devDependencies["prisma"] !== undefined;

/** What migration tools read, where they usually have it. */
const migrationInputs =
  /^(prisma\/|drizzle\/|migrations\/|prisma\.config\.[cm]?[jt]s|drizzle\.config\.[jt]s|knexfile\.[cm]?[jt]s)$/;

/** Finds the package's migration; `output` is what the compiler writes, if it has one. */
function migrationOf(files: FileTree, manifest: Manifest, output: string | undefined): Migration {
  const include = files
    .list("")
    .filter((name) => migrationInputs.test(name))
    .map((name) => name.replace(/\/$/, ""))
    .sort();
  const names = [
    "migrate",
    "db:migrate",
    "migrate:deploy",
    "db:deploy",
    "migration:run",
    "db:migrate:deploy",
  ];
  for (const name of names) {
    const found = production(manifest, name);
    if (found !== undefined && found.dropped === undefined)
      return { before: { migrate: found.command }, include, guesses: [] };
    const script = manifest.scripts[name] ?? "";
    const source = /^(?:tsx|ts-node)\s+([\w./-]+\.[cm]?ts)$/.exec(script)?.[1];
    if (source !== undefined && output !== undefined)
      return {
        before: { migrate: ["node", builtFile(joinPath(source), output, true)] },
        include,
        guesses: [],
      };
    const tool = /^(prisma|drizzle-kit|knex|sequelize(?:-cli)?|typeorm|node-pg-migrate|tsx|ts-node)\b/.exec(
      script,
    )?.[1];
    if (tool !== undefined)
      return {
        before: {},
        include: [],
        guesses: [notThere(files, manifest, `The script ${name} runs \`${script}\``, tool)],
      };
  }
  if (manifest.dependencies["prisma"] !== undefined)
    return {
      before: { migrate: ["node_modules/.bin/prisma", "migrate", "deploy"] },
      include,
      guesses: [],
    };
  const tool = ["prisma", "drizzle-kit"].find((one) => manifest.devDependencies[one] !== undefined);
  return {
    before: {},
    include: [],
    guesses:
      tool === undefined || include.length === 0
        ? []
        : [notThere(files, manifest, `Migrations need ${tool}`, tool)],
  };
}

function notThere(files: FileTree, manifest: Manifest, what: string, tool: string): Guess {
  const move = managerOf(files, manifest).moveCommand(tool);
  return {
    about: "before",
    text: `${what}, and production's image has no packages of development: move it there with \`${move}\`, and give the job in \`before\`. Until then nothing migrates the database.`,
  };
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

/** SvelteKit that is built for a server of its own: its packages are all for development. */
export const isSvelteServer = ({ devDependencies }: Manifest): boolean =>
  devDependencies["@sveltejs/adapter-node"] !== undefined;
