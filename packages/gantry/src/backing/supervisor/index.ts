import { list, object, type Shape, span, text } from "../../base/shape.ts";
import { parseDuration } from "../../base/units.ts";
import { joinPath } from "../../blueprint/files.ts";
import { commonKeys } from "../common.ts";
import type { BackingService, CommonOptions, Part, PartDefinition, PartInput } from "../types.ts";
import { supervisorProgram } from "./program.ts";

/** What the engine does not do: restart a container that runs and stays unhealthy. */
export interface SupervisorOptions<Names extends string = string> extends CommonOptions {
  /** Services that it may restart. Default: all that have a health check. */
  readonly services?: readonly Names[];
  /** How long one must stay unhealthy, beyond what its health check itself waits for. Default: `"30s"`. */
  readonly patience?: string;
  /** Pause after the first restart; each further one is twice as long. Default: `"10s"`. */
  readonly firstPause?: string;
  /** Longest pause; one that kept well for so long begins anew. Default: `"5m"`. */
  readonly longestPause?: string;
  /** Image with Node, when the official one is not wanted. */
  readonly image?: string;
}

/**
 * Restarts what stays unhealthy, with back-off. It needs the engine's socket, and who has that socket has the machine:
 * so it is on no network, its root file system is read-only, and its program is a page that you can read. Off unless you
 * name it.
 */
export function supervisor<const Names extends string = never>(
  options: SupervisorOptions<Names> = {},
): BackingService<Names> {
  return { backing: "supervisor", options: { ...options } } as BackingService<Names>;
}

function describe({ name, options, output }: PartInput<SupervisorOptions>): Part {
  const folder = `supervisor/${name}`;
  const seconds = (value: string | undefined, otherwise: number): { readonly value: string } => ({
    value: String((parseDuration(value ?? "") ?? otherwise) / 1000),
  });
  return {
    role: "tool",
    kind: "supervisor",
    image: {
      name,
      plan: {
        context: joinPath(output, folder),
        stages: [
          {
            name: "supervisor",
            from: options.image ?? "node:24-trixie-slim",
            steps: [
              { kind: "copy", sources: ["supervisor.mjs"], to: "/app/supervisor.mjs" },
              { kind: "cmd", command: ["node", "/app/supervisor.mjs"] },
            ],
          },
        ],
        targets: { dev: "supervisor", test: "supervisor", production: "supervisor" },
        ignore: [],
        image: {
          user: { uid: 0, gid: 0 },
          workdir: "/",
          programs: ["node"],
          shell: true,
          command: ["node", "/app/supervisor.mjs"],
          scratch: ["/tmp"],
        },
        args: {},
        contexts: {},
        secrets: [],
        develop: undefined,
      },
    },
    environment: {
      PATIENCE: seconds(options.patience, 30_000),
      FIRST_PAUSE: seconds(options.firstPause, 10_000),
      LONGEST_PAUSE: seconds(options.longestPause, 300_000),
      ...(options.services === undefined ? {} : { SERVICES: { value: options.services.join(",") } }),
    },
    secrets: [],
    listens: [],
    mounts: [
      {
        kind: "bind",
        source: "${DOCKER_SOCKET:-/var/run/docker.sock}",
        target: "/var/run/docker.sock",
        readOnly: false,
      },
      { kind: "tmpfs", target: "/tmp", sizeBytes: undefined, mode: 0o1777, uid: undefined, gid: undefined },
    ],
    volumes: [],
    uses: [],
    health: {
      probe: { kind: "file", path: "/tmp/alive", maxAgeMs: 60_000 },
      test: [
        "CMD",
        "node",
        "-e",
        'process.exit(Math.abs(Date.now() - require("node:fs").statSync("/tmp/alive").mtimeMs) < 60000 ? 0 : 1)',
      ],
      startPeriodMs: 30_000,
    },
    graceMs: 10_000,
    // The socket belongs to root, and its group has another number on every machine.
    security: { user: "0:0", readOnlyRoot: true, addCapabilities: [], init: true },
    resources: { memory: 64 * 1024 ** 2, cpus: 0.25 },
    files: { [`${folder}/supervisor.mjs`]: supervisorProgram },
    comment: "Restarts what stays unhealthy. It holds the engine's socket, and is therefore on no network.",
    surge: { possible: false, because: "two of it would restart the same container twice" },
    backing: { part: "supervisor", version: "1", settings: {} },
  };
}

const shape: Shape = object({
  ...commonKeys,
  services: list(text),
  patience: span,
  firstPause: span,
  longestPause: span,
  image: text,
});

/** The supervisor. */
export const supervisorPart: PartDefinition<SupervisorOptions> = {
  name: "supervisor",
  shape,
  describe,
  address: () => undefined,
};
