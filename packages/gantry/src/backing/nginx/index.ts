import type { Problem } from "../../base/errors.ts";
import { variableName } from "../../base/names.ts";
import { parseDuration } from "../../base/units.ts";
import { upstreamsText } from "../../blueprint/gateway.ts";
import type { Listener } from "../../blueprint/model.ts";
import { nginxImage, nginxUser } from "../../blueprint/web-server.ts";
import type { Part, PartDefinition, PartInput, PartSecret } from "../types.ts";
import { gatewayConfig, gatewayPorts, upstreamsFile, upstreamsOf } from "./config.ts";
import { configFolder, imagePlan, startScript } from "./image.ts";
import type { Route } from "./locations.ts";
import { type NginxOptions, nginxShape, type RouteOptions } from "./options.ts";
import { pageOf } from "./page.ts";
import { publishedPorts } from "./ports.ts";

function describe(input: PartInput<NginxOptions>): Part {
  const { name, environment, options, path } = input;
  const { routes, problems } = readRoutes(input);
  const site = options.site === undefined ? undefined : input.planRecipe(options.site, name, `${path}.site`);
  if (site !== undefined) problems.push(...site.problems);
  const traits = site?.plan?.site;
  if (site?.plan !== undefined && traits === undefined) {
    problems.push({
      code: "GTY2401",
      path: `${path}.site`,
      what: `the recipe ${options.site?.recipe} makes no page`,
      why: "A gateway serves files; this recipe makes a service.",
      fix: "Use site({ … }), or make it a service with a route of its own.",
    });
  }
  if (traits !== undefined && routes.some((route) => route.path === "/")) {
    problems.push({
      code: "GTY2402",
      path: `${path}.routes["/"]`,
      what: "both the page and a route are to answer at /",
      why: "The page answers for every path that no route has.",
      fix: "Give the route a path of its own, such as /api, or leave out `site`.",
    });
  }
  const companionName = `${name}-site`;
  const page =
    site?.plan !== undefined && traits !== undefined
      ? pageOf(companionName, site.plan, traits, environment)
      : undefined;
  const allRoutes = page === undefined ? routes : [...routes, siteRoute(companionName, page.port)];
  const tls = environment === "production" ? tlsSecrets(name, options) : undefined;
  const drainMs = environment === "production" ? (parseDuration(options.drain ?? "") ?? 30_000) : undefined;
  const deployFolder = `${configFolder(name)}/${environment}`;
  const listens: Listener[] = [
    ...(tls === undefined
      ? []
      : [{ port: gatewayPorts.https, protocol: "http" as const, purpose: "encrypted requests" }]),
    {
      port: gatewayPorts.http,
      protocol: "http",
      purpose: tls === undefined ? "requests" : "redirects to https",
    },
  ];
  return {
    role: "gateway",
    kind: "nginx",
    image: { name, plan: imagePlan(name, input.output, options) },
    environment: {},
    secrets: tls?.secrets ?? [],
    listens,
    published: publishedPorts(name, environment, options, tls !== undefined),
    mounts: [
      { kind: "tmpfs", target: "/tmp", sizeBytes: undefined, mode: 0o1777, uid: undefined, gid: undefined },
    ],
    volumes: [],
    uses: [...new Set(allRoutes.map((route) => route.service))],
    health: {
      probe: { kind: "http", port: gatewayPorts.status, path: "/health" },
      test: [
        "CMD",
        "curl",
        "--fail",
        "--silent",
        "--output",
        "/dev/null",
        `http://127.0.0.1:${gatewayPorts.status}/health`,
      ],
      startPeriodMs: 30_000,
    },
    // Longer than worker_shutdown_timeout: requests in flight are answered before the engine ends it. On a laptop an open
    // browser would hold every stop for as long.
    ...(drainMs !== undefined
      ? { stopSignal: "SIGQUIT", graceMs: drainMs + 10_000 }
      : { stopSignal: "SIGTERM", graceMs: 10_000 }),
    security: { user: `${nginxUser.uid}:${nginxUser.gid}`, readOnlyRoot: true, addCapabilities: [] },
    files: {
      [`${deployFolder}/nginx.conf`]: gatewayConfig({
        drainMs,
        header: `# Gateway ${name} in ${environment}.`,
        options,
        routes: allRoutes,
        tls: tls?.paths,
      }),
      ...(drainMs === undefined
        ? {}
        : {
            [`${deployFolder}/upstreams.conf`]: upstreamsText(upstreamsOf(allRoutes)),
            [`${deployFolder}/40-upstreams.sh`]: startScript,
          }),
    },
    ...(drainMs === undefined
      ? {}
      : {
          gateway: {
            upstreams: upstreamsOf(allRoutes),
            statusPort: gatewayPorts.status,
            upstreamsFile,
            drainMs,
          },
        }),
    surge: { possible: false, because: "it owns the host's port" },
    backing: { part: "nginx", version: nginxImage.split(":")[1] ?? "", settings: {} },
    ...(page === undefined ? {} : { companions: [page] }),
    problems,
  };
}

function readRoutes({ options, path, service }: PartInput<NginxOptions>): {
  routes: Route[];
  problems: Problem[];
} {
  const problems: Problem[] = [];
  const routes: Route[] = [];
  for (const [route, target] of Object.entries(options.routes ?? {})) {
    const wanted: RouteOptions = typeof target === "string" ? { service: target } : target;
    const known = service(wanted.service);
    const port = wanted.port ?? known?.port;
    if (known === undefined) continue; // Reported with all other unknown names.
    if (port === undefined) {
      problems.push({
        code: "GTY1204",
        path: `${path}.routes[${JSON.stringify(route)}]`,
        what: `${route} leads to ${wanted.service}, which has no port`,
        why: "A gateway sends requests to a port.",
        fix: `Give ${wanted.service} a \`port\`, or the route one.`,
      });
      continue;
    }
    routes.push({
      path: route,
      service: wanted.service,
      port,
      strip: wanted.strip ?? false,
      stream: wanted.stream ?? false,
      rateLimit: wanted.rateLimit,
      bodyLimit: wanted.bodyLimit,
      timeout: wanted.timeout,
    });
  }
  // nginx takes the first pattern that fits: the longest path must come first.
  routes.sort((a, b) => b.path.length - a.path.length || (a.path < b.path ? -1 : 1));
  return { routes, problems };
}

function siteRoute(service: string, port: number): Route {
  return {
    path: "/",
    service,
    port,
    strip: false,
    stream: false,
    rateLimit: undefined,
    bodyLimit: undefined,
    timeout: undefined,
  };
}

function tlsSecrets(
  name: string,
  options: NginxOptions,
): { secrets: PartSecret[]; paths: { certificate: string; key: string } } | undefined {
  if (options.tls === undefined || options.tls === false) return undefined;
  const names =
    options.tls === true
      ? { certificate: `${variableName(name)}_TLS_CERTIFICATE`, key: `${variableName(name)}_TLS_KEY` }
      : options.tls;
  const secret = (which: "certificate" | "key"): PartSecret => ({
    secret: names[which],
    target: `/run/secrets/${names[which]}`,
    variable: undefined,
    purpose:
      which === "key" ? `private key of ${name}, PEM` : `certificate chain of ${name}, PEM, its own first`,
    generate: false,
  });
  return {
    secrets: [secret("certificate"), secret("key")],
    paths: { certificate: `/run/secrets/${names.certificate}`, key: `/run/secrets/${names.key}` },
  };
}

/** nginx as a gateway. */
export const nginxPart: PartDefinition<NginxOptions> = {
  name: "nginx",
  shape: nginxShape,
  describe,
  address: (_name, options) => ({
    variable: "GATEWAY_URL",
    scheme: options.tls === true ? "https" : "http",
    port: gatewayPorts.http,
  }),
};
