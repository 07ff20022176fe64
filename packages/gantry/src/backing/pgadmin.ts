import type { Problem } from "../base/errors.ts";
import { list, object, text } from "../base/shape.ts";
import { joinPath } from "../blueprint/files.ts";
import { adminToolProblems, commonKeys, missingServers, version } from "./common.ts";
import type { BackingService, CommonOptions, Part, PartDefinition, PartInput, PartSecret } from "./types.ts";

/** pgAdmin in a browser, for development. */
export interface PgadminOptions<Names extends string = string> extends CommonOptions {
  /** Version, such as `"9.10"`. */
  readonly version: string;
  /** PostgreSQL servers that it opens without asking for a password. */
  readonly servers: readonly Names[];
  /** Address that pgAdmin wants for its own account, which nobody has to enter. Default: `admin@example.com`. */
  readonly email?: string;
}

/** pgAdmin, in development only. */
export function pgadmin<const Names extends string>(options: PgadminOptions<Names>): BackingService<Names> {
  return { backing: "pgadmin", options: { only: ["dev"], ...options } } as BackingService<Names>;
}

const port = 8080;

function describe({ name, environment, options, output, path, service }: PartInput<PgadminOptions>): Part {
  const problems: Problem[] = [
    ...adminToolProblems("pgAdmin", environment, path),
    ...missingServers(options.servers, path, service, "postgres"),
  ];
  const servers: Record<string, unknown> = {};
  const passwords: PartSecret[] = [];
  for (const [index, server] of options.servers.entries()) {
    const address = service(server)?.address;
    if (address?.scheme !== "postgres") continue;
    servers[String(index + 1)] = {
      Name: server,
      Group: "Stack",
      Host: server,
      Port: address.port,
      Username: address.user,
      MaintenanceDB: address.database,
      SSLMode: "prefer",
      PasswordExecCommand: `cat /run/secrets/${address.passwordSecret}`,
    };
    if (address.passwordSecret !== undefined)
      passwords.push({
        secret: address.passwordSecret,
        target: `/run/secrets/${address.passwordSecret}`,
        variable: undefined,
        purpose: `password of ${address.user} in ${server}`,
        generate: true,
      });
  }
  const file = `pgadmin/${name}/servers.json`;
  const own = "PGADMIN_PASSWORD";
  return {
    role: "tool",
    kind: "pgadmin",
    image: `dpage/pgadmin4:${options.version}`,
    environment: {
      PGADMIN_LISTEN_PORT: { value: String(port) },
      PGADMIN_DEFAULT_EMAIL: { value: options.email ?? "admin@example.com" },
      PGADMIN_CONFIG_SERVER_MODE: {
        value: "False",
        comment: "One person on one machine: no login, and passwords may come from a command",
      },
      PGADMIN_CONFIG_MASTER_PASSWORD_REQUIRED: { value: "False" },
      PGADMIN_DISABLE_POSTFIX: { value: "1", comment: "It sends no mail" },
    },
    secrets: [
      {
        secret: own,
        target: `/run/secrets/${own}`,
        variable: "PGADMIN_DEFAULT_PASSWORD_FILE",
        purpose: "password of pgAdmin's own account, which it insists on",
        generate: true,
      },
      ...passwords,
    ],
    listens: [{ port, protocol: "http", purpose: "pgAdmin" }],
    mounts: [
      { kind: "volume", volume: `${name}-data`, target: "/var/lib/pgadmin", readOnly: false },
      {
        kind: "bind",
        source: joinPath(output, file),
        target: "/pgadmin4/servers.json",
        readOnly: true,
      },
    ],
    volumes: [{ name: `${name}-data`, backup: false }],
    uses: options.servers,
    health: {
      probe: { kind: "http", port, path: "/misc/ping" },
      test: ["CMD", "wget", "-q", "-O", "/dev/null", `http://127.0.0.1:${port}/misc/ping`],
      startPeriodMs: 120_000,
    },
    graceMs: 10_000,
    // Its start script writes beside its own code, and its Python carries this capability: without it, nothing starts.
    security: { user: undefined, readOnlyRoot: false, addCapabilities: ["NET_BIND_SERVICE"] },
    files: { [file]: `${JSON.stringify({ Servers: servers }, undefined, 2)}\n` },
    comment: "pgAdmin: development only.",
    surge: { possible: true },
    backing: { part: "pgadmin", version: options.version, settings: {} },
    problems,
  };
}

/** pgAdmin. */
export const pgadminPart: PartDefinition<PgadminOptions> = {
  name: "pgadmin",
  shape: object({ ...commonKeys, version, servers: list(text), email: text }, ["version", "servers"]),
  describe,
  address: () => undefined,
};
