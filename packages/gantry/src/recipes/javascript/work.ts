/** Folder of the application in every image. */
export const workdir = "/app";

/** Folder of a package in the image; "" is the root of the project. */
export const homeOf = (folder: string): string => (folder === "" ? workdir : `${workdir}/${folder}`);

/** What a recipe decides beyond the package's own options; `undefined` is found out from package.json. */
export interface PackageWork {
  readonly build: string | false | undefined;
  readonly outputs: readonly string[] | undefined;
  readonly include?: readonly string[] | undefined;
  readonly args?: Readonly<Record<string, string>> | undefined;
  readonly command: readonly string[] | undefined;
  readonly dev?: readonly string[] | undefined;
  /** `false` keeps all packages beside what Next.js traced. */
  readonly standalone?: boolean | undefined;
}

/** Where the built package lies, what its build makes, and what the image takes of it; paths below the context. */
export interface PackagePaths {
  readonly folder: string;
  readonly outputs: readonly string[];
  readonly shipped: readonly string[];
}

/** Programs of the images; all others that scripts call come with a package. */
const ofTheImage: ReadonlySet<string> = new Set(["node", "npm", "npx", "pnpm", "yarn", "sh"]);

/** `node dist/server.js --port 80` as a list; anything that needs a shell is not taken. */
export function asCommand(script: string | undefined): readonly string[] | undefined {
  if (script === undefined || /[&|;<>$`"'\\*?(){}]/.test(script)) return undefined;
  const [program = "", ...rest] = script.trim().split(/\s+/);
  // An assignment before the program needs a shell.
  if (program.includes("=")) return undefined;
  // npm finds programs of packages by itself; a container's command does not.
  const local = !ofTheImage.has(program) && !program.includes("/");
  return [local ? `node_modules/.bin/${program}` : program, ...rest];
}
