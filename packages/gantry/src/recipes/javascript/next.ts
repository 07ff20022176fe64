import type { FileTree } from "../../blueprint/files.ts";
import type { Mount, Step } from "../../blueprint/plan.ts";
import type { Manifest } from "./model.ts";
import { homeOf, workdir } from "./work.ts";

/** What a Next.js application's files say about how it is shipped. */
export interface NextApp {
  /** `next.config.ts` and its like; the running server reads it too, when it is not traced. */
  readonly config: string | undefined;
  /** Its configuration has `output: "standalone"`: the build traces what the server needs. */
  readonly standalone: boolean;
  readonly hasPublic: boolean;
}

/** Reads it; `undefined` when the package does not use Next.js. `files` is the package's folder. */
export function readNext(files: FileTree, manifest: Manifest): NextApp | undefined {
  if (manifest.dependencies["next"] === undefined) return undefined;
  const config = files.list("").find((name) => /^next\.config\.[cm]?[jt]s$/.test(name));
  const text = (config === undefined ? undefined : files.read(config)) ?? "";
  const code = text.replaceAll(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*$/gm, "");
  return {
    config,
    standalone: /\boutput\s*:[^,\n]*["'`]standalone["'`]/.test(code),
    hasPublic: files.list("public").length > 0,
  };
}

/** What the image of an application that is not traced needs of the build, beside its packages. */
export function nextShipped(next: NextApp): readonly string[] {
  return [...(next.hasPublic ? ["public"] : []), ...(next.config === undefined ? [] : [next.config])];
}

/** The build's own cache: the next build compiles only what changed, and it stays out of the image. */
export function nextCache(manifest: Manifest, folder: string): Mount {
  return {
    kind: "cache",
    id: `next-${(manifest.name ?? "app").replaceAll(/[^\w.-]+/g, "-")}`,
    target: nextScratch(folder),
    sharing: "locked",
  };
}

/** Where the build keeps what it made before, and the running server its pictures and pages. */
export const nextScratch = (folder: string): string => `${homeOf(folder)}/.next/cache`;

/** Copies of what the build traced. With `packages`, all production packages are there already, and stay. */
export function standaloneCopies(next: NextApp, folder: string, packages: boolean): readonly Step[] {
  const home = homeOf(folder);
  const traced = `${home}/.next/standalone`;
  const inner = folder === "" ? traced : `${traced}/${folder}`;
  return [
    ...(packages
      ? [
          { kind: "copy", from: "build", sources: [`${inner}/server.js`], to: `${home}/` } as const,
          { kind: "copy", from: "build", sources: [`${inner}/.next`], to: `${home}/.next` } as const,
        ]
      : [
          {
            kind: "copy",
            from: "build",
            sources: [traced],
            to: workdir,
            comment:
              "What Next traced: the server and the packages that it needs. Root's, so that it cannot change its own code.",
          } as const,
        ]),
    { kind: "copy", from: "build", sources: [`${home}/.next/static`], to: `${home}/.next/static` },
    ...(next.hasPublic
      ? [{ kind: "copy", from: "build", sources: [`${home}/public`], to: `${home}/public` } as const]
      : []),
  ];
}

/** The engine sets HOSTNAME to the container's name, and the traced server would listen on that address alone. */
export const listenEverywhere: Step = {
  kind: "env",
  values: { HOSTNAME: "0.0.0.0" },
  comment: "The engine sets it to the container's name, and the server would listen on that address alone.",
};
