/** One set of containers that a gateway sends requests to. */
export interface Upstream {
  /** Name in the gateway's configuration: `api_3000`. */
  readonly name: string;
  readonly service: string;
  /** Port in the container. */
  readonly port: number;
}

/** What a deploy must know of a gateway to move requests from one generation to the next. */
export interface GatewayFacts {
  readonly upstreams: readonly Upstream[];
  /** Port on the gateway's own loopback address, for probes. */
  readonly statusPort: number;
  /** File in the running container, on tmpfs, that says where requests go. */
  readonly upstreamsFile: string;
  /** Requests, WebSockets and event streams in flight may take this long to end before their worker does. */
  readonly drainMs: number;
}

/** Containers that answer for a service, by the names that the engine's name server knows. */
export interface Pin {
  /** What the gateway says when it is asked which generation it serves. */
  readonly generation: string;
  /** Hosts by service: names of containers, or their addresses. A service without any is left to its own name. */
  readonly hosts: Readonly<Record<string, readonly string[]>>;
}

/** What the gateway answers for its generation as long as nobody deployed anything: names decide. */
export const unpinned = "none";

/** Name of the upstream that asks the engine's name server for whoever answers to the service's name. */
export function anybody(upstream: string): string {
  return `${upstream}_any`;
}

/**
 * nginx's `upstream` blocks, and the generation that they belong to: all of it in one file, so that it changes at once.
 * Without a pin each service is reached by its name, which is right whenever one generation runs. With a pin its
 * containers are named one by one. Whoever answers to the service's name stands in an upstream of its own: as `backup` in
 * the same one, each change of the name's addresses would make nginx refuse requests that its other processes are just
 * finding a server for, and nobody could tell whether the named ones answer or the backup.
 */
export function upstreamsText(upstreams: readonly Upstream[], pin?: Pin): string {
  return `${[
    "# The generation that is served; a deploy asks for it to prove that it changed.",
    "map $server_port $generation {",
    `  default "${pin?.generation ?? unpinned}";`,
    "}",
    ...upstreams.flatMap((upstream) => ["", ...upstreamBlock(upstream, pin?.hosts[upstream.service] ?? [])]),
    "",
    "# Asked when none of the above was reached.",
    ...upstreams.flatMap(({ name, service, port }) => [
      `upstream ${anybody(name)} {`,
      `  zone ${anybody(name)} 64k;`,
      `  server ${service}:${port} resolve ${comeback};`,
      "}",
    ]),
  ].join("\n")}\n`;
}

/** One `upstream` block; with no hosts the engine's name server decides. */
export function upstreamBlock(
  { name, service, port }: Upstream,
  hosts: readonly string[],
): readonly string[] {
  const servers = hosts.length === 0 ? [service] : hosts;
  return [
    `upstream ${name} {`,
    `  zone ${name} 64k;`,
    ...servers.map((host) => `  server ${host}:${port}${isAddress(host) ? "" : " resolve"} ${comeback};`),
    "  keepalive 32;",
    "  # Shorter than any server's own limit (gunicorn closes idle connections after 2 s, Node and uvicorn after 5 s): a",
    "  # request never meets a connection that the other side is just closing.",
    "  keepalive_timeout 1s;",
    "}",
  ];
}

/**
 * A container that failed is asked again after as long as its address is believed. With nginx's own 10 s, a service of one
 * container would be away for 10 s after every restart of it.
 */
const comeback = "fail_timeout=2s";

const isAddress = (host: string): boolean => /^[\d.]+$/.test(host);

/** The generation in the text of an upstreams file; `undefined` when it is none. */
export function generationIn(text: string): string | undefined {
  return /map \$server_port \$generation \{\s*default "([^"]*)";/.exec(text)?.[1];
}

/** An upstream as it stands in a file, with the containers that are named for it; none when its name decides. */
export interface WrittenUpstream extends Upstream {
  readonly hosts: readonly string[];
}

/** The upstreams of a file that {@link upstreamsText} wrote. */
export function upstreamsIn(text: string): readonly WrittenUpstream[] {
  const servers = new Map(
    [...text.matchAll(/^upstream (\S+) \{([^}]*)\}/gm)].map(([, name = "", block = ""]) => [
      name,
      [...block.matchAll(/^\s*server (\S+):(\d+)/gm)].map(([, host = "", port]) => ({
        host,
        port: Number(port),
      })),
    ]),
  );
  return [...servers].flatMap(([name, named]) => {
    const own = servers.get(anybody(name))?.[0];
    if (own === undefined) return [];
    const hosts = named.map(({ host }) => host).filter((host) => host !== own.host);
    return [{ name, service: own.host, port: own.port, hosts }];
  });
}
