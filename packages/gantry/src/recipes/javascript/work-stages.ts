import type { Stage } from "../../blueprint/plan.ts";
import { aptInstall } from "../common.ts";
import { laterHooks } from "./install.ts";
import { inMember, runInMembers } from "./members.ts";
import type { NodeProject } from "./model.ts";
import { homeOf, workdir } from "./work.ts";

/** uid and gid of `node` in the official images. */
export const nodeUser: { readonly uid: number; readonly gid: number } = { uid: 1000, gid: 1000 };

/** Runners that end what they started with the help of `ps`, which slim images lack: the old process would keep the port. */
const needPs: readonly string[] = ["@nestjs/cli", "concurrently", "ts-node-dev", "tsc-watch"];

/** Debian packages that tools of development call. */
export function toolPackages(project: NodeProject, variant: string | undefined): readonly string[] {
  const all = packagesOf(project);
  // Alpine's busybox has one.
  const slim = variant?.includes("alpine") !== true;
  return slim && needPs.some((name) => all[name] !== undefined) ? ["procps"] : [];
}

/** Development: everything installed, sources owned by the user so that they can be synced in. */
export function devStage(
  project: NodeProject,
  start: readonly string[],
  from: "dependencies" | "build",
  folder: string,
  { imported, tools }: { readonly imported: readonly string[]; readonly tools: readonly string[] },
): Stage {
  const homes = [...new Set([workdir, homeOf(folder)])];
  const folders = homes.flatMap((path) => [path, `${path}/node_modules`]);
  const later = from === "build" ? [] : laterHooks(project);
  const prepared = [
    ...later,
    ...(from === "build" || imported.length === 0 ? [] : [runInMembers(project, "build", imported)]),
  ];
  return {
    name: "dev",
    from,
    comment: "Development: all dependencies and the sources; changes are synced in while it runs.",
    steps: [
      ...(tools.length === 0
        ? []
        : [aptInstall(tools, "The tools that restart it end the old process with `ps`.")]),
      { kind: "env", values: { NODE_ENV: "development" } },
      {
        kind: "run",
        script: [
          ...(folder === "" ? [] : [`mkdir -p ${homeOf(folder)}/node_modules`]),
          `chown ${nodeUser.uid}:${nodeUser.gid} ${folders.join(" ")}`,
        ],
        comment:
          "The folders themselves only: tools write beside the sources and packages, which stay root's.",
      },
      { kind: "copy", sources: ["."], to: "./", owner: nodeUser },
      ...(prepared.length === 0
        ? []
        : [
            {
              kind: "run",
              script: prepared,
              network: "none",
              comment:
                imported.length > 0
                  ? "The packages that it imports are built: their sources are not what is imported."
                  : "What installing left out.",
            } as const,
          ]),
      ...inMember(folder),
      { kind: "user", ...nodeUser },
      { kind: "cmd", command: start },
    ],
  };
}

/** Vite and Vitest write beside the packages, wherever else they are told to. */
export function testFolders(project: NodeProject, folder: string): readonly string[] {
  const all = packagesOf(project);
  if (all["vitest"] === undefined && all["vite"] === undefined) return [];
  const modules = `${homeOf(folder)}/node_modules`;
  return [`${modules}/.vite`, `${modules}/.vite-temp`];
}

/** What development and tests can call: the package's own, and the tools at the root of its workspace. */
const packagesOf = ({ root, manifest }: NodeProject): Readonly<Record<string, string>> => ({
  ...root.devDependencies,
  ...manifest.dependencies,
  ...manifest.devDependencies,
});

/** Tests: what production runs, with the tests and what they need. */
export function testStage(project: NodeProject, built: boolean, folder: string): Stage {
  const later = built ? [] : laterHooks(project);
  return {
    name: "test",
    from: built ? "build" : "dependencies",
    comment: "Tests run here: the same system and user as production, with the development dependencies.",
    steps: [
      ...(built ? [] : [{ kind: "copy", sources: ["."], to: "./" } as const]),
      ...(later.length === 0 ? [] : [{ kind: "run", script: later, network: "none" } as const]),
      ...inMember(folder),
      {
        kind: "env",
        values: { NODE_ENV: "test", HOME: "/tmp" },
        comment: "Test runners keep caches and tokens at home; as in production, only /tmp can be written.",
      },
      { kind: "user", ...nodeUser },
    ],
  };
}
