import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { GantryError } from "../base/errors.ts";
import { problems } from "./catalogue.ts";

/** Certificates of a TLS connection, as paths. */
export interface TlsFiles {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  readonly verify: boolean;
}

/** Where the engine is, and how that was found. */
export type EngineAddress =
  | { readonly kind: "unix"; readonly path: string; readonly via: string }
  | {
      readonly kind: "tcp";
      readonly host: string;
      readonly port: number;
      readonly tls: TlsFiles | undefined;
      readonly via: string;
    }
  | {
      readonly kind: "ssh";
      /** `user@host`, or a name of the SSH configuration. */
      readonly destination: string;
      readonly port: number | undefined;
      readonly via: string;
    };

/** What is looked at to find the engine; a test passes its own. */
export interface ConnectionSources {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  /** Text of a file; `undefined` when it is not there. */
  readonly readText: (path: string) => string | undefined;
}

/** The process's own environment and files. */
export function systemSources(environment: NodeJS.ProcessEnv = process.env): ConnectionSources {
  return {
    environment,
    home: homedir(),
    readText: (path) => {
      try {
        return readFileSync(path, "utf8");
      } catch {
        return undefined;
      }
    },
  };
}

/**
 * Finds the engine in the order that `docker` itself uses, so that both always talk to the same one: DOCKER_HOST,
 * DOCKER_CONTEXT, the current context of the client's configuration, the default socket.
 */
export function findEngine(sources: ConnectionSources): EngineAddress {
  const { environment } = sources;
  const host = environment["DOCKER_HOST"];
  if (host !== undefined && host !== "") return parseAddress(host, "DOCKER_HOST", environmentTls(sources));
  const folder = environment["DOCKER_CONFIG"] ?? join(sources.home, ".docker");
  const named = environment["DOCKER_CONTEXT"];
  const [context, via] =
    named !== undefined && named !== ""
      ? [named, "DOCKER_CONTEXT"]
      : [currentContext(sources, folder), `the current context in ${join(folder, "config.json")}`];
  if (context === undefined || context === "default")
    return { kind: "unix", path: "/var/run/docker.sock", via: "the default socket" };
  return contextAddress(sources, folder, context, via);
}

/** The address as people write it, for messages and for DOCKER_HOST. */
export function addressText(address: EngineAddress): string {
  switch (address.kind) {
    case "unix":
      return `unix://${address.path}`;
    case "tcp":
      return `tcp://${address.host}:${address.port}`;
    case "ssh":
      return `ssh://${address.destination}${address.port === undefined ? "" : `:${address.port}`}`;
    default:
      return address satisfies never;
  }
}

/** Understands `unix://PATH`, `tcp://HOST:PORT` and `ssh://[USER@]HOST[:PORT]`; anything else is a problem. */
export function parseAddress(text: string, via: string, tls?: TlsFiles): EngineAddress {
  if (text.startsWith("unix://")) return { kind: "unix", path: text.slice("unix://".length), via };
  const ssh = /^ssh:\/\/([^:/]+)(?::(\d+))?\/?$/.exec(text);
  if (ssh?.[1] !== undefined)
    return { kind: "ssh", destination: ssh[1], port: ssh[2] === undefined ? undefined : Number(ssh[2]), via };
  const match = /^(?:tcp|https?):\/\/(\[[0-9a-f:]+\]|[^:/]+)(?::(\d+))?\/?$/i.exec(text);
  if (match?.[1] === undefined) throw new GantryError(problems.badAddress(text, via), { exit: "noEngine" });
  const port = match[2] === undefined ? (tls === undefined ? 2375 : 2376) : Number(match[2]);
  return { kind: "tcp", host: match[1], port, tls, via };
}

function environmentTls({ environment, home }: ConnectionSources): TlsFiles | undefined {
  const verify = (environment["DOCKER_TLS_VERIFY"] ?? "") !== "";
  if (!verify && (environment["DOCKER_TLS"] ?? "") === "") return undefined;
  return tlsFiles(environment["DOCKER_CERT_PATH"] ?? join(home, ".docker"), verify);
}

function tlsFiles(folder: string, verify: boolean): TlsFiles {
  return { ca: join(folder, "ca.pem"), cert: join(folder, "cert.pem"), key: join(folder, "key.pem"), verify };
}

function currentContext(sources: ConnectionSources, folder: string): string | undefined {
  const config = parseJson(sources.readText(join(folder, "config.json")));
  const name = config?.["currentContext"];
  return typeof name === "string" && name !== "" ? name : undefined;
}

/** Docker keeps each context under the SHA-256 of its name. */
function contextAddress(
  sources: ConnectionSources,
  folder: string,
  name: string,
  via: string,
): EngineAddress {
  const id = createHash("sha256").update(name).digest("hex");
  const meta = parseJson(sources.readText(join(folder, "contexts", "meta", id, "meta.json")));
  const endpoint = (meta?.["Endpoints"] as Record<string, unknown> | undefined)?.["docker"] as
    | { Host?: string; SkipTLSVerify?: boolean }
    | undefined;
  if (endpoint?.Host === undefined)
    throw new GantryError(problems.contextMissing(name, via), { exit: "noEngine" });
  const certificates = join(folder, "contexts", "tls", id, "docker");
  const tls =
    sources.readText(join(certificates, "ca.pem")) === undefined
      ? undefined
      : tlsFiles(certificates, endpoint.SkipTLSVerify !== true);
  return parseAddress(endpoint.Host, `the Docker context ${name}`, tls);
}

function parseJson(text: string | undefined): Record<string, unknown> | undefined {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
