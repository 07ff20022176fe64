import { type Upstream, upstreamBlock } from "../../blueprint/gateway.ts";
import { unprivilegedNginx } from "../../blueprint/web-server.ts";
import { limitLine, locations, nginxTime, type Route, upstreamName, zoneName } from "./locations.ts";
import type { NginxOptions, RateLimit } from "./options.ts";

/** What a configuration is written from. */
export interface GatewayConfig {
  readonly header: string;
  /**
   * Time that requests in flight, WebSockets and event streams get to end by themselves when nginx stops or reloads, and
   * upstreams in a file of their own, which a deploy changes. `undefined` where nothing is deployed.
   */
  readonly drainMs: number | undefined;
  readonly options: NginxOptions;
  readonly routes: readonly Route[];
  readonly tls: { readonly certificate: string; readonly key: string } | undefined;
}

/** Where the running container says which containers requests go to: on its tmpfs, because its root is read-only. */
export const upstreamsFile = "/tmp/nginx/upstreams.conf";

/** The port for people, the encrypted one, and the one for probes that no network reaches. */
export const gatewayPorts: { readonly http: number; readonly https: number; readonly status: number } = {
  http: 8080,
  https: 8443,
  status: 8081,
};

/** `nginx.conf` of a gateway, whole: one file that a reader can follow from top to bottom. */
export function gatewayConfig(config: GatewayConfig): string {
  return `${[
    config.header,
    "",
    ...unprivilegedNginx.main,
    ...(config.drainMs !== undefined
      ? [
          "# Old workers end after this, even with event streams and WebSockets still open.",
          `worker_shutdown_timeout ${Math.ceil(config.drainMs / 1000)}s;`,
        ]
      : []),
    "",
    "events {",
    "  worker_connections 4096;",
    "}",
    "",
    "http {",
    ...indent(httpLines(config)),
    "}",
  ].join("\n")}\n`;
}

function httpLines(config: GatewayConfig): readonly string[] {
  const { options, routes, tls } = config;
  const upstreams = upstreamsOf(routes);
  const deployed = config.drainMs !== undefined;
  return [
    "include /etc/nginx/mime.types;",
    "default_type application/octet-stream;",
    "server_tokens off;",
    "sendfile on;",
    "tcp_nopush on;",
    ...unprivilegedNginx.http,
    "",
    ...requestId,
    "",
    ...accessLog,
    "",
    "# WebSockets: `Upgrade` is passed on when the client asks for it; otherwise connections to services stay open.",
    "map $http_upgrade $connection_upgrade {",
    "  default upgrade;",
    "  ''      '';",
    "}",
    "",
    ...compression,
    "",
    ...limits(config),
    ...clientAddress(options.trustedProxies),
    "# The engine's own name server. Addresses change when a container is replaced; they are asked for again after 2 s.",
    "resolver 127.0.0.11 valid=2s ipv6=off;",
    "",
    ...(deployed
      ? [
          "# Where requests go. A deploy changes this file in the running container; every start begins with the image's own.",
          `include ${upstreamsFile};`,
          "",
        ]
      : upstreams.flatMap((upstream) => [...upstreamBlock(upstream, []), ""])),
    `client_max_body_size ${options.bodyLimit ?? "1m"};`,
    "client_header_timeout 15s;",
    "client_body_timeout 15s;",
    "keepalive_timeout 75s;",
    ...(deployed
      ? [
          "# A client with an open connection gets one more answer, with `Connection: close`, before a worker ends.",
          "keepalive_min_timeout 10s;",
        ]
      : []),
    "",
    ...statusServer(deployed ? upstreams : []),
    "",
    ...(tls === undefined
      ? server([`listen ${gatewayPorts.http};`], config)
      : [
          ...redirectServer,
          "",
          ...server(
            [
              `listen ${gatewayPorts.https} ssl;`,
              "http2 on;",
              `ssl_certificate ${tls.certificate};`,
              `ssl_certificate_key ${tls.key};`,
              "ssl_protocols TLSv1.2 TLSv1.3;",
              "# Mozilla's intermediate list; with TLS 1.3 the client's order is as good as ours.",
              "ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305;",
              "ssl_prefer_server_ciphers off;",
              "ssl_session_cache shared:tls:10m;",
              "ssl_session_timeout 1d;",
              "ssl_session_tickets off;",
            ],
            config,
          ),
        ]),
  ];
}

const requestId: readonly string[] = [
  "# A request keeps the id it came with, if that is harmless; otherwise it gets one.",
  "map $http_x_request_id $request_id_out {",
  '  "~^[A-Za-z0-9._-]{8,64}$" $http_x_request_id;',
  "  default                   $request_id;",
  "}",
];

const accessLog: readonly string[] = [
  "# One JSON object a line. The query is left out: it may hold what is nobody's business.",
  "map $request_uri $request_path {",
  '  "~^(?<path>[^?]*)" $path;',
  "}",
  "log_format json escape=json '{'",
  '  \'"time":"$time_iso8601","level":"info","msg":"request",\'',
  '  \'"requestId":"$request_id_out","client":"$remote_addr",\'',
  '  \'"method":"$request_method","host":"$host","path":"$request_path","status":$status,\'',
  '  \'"bytes":$body_bytes_sent,"seconds":$request_time,\'',
  '  \'"upstream":"$upstream_addr","upstreamStatus":"$upstream_status","upstreamSeconds":"$upstream_response_time",\'',
  '  \'"agent":"$http_user_agent"\'',
  "'}';",
  "access_log /dev/stdout json;",
];

const compression: readonly string[] = [
  "# Answers of services. Files of a page come compressed: that was done when they were built.",
  "gzip on;",
  "gzip_vary on;",
  "gzip_proxied any;",
  "gzip_min_length 1024;",
  "gzip_types application/json application/problem+json image/svg+xml text/css text/plain;",
];

function statusServer(upstreams: readonly Upstream[]): readonly string[] {
  return [
    "# For health probes; on the loopback address, so that no network reaches it.",
    "server {",
    `  listen 127.0.0.1:${gatewayPorts.status};`,
    "  access_log off;",
    "  location = /health { default_type text/plain; return 200 'ok'; }",
    "  location = /status { stub_status; }",
    ...(upstreams.length === 0
      ? []
      : [
          "  # For deploys: which generation is served, and which container answers.",
          "  location = /generation { default_type text/plain; return 200 $generation; }",
          "  proxy_connect_timeout 2s;",
          "  add_header X-Answered-By $upstream_addr always;",
          ...upstreams.map(({ name }) => `  location /answers/${name}/ { proxy_pass http://${name}/; }`),
        ]),
    "}",
  ];
}

const redirectServer: readonly string[] = [
  "server {",
  `  listen ${gatewayPorts.http};`,
  "  return 308 https://$host$request_uri;",
  "}",
];

/** The sets of containers that routes lead to, each once. */
export function upstreamsOf(routes: readonly Route[]): readonly Upstream[] {
  return [
    ...new Map(
      routes.map(({ service, port }) => {
        const name = upstreamName({ service, port });
        return [name, { name, service, port }];
      }),
    ).values(),
  ];
}

/** Zones of the rate limits: one for the whole, one for each route that has its own. */
function limits({ options, routes }: GatewayConfig): readonly string[] {
  const zones = [
    ...(options.rateLimit === undefined ? [] : [zone("all", options.rateLimit)]),
    ...routes.flatMap((route) =>
      route.rateLimit === undefined ? [] : [zone(zoneName(route), route.rateLimit)],
    ),
  ];
  if (zones.length === 0) return [];
  return [
    "# Requests per client; 10 MB remember about 160,000 addresses. Too many are answered with 429.",
    ...zones,
    "limit_req_status 429;",
    "",
  ];
}

function zone(name: string, limit: RateLimit): string {
  return `limit_req_zone $binary_remote_addr zone=${name}:10m rate=${limit.rate.replace("/", "r/")};`;
}

function clientAddress(proxies: readonly string[] | undefined): readonly string[] {
  if (proxies === undefined || proxies.length === 0) return [];
  return [
    "# Only these may say who the client is.",
    ...proxies.map((network) => `set_real_ip_from ${network};`),
    "real_ip_header X-Forwarded-For;",
    "real_ip_recursive on;",
    "",
  ];
}

function server(listen: readonly string[], config: GatewayConfig): readonly string[] {
  const { options, routes, tls } = config;
  return [
    "server {",
    ...indent([
      ...listen,
      "server_name _;",
      "",
      "add_header X-Request-Id $request_id_out always;",
      ...(tls === undefined ? [] : ['add_header Strict-Transport-Security "max-age=31536000" always;']),
      ...(options.rateLimit === undefined ? [] : [limitLine("all", options.rateLimit)]),
      "",
      ...proxyDefaults(options),
      "",
      ...locations(routes, options, config.drainMs !== undefined),
      ...(routes.some((route) => route.path === "/") ? [] : ["location / {", "  return 404;", "}"]),
    ]),
    "}",
  ];
}

function proxyDefaults(options: NginxOptions): readonly string[] {
  const timeout = nginxTime(options.timeout ?? "60s");
  return [
    "proxy_http_version 1.1;",
    "proxy_set_header Host $host;",
    "proxy_set_header X-Request-Id $request_id_out;",
    "# The answer carries the id once: from here, not from the service too.",
    "proxy_hide_header X-Request-Id;",
    "proxy_set_header X-Real-IP $remote_addr;",
    "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
    "proxy_set_header X-Forwarded-Proto $scheme;",
    "proxy_set_header X-Forwarded-Host $host;",
    "proxy_set_header Upgrade $http_upgrade;",
    "proxy_set_header Connection $connection_upgrade;",
    "proxy_connect_timeout 2s;",
    `proxy_read_timeout ${timeout};`,
    `proxy_send_timeout ${timeout};`,
    "# Another copy is asked when one cannot be reached; a POST that a service may have begun is never sent twice.",
    "proxy_next_upstream error timeout;",
    "proxy_next_upstream_tries 2;",
    "proxy_next_upstream_timeout 5s;",
  ];
}

function indent(lines: readonly string[]): string[] {
  return lines.map((line) => (line === "" ? "" : `  ${line}`));
}
