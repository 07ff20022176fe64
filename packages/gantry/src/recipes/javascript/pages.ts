import type { FileTree } from "../../blueprint/files.ts";
import { readJson } from "../common.ts";
import type { Manifest } from "./model.ts";

/** Options of site() for a page that Vite's defaults do not fit; `undefined` where they do, or nothing is known. */
export function knownPage(
  files: FileTree,
  { dependencies, devDependencies }: Manifest,
): Readonly<Record<string, unknown>> | undefined {
  const all = { ...devDependencies, ...dependencies };
  if (all["react-scripts"] !== undefined)
    return {
      output: "build",
      immutable: ["/static/"],
      dev: ["node_modules/.bin/react-scripts", "start"],
      devPort: 3000,
    };
  if (files.list("").includes("angular.json") && all["@angular/core"] !== undefined) return angular(files);
  if (all["@sveltejs/adapter-static"] !== undefined)
    return { output: "build", immutable: ["/_app/immutable/"] };
  // With an adapter it is a server.
  const astro = files.list("").some((name) => /^astro\.config\.[cm]?[jt]s$/.test(name));
  if (astro && !Object.keys(all).some((name) => /^@astrojs\/(node|vercel|netlify|cloudflare)$/.test(name)))
    return {
      immutable: ["/_astro/"],
      spa: false,
      dev: ["node_modules/.bin/astro", "dev", "--host", "0.0.0.0", "--port", "4321"],
      devPort: 4321,
    };
  return undefined;
}

interface AngularProject {
  readonly projectType?: string;
  readonly architect?: {
    readonly build?: {
      readonly builder?: string;
      readonly options?: {
        readonly outputPath?: string | { readonly base?: string; readonly browser?: string };
      };
    };
  };
}

/** Its build writes below the project's name, and hashes names at the top, beside the page. */
function angular(files: FileTree): Readonly<Record<string, unknown>> | undefined {
  const projects = (readJson(files, "angular.json").value?.["projects"] ?? {}) as Record<
    string,
    AngularProject
  >;
  const [name, project] = Object.entries(projects).find(([, one]) => one.projectType !== "library") ?? [];
  if (name === undefined) return undefined;
  const build = project?.architect?.build;
  const path = build?.options?.outputPath;
  const base = (typeof path === "string" ? path : path?.base) ?? `dist/${name}`;
  const browser = typeof path === "object" ? (path.browser ?? "browser") : "browser";
  // The builder before version 17 writes no such folder.
  const split = build?.builder?.endsWith(":application") === true && browser !== "";
  return {
    output: split ? `${base}/${browser}` : base,
    immutable: [],
    ignore: [".angular"],
    dev: ["node_modules/.bin/ng", "serve", "--host", "0.0.0.0", "--port", "4200"],
    devPort: 4200,
    // The optimiser fetches them to write them into the page.
    ...(/fonts\.googleapis\.com/.test(files.read("src/index.html") ?? "") ? { internet: true } : {}),
  };
}
