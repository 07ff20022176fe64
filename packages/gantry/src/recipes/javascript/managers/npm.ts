import type { NodeProject, PackageManager } from "../model.ts";

/** npm, of every Node image. */
export const npm: PackageManager = {
  name: "npm",
  lockFiles: ["npm-shrinkwrap.json", "package-lock.json"],
  lockCommand: "npm install --package-lock-only",
  addCommand: (name) => `npm install --save-dev ${name}`,
  moveCommand: (name) => `npm install --save-prod ${name}`,
  workspaces: (_files, root) => root.workspaces,
  settings: () => [".npmrc"],
  leavings: [],
  hooks: ["preinstall", "install", "postinstall", "prepare"],
  programsAtRoot: true,
  hoists: true,
  nested: nestedIn,
  setup: () => [],
  cache: { kind: "cache", target: "/root/.npm", id: "npm-cache" },
  install: () => ["npm ci"],
  production: (project, folder) => ({
    from: "base",
    script: [
      `npm ci --omit=dev${folder === "" ? "" : ` --workspace ${folder} --include-workspace-root`}`,
      // npm makes no folder for nothing, and it is copied.
      ...(needsNothing(project) ? ["mkdir -p node_modules"] : []),
    ],
  }),
  run: (script, folder) => `npm run ${script}${folder === "" ? "" : ` --workspace ${folder}`}`,
};

/** Members under which npm's lock file has packages that run: other versions than the shared ones. */
function nestedIn(lock: string | undefined, closure: readonly string[]): readonly string[] {
  if (closure.length === 0) return [];
  let packages: Readonly<Record<string, { readonly dev?: boolean }>>;
  try {
    packages = (JSON.parse(lock ?? "{}") as { packages?: typeof packages }).packages ?? {};
  } catch {
    return [];
  }
  return closure.filter((folder) =>
    Object.entries(packages).some(
      ([path, { dev }]) => path.startsWith(`${folder}/node_modules/`) && dev !== true,
    ),
  );
}

/** Neither the workspace's root nor the package needs anything in production: some managers make no folder then. */
export const needsNothing = ({ root, manifest }: NodeProject): boolean =>
  [root, manifest].every(({ dependencies }) => Object.keys(dependencies).length === 0);
