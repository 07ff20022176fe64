import type { PackageManager } from "../model.ts";
import { installGlobally } from "./global.ts";
import { needsNothing, npm } from "./npm.ts";

/** pnpm, whose packages are links into a store. */
export const pnpm: PackageManager = {
  name: "pnpm",
  lockFiles: ["pnpm-lock.yaml"],
  lockCommand: "pnpm install --lockfile-only",
  addCommand: (name, shared) => `pnpm add --save-dev ${shared ? "--workspace-root " : ""}${name}`,
  moveCommand: (name) => `pnpm add --save-prod ${name}`,
  workspaces: (files) => listed(files.read("pnpm-workspace.yaml")),
  settings: () => [".npmrc", "pnpm-workspace.yaml", ".pnpmfile.cjs"],
  leavings: [],
  hooks: npm.hooks,
  programsAtRoot: false,
  hoists: false,
  nested: () => [],
  setup: ({ root }) => [
    { kind: "env", values: { PNPM_HOME: "/pnpm", npm_config_store_dir: "/pnpm/store", CI: "true" } },
    installGlobally(
      `pnpm@${/^pnpm@([\d.]+)/.exec(root.packageManager ?? "")?.[1] ?? "10"}`,
      "pnpm by npm, pinned: newer Node images bring no corepack.",
    ),
  ],
  cache: { kind: "cache", target: "/pnpm/store", id: "pnpm-store" },
  install: () => ["pnpm install --frozen-lockfile"],
  production: (project) => ({
    from: "base",
    script: [
      "pnpm install --frozen-lockfile --prod",
      ...(needsNothing(project) ? ["mkdir -p node_modules"] : []),
    ],
  }),
  deploy: (folder) => `pnpm --filter "{${folder}}" --prod --legacy deploy /out`,
  run: (script, folder) => `pnpm${folder === "" ? "" : ` --filter "{${folder}}"`} run ${script}`,
};

/** Entries of `packages:` in pnpm-workspace.yaml: a plain list of texts, which needs no YAML parser. */
function listed(yaml: string | undefined): readonly string[] {
  const block = /^packages:\s*\n((?:[ \t]*-[^\n]*\n?|[ \t]*#[^\n]*\n?|\s*\n)*)/m.exec(yaml ?? "");
  return [...(block?.[1] ?? "").matchAll(/^\s*-\s*["']?([^"'\n#]+?)["']?\s*(?:#.*)?$/gm)].map(
    (match) => match[1] as string,
  );
}
