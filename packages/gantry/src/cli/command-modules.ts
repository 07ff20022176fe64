import type { CommandModule } from "./invocation.ts";

/** Each command's module by its name, imported when it is called: what is not called costs nothing at start. */
export const commandModules: Readonly<Record<string, () => Promise<CommandModule>>> = {
  build: () => import("./commands/build.ts"),
  check: () => import("./commands/check.ts"),
  completion: () => import("./commands/completion.ts"),
  config: () => import("./commands/config.ts"),
  deploy: () => import("./commands/deploy.ts"),
  down: () => import("./commands/down.ts"),
  exec: () => import("./commands/exec.ts"),
  explain: () => import("./commands/explain.ts"),
  history: () => import("./commands/history.ts"),
  init: () => import("./commands/init.ts"),
  logs: () => import("./commands/logs.ts"),
  prune: () => import("./commands/prune.ts"),
  ps: () => import("./commands/ps.ts"),
  push: () => import("./commands/push.ts"),
  render: () => import("./commands/render.ts"),
  rollback: () => import("./commands/rollback.ts"),
  run: () => import("./commands/run.ts"),
  scale: () => import("./commands/scale.ts"),
  secrets: () => import("./commands/secrets.ts"),
  shell: () => import("./commands/shell.ts"),
  test: () => import("./commands/test.ts"),
  up: () => import("./commands/up.ts"),
  verify: () => import("./commands/verify.ts"),
  version: () => import("./commands/version.ts"),
};
