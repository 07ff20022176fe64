import type { Problem } from "../../../base/errors.ts";
import { type FileTree, joinPath } from "../../../blueprint/files.ts";
import { recipeProblem } from "../../common.ts";
import type { ManagedFiles, Manifest, PackageManager } from "../model.ts";
import { installGlobally } from "./global.ts";
import { npm } from "./npm.ts";
import {
  imagesYarn,
  isFirstLock,
  makeFolders,
  nameOf,
  otherLock,
  removeYarn,
  yarnClassic,
} from "./yarn-classic.ts";

/** Yarn 2 and later, whose lock file has `__metadata:`. */
export const yarn: PackageManager = {
  name: "yarn",
  lockFiles: yarnClassic.lockFiles,
  lockCommand: "yarn install --mode=update-lockfile",
  addCommand: (name) => `yarn add --dev ${name}`,
  moveCommand: yarnClassic.moveCommand,
  fits: (files, named) => yarnClassic.fits?.(files, named) === false,
  problems: (project) =>
    [firstLock, noVersion, plugAndPlay, noFocus].flatMap((find) => {
      const problem = find(project);
      return problem === undefined ? [] : [problem];
    }),
  workspaces: npm.workspaces,
  settings: () => [".yarnrc.yml", ".yarn/patches/", ".yarn/plugins/", ".yarn/releases/"],
  leavings: [".yarn/cache", ".yarn/unplugged", ".yarn/install-state.gz", ".yarn/build-state.yml", ".pnp.*"],
  // `prepare` is for those who publish.
  hooks: ["preinstall", "install", "postinstall"],
  programsAtRoot: true,
  hoists: true,
  // Its lock file does not say where packages come to lie.
  nested: yarnClassic.nested,
  setup: (project) => [
    ...(pinned(project.root) === undefined
      ? imagesYarn(project)
      : [
          installGlobally(
            `@yarnpkg/cli-dist@${pinned(project.root)}`,
            "Yarn by npm, pinned, in place of the image's: newer Node images bring neither Yarn nor corepack.",
            [removeYarn],
          ),
        ]),
    {
      kind: "env",
      values: { YARN_ENABLE_GLOBAL_CACHE: "1", YARN_ENABLE_INLINE_BUILDS: "1", YARN_ENABLE_TELEMETRY: "0" },
      comment:
        "The cache outside the project, whatever its settings say, and what installing runs in the build's log.",
    },
  ],
  cache: { kind: "cache", target: "/root/.yarn/berry", id: "yarn-cache" },
  install: () => [throughProxy, "yarn install --immutable"],
  production: (project, folder) => ({
    from: "dependencies",
    comment:
      "On from where the lock file was checked: this command installs by an outdated one without a word.",
    script: [
      throughProxy,
      `yarn workspaces focus --production${folder === "" ? "" : ` ${nameOf(project, folder)}`}`,
      makeFolders(project),
    ],
  }),
  run: yarnClassic.run,
};

/** Other tools take the proxy of a build from its usual variables. */
const throughProxy =
  'if [ -n "$HTTPS_PROXY" ]; then export YARN_HTTP_PROXY="${HTTP_PROXY:-$HTTPS_PROXY}" YARN_HTTPS_PROXY="$HTTPS_PROXY"; fi';

/** The version that package.json names. One of the project's own, in `yarnPath`, is started by any Yarn. */
function pinned(root: Manifest): string | undefined {
  return /^yarn@(\d[\w.-]*)/.exec(root.packageManager ?? "")?.[1];
}

function setting(files: FileTree, name: string): string | undefined {
  const line = new RegExp(`^${name}:\\s*["']?([^"'\\s#]+)`, "m");
  return line.exec(files.read(".yarnrc.yml") ?? "")?.[1];
}

/** File of the Yarn that the project carries. */
function carried(files: FileTree): string | undefined {
  const path = setting(files, "yarnPath");
  if (path === undefined) return undefined;
  const parts = joinPath(path).split("/");
  return files.list(parts.slice(0, -1).join("/")).includes(parts.at(-1) as string) ? path : undefined;
}

function firstLock(project: ManagedFiles): Problem | undefined {
  if (!isFirstLock(project.files.read("yarn.lock"))) return undefined;
  return otherLock(
    project,
    "Yarn 1 wrote it, and package.json names a later one.",
    "Run `yarn install` with that Yarn, which translates the file and keeps its versions, and commit it.",
  );
}

function noVersion({ files, root, path, fileName }: ManagedFiles): Problem | undefined {
  if (pinned(root) !== undefined || carried(files) !== undefined) return undefined;
  return recipeProblem(
    "GTY2107",
    path,
    `nothing says which Yarn ${fileName("yarn.lock")} is of`,
    "Each version of Yarn writes and reads its lock file a little differently.",
    "Run `yarn set version stable`, and commit what it writes: `packageManager` in package.json, or .yarn/releases and .yarnrc.yml.",
  );
}

function plugAndPlay({ files, path, fileName }: ManagedFiles): Problem | undefined {
  const linker = setting(files, "nodeLinker");
  if (linker === "node-modules") return undefined;
  return recipeProblem(
    "GTY2106",
    path,
    linker === undefined || linker === "pnp"
      ? "this recipe cannot install Plug'n'Play packages"
      : `this recipe does not know Yarn's linker ${linker}`,
    linker === undefined
      ? `It is what Yarn does when ${fileName(".yarnrc.yml")} names no \`nodeLinker\`. Images get their packages as node_modules.`
      : "Images get their packages as node_modules.",
    `Write \`nodeLinker: node-modules\` into ${fileName(".yarnrc.yml")}, run \`yarn install\` and commit; the lock file and its versions stay.`,
  );
}

/** Before version 4, the command for production's packages was a plug-in. */
function noFocus({ files, root, path, fileName }: ManagedFiles): Problem | undefined {
  const version = pinned(root) ?? /yarn-(\d[\w.-]*)\.[cm]?js$/.exec(carried(files) ?? "")?.[1] ?? "4";
  if (Number.parseInt(version, 10) >= 4) return undefined;
  if (files.list(".yarn/plugins/@yarnpkg").some((name) => name.startsWith("plugin-workspace-tools")))
    return undefined;
  return recipeProblem(
    "GTY2109",
    path,
    `Yarn ${version} in ${fileName("package.json")} cannot install production's packages alone`,
    "Before version 4 the command `yarn workspaces focus` is in a plug-in, and the project does not have it.",
    "Run `yarn plugin import workspace-tools` and commit .yarn/plugins, or move to `yarn set version stable`.",
  );
}
