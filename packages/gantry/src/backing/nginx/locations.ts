import { parseDuration } from "../../base/units.ts";
import { anybody } from "../../blueprint/gateway.ts";
import type { NginxOptions, RateLimit, RouteOptions } from "./options.ts";

/** A route with everything decided. */
export interface Route extends Required<Pick<RouteOptions, "service" | "port" | "strip" | "stream">> {
  readonly path: string;
  readonly rateLimit: RateLimit | undefined;
  readonly bodyLimit: string | undefined;
  readonly timeout: string | undefined;
}

/** A `location` block for each route and, where containers are named one by one, what happens when none is reached. */
export function locations(
  routes: readonly Route[],
  options: NginxOptions,
  deployed: boolean,
): readonly string[] {
  const fallbacks = new Map<string, string>();
  const lines = routes.flatMap((route) => {
    const settings = proxySettings(route);
    const upstream = upstreamName(route);
    const key = [upstream, ...settings].join("\n");
    const number = [...fallbacks.keys()].filter((known) => known.split("\n")[0] === upstream).length;
    const name = fallbacks.get(key) ?? `@${anybody(upstream)}${number === 0 ? "" : `_${number + 1}`}`;
    fallbacks.set(key, name);
    return block(`location ${pattern(route)}`, [
      ...limitsOf(route, options),
      ...(route.bodyLimit === undefined ? [] : [`client_max_body_size ${route.bodyLimit};`]),
      ...settings,
      ...(route.strip ? [`rewrite ^${route.path.replace(/\/$/, "")}/?(.*)$ /$1 break;`] : []),
      ...(deployed ? [`error_page 502 = ${name};`] : []),
      `proxy_pass http://${upstream};`,
    ]);
  });
  if (!deployed || routes.length === 0) return lines;
  return [
    ...lines,
    "# Nobody who is named for the service was reached, or all were being looked up in that instant: whoever answers to its",
    "# name is asked instead, if nothing of the request was sent the last time.",
    ...[...fallbacks].flatMap(([key, name]) => {
      const [upstream = "", ...settings] = key.split("\n");
      return block(`location ${name}`, [
        'if ($upstream_bytes_sent !~ "(^| )0$") { return 502; }',
        "proxy_next_upstream_tries 0;",
        ...settings,
        `proxy_pass http://${anybody(upstream)};`,
      ]);
    }),
  ];
}

/** Name of the set of containers that a route leads to. */
export function upstreamName(route: Pick<Route, "service" | "port">): string {
  return `${route.service}_${route.port}`.replaceAll("-", "_");
}

/** Name of a route's own zone of clients. */
export function zoneName(route: Route): string {
  return `route_${route.path.replaceAll(/[^A-Za-z0-9]+/g, "_").replace(/^_|_$/g, "")}`;
}

/** Counts a client's requests in a zone. */
export function limitLine(name: string, limit: RateLimit): string {
  const [count = "1", per = "s"] = limit.rate.split("/");
  const burst = limit.burst ?? Math.max(1, Math.round((Number(count) * 2) / (per === "m" ? 60 : 1)));
  return `limit_req zone=${name}${burst > 0 ? ` burst=${burst} nodelay` : ""};`;
}

/** A span of time as nginx writes it: whole seconds, at least one. */
export function nginxTime(duration: string): string {
  return `${Math.max(1, Math.round((parseDuration(duration) ?? 60_000) / 1000))}s`;
}

function pattern({ path }: Route): string {
  if (path === "/") return "/";
  return `~ ^${path.replaceAll(/[.+*?^${}()|[\]\\]/g, "\\$&").replace(/\/$/, "")}(/|$)`;
}

/** A limit in a block replaces the server's: both count. */
function limitsOf(route: Route, options: NginxOptions): readonly string[] {
  if (route.rateLimit === undefined) return [];
  return [
    ...(options.rateLimit === undefined ? [] : [limitLine("all", options.rateLimit)]),
    limitLine(zoneName(route), route.rateLimit),
  ];
}

function proxySettings({ timeout, stream }: Route): readonly string[] {
  return [
    ...(timeout === undefined
      ? []
      : [`proxy_read_timeout ${nginxTime(timeout)};`, `proxy_send_timeout ${nginxTime(timeout)};`]),
    ...(stream ? ["proxy_buffering off;", "gzip off;"] : []),
  ];
}

function block(head: string, body: readonly string[]): readonly string[] {
  return [`${head} {`, ...body.map((line) => `  ${line}`), "}", ""];
}
