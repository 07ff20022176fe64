import { type FileTree, joinPath } from "../../blueprint/files.ts";
import type { Guess, SuggestedService, Suggestion } from "../../blueprint/suggestion.ts";
import { joined, sourcesOf } from "../clues/sources.ts";
import {
  callsIn,
  postgresNeed,
  questdbNeed,
  readsSecretFiles,
  redisNeeds,
  secretsIn,
  variablesOf,
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
import { readToml } from "../common.ts";
import { type CargoPackage, cargoPackage, memberFolders, table } from "./manifest.ts";

const servers =
  /^(axum|actix-web|rocket|warp|poem|poem-openapi|salvo|tide|hyper|tonic|loco-rs|ntex|gotham|viz)$/;

/** What a folder with a Cargo.toml is: a service with the binary that serves, or nothing that runs. */
export function suggestRust(files: FileTree): Suggestion | undefined {
  const { value: manifest } = readToml(files, "Cargo.toml");
  if (manifest === undefined) return undefined;
  const workspace = table(manifest["workspace"]);
  const packages = ["", ...memberFolders(files, workspace)].flatMap((folder) => {
    const { value } = folder === "" ? { value: manifest } : readToml(files, joinPath(folder, "Cargo.toml"));
    const found = value === undefined ? undefined : cargoPackage(files, folder, value, workspace);
    return found === undefined ? [] : [found];
  });
  const depends = (own: CargoPackage, pattern: RegExp): boolean =>
    own.dependencies.some(({ name }) => pattern.test(name));
  const programs = packages.filter(({ bins }) => bins.length > 0);
  // A binary serves when its package uses a framework, itself or through a package of the workspace.
  const serves = (own: CargoPackage): boolean =>
    depends(own, servers) ||
    packages.some(
      (other) => other !== own && depends(other, servers) && depends(own, new RegExp(`^${other.name}$`)),
    );
  const serving = programs.filter(serves);
  const main = serving.find(({ name }) => /server|api|web|backend|app/.test(name)) ?? serving[0];
  if (main === undefined) return undefined;

  const guesses: Guess[] = [];
  const all = programs.flatMap(({ bins }) => bins);
  const bin = chooseBin(main, manifest, guesses);
  const others = workersOf(
    all.filter((name) => name !== bin),
    guesses,
  );
  const sources = packages.flatMap(({ folder }) => sourcesOf(files, /\.rs$/, joinPath(folder, "src")));
  const text = joined(sources);
  const names = variablesOf(sources, files);
  const passwordFile = readsSecretFiles(text);
  const secrets = secretsIn(names, passwordFile);
  const outside = internetFor(text, []);
  guesses.push(...outside.guesses);
  const used = (pattern: RegExp): boolean => packages.some((own) => depends(own, pattern));
  const settings = ["config", "configuration", "settings"].filter((name) => files.list(name).length > 0);
  const found = portIn(text) ?? portOf(files, settings);
  const rocket = used(/^rocket$/);
  const port = found ?? (rocket ? 8000 : 8080);
  if (found === undefined && !names.has("PORT") && !rocket) guesses.push(portGuessed(port));
  const health = healthIn(text);
  if (health === undefined) guesses.push(noHealthPath);
  const folders = ["templates", "migrations", "static", "public"].filter(
    (name) =>
      files.list(name).length > 0 &&
      new RegExp(`["/]${name}["/]`).test(text) &&
      !/include_dir!|sqlx::migrate!/.test(text),
  );
  const workers = withHealth(others, text);
  // Without a word from the environment, its log says nothing but errors.
  const logs = /EnvFilter::(?:try_)?from_default_env|\benv_logger::init\(\)/.test(text);
  const migrates = /"migrate"\s*=>/.test(text);
  if (migrates)
    guesses.push({
      about: "before",
      text: `The job \`${bin} migrate\` runs before it: the sources know that command.`,
    });
  if (
    /\bquery(?:_as|_scalar|_file|_file_as)?!\(/.test(text) &&
    used(/^sqlx$/) &&
    files.list(".sqlx").length === 0 &&
    files.read("sqlx-data.json") === undefined
  )
    guesses.push({
      about: "build",
      text: "Its queries are checked while it compiles, and the build has no database: run `cargo sqlx prepare --workspace`, and commit `.sqlx`.",
    });
  const libraries = nativeLibraries(files);
  if (libraries["runtime"] !== undefined)
    guesses.push({ about: "build", text: "It links libraries of the system, so its image is Debian's." });
  const service: SuggestedService = {
    port,
    ...(health === undefined ? {} : { health }),
    ...(migrates ? { before: { migrate: [bin, "migrate"] } } : {}),
  };
  const include = [...settings, ...folders];
  return {
    sure: 0.9,
    options: {
      ...(others.length > 0 ? { bin: [bin, ...others] } : all.length > 1 ? { bin } : {}),
      ...(include.length > 0 ? { include } : {}),
      ...libraries,
    },
    service,
    ...(others.length > 0 ? { others: workers } : {}),
    ...(logs ? { env: { RUST_LOG: "info" } } : {}),
    needs: [
      ...(usesPostgres(files, packages, used) ? [postgresNeed(names, passwordFile)] : []),
      ...redisNeeds(names, {
        queue: used(/^(apalis-redis|fang|sidekiq-rs|rusty-sidekiq)$/),
        sessions: used(/^(tower-sessions-redis-store|actix-session|async-redis-session)$/),
        client: used(/^(redis|fred|deadpool-redis|bb8-redis)$/),
      }),
      ...questdbNeed(names, used(/^questdb-rs$/)),
    ],
    secrets,
    internet: outside.internet,
    calls: callsIn(names),
    paths: pathsIn(text),
    test: ["run-tests"],
    guesses,
    usualName: "api",
  };
}

/** Programs beside the one that serves, whose names say that they run on: the same image holds them. */
function workersOf(left: readonly string[], guesses: Guess[]): readonly string[] {
  const chosen = left.filter((name) => lasting.test(name));
  const rest = left.filter((name) => !lasting.test(name));
  if (rest.length > 0)
    guesses.push({
      about: "build",
      text: `Its other programs (${rest.join(", ")}) are not in the image: name in \`bin\` those that run there too.`,
    });
  return chosen;
}

/** Names of programs that take up work until they are stopped. */
const lasting =
  /(?:^|[-_])(workers?|consumer|scheduler|processor|daemon|poller|relay|indexer|dispatcher|cron)$/;

function withHealth(bins: readonly string[], text: string): Readonly<Record<string, SuggestedService>> {
  return Object.fromEntries(
    bins.map((bin) => {
      const kind = lasting.exec(bin)?.[1] as string;
      const name = bins.filter((other) => other.endsWith(kind)).length > 1 ? bin.replaceAll("_", "-") : kind;
      return [
        name,
        {
          command: [bin],
          health: aliveFileFor(kind, text) ?? unseenProgress,
          ...(/scheduler|cron/.test(kind) ? { single: true } : {}),
          ...(/\bmigrate!\(|embed_migrations!|embed_migrations\(/.test(text) ? { afterMain: true } : {}),
        },
      ];
    }),
  );
}

function chooseBin(
  main: CargoPackage,
  manifest: Readonly<Record<string, unknown>>,
  guesses: Guess[],
): string {
  const named = table(manifest["package"])["default-run"];
  if (typeof named === "string" && main.bins.includes(named)) return named;
  const bin =
    main.bins.find((name) => name === main.name) ??
    main.bins.find((name) => /server|api|web|main/.test(name)) ??
    (main.bins[0] as string);
  if (main.bins.length > 1)
    guesses.push({
      about: "build",
      text: `Of its programs (${main.bins.join(", ")}), ${bin} is taken for the one that serves.`,
    });
  return bin;
}

/** Port in files of settings. */
function portOf(files: FileTree, folders: readonly string[]): number | undefined {
  for (const folder of folders) {
    for (const name of files.list(folder)) {
      const match = /^\s*"?(?:\w*_)?port"?\s*[:=]\s*"?(\d{4,5})/m.exec(
        files.read(joinPath(folder, name)) ?? "",
      );
      const port = Number(match?.[1]);
      if (port > 0 && port !== 5432 && port !== 6379) return port;
    }
  }
  return undefined;
}

/** sqlx and diesel know several databases; the feature says which. */
function usesPostgres(
  files: FileTree,
  packages: readonly CargoPackage[],
  used: (pattern: RegExp) => boolean,
): boolean {
  if (used(/^(tokio-postgres|postgres|deadpool-postgres|bb8-postgres)$/)) return true;
  if (!used(/^(sqlx|diesel|diesel-async|sea-orm|sea-orm-migration)$/)) return false;
  return ["", ...packages.map(({ folder }) => folder)].some((folder) =>
    /postgres/.test(files.read(joinPath(folder, "Cargo.toml")) ?? ""),
  );
}

function nativeLibraries(files: FileTree): Readonly<Record<string, unknown>> {
  const lock = files.read("Cargo.lock") ?? "";
  const locked = (name: string): boolean => lock.includes(`name = "${name}"`);
  const build: string[] = [];
  const run: string[] = [];
  if (locked("openssl-sys") && !locked("openssl-src")) {
    build.push("libssl-dev", "pkg-config");
    run.push("libssl3t64");
  }
  if (locked("pq-sys") && !locked("pq-src")) {
    build.push("libpq-dev");
    run.push("libpq5");
  }
  return run.length === 0 ? {} : { runtime: "debian", buildPackages: build.sort(), packages: run.sort() };
}
