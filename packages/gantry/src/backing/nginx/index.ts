import type { Problem } from "../../base/errors.ts";
import { variableName } from "../../base/names.ts";
import { parseDuration } from "../../base/units.ts";
import { joinPath } from "../../blueprint/files.ts";
import { upstreamsText } from "../../blueprint/gateway.ts";
import type { Listener, PublishedPort } from "../../blueprint/model.ts";
import type { BuildPlan, EnvironmentName, SiteTraits, Stage } from "../../blueprint/plan.ts";
import { environmentNames } from "../../blueprint/plan.ts";
import { nginxImage, nginxUser } from "../../blueprint/web-server.ts";
import type { Companion, Part, PartDefinition, PartInput, PartSecret } from "../types.ts";
import { gatewayConfig, gatewayPorts, type Route, upstreamsFile, upstreamsOf } from "./config.ts";
import { type NginxOptions, nginxShape, type RouteOptions } from "./options.ts";

/** Where the rendered configuration of every environment lies, below the output folder. */
const configFolder = (name: string): string => `nginx/${name}`;

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

/** The image's entry point runs it before nginx; the root file system is read-only, and `/tmp` is empty at each start. */
const startScript = `#!/bin/sh
# A deploy says in this file which containers answer; a start begins with the names of the services.
set -eu
mkdir -p ${upstreamsFile.slice(0, upstreamsFile.lastIndexOf("/"))}
cp /etc/nginx/upstreams.conf ${upstreamsFile}
`;

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

/**
 * The page is a service of its own: a changed page is deployed beside the old one like any other service, and the gateway,
 * which owns the host's port and cannot run twice, stays.
 */
function pageOf(name: string, plan: BuildPlan, traits: SiteTraits, environment: EnvironmentName): Companion {
  if (environment === "dev")
    return {
      name,
      image: { name, plan: { ...plan, image: traits.devImage } },
      command: traits.devCommand,
      port: traits.devPort,
      comment: "The page's own server with hot reload; in production the built files.",
    };
  return {
    name,
    // Tests run against the page as it is served, not in the stage for the page's own tests.
    image: { name, plan: { ...plan, targets: { ...plan.targets, test: plan.targets.production } } },
    port: traits.port,
    healthPath: traits.healthPath,
    // A handful of files from the page cache: 64 MB is four times what nginx was seen to use.
    memory: "64m",
    cpus: 0.5,
    // nginx ends the requests in flight at SIGQUIT, and cuts them at SIGTERM.
    stopSignal: "SIGQUIT",
    comment:
      "The page: built files behind a web server of their own, so that a new page replaces the old without a gap.",
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

function publishedPorts(
  name: string,
  environment: EnvironmentName,
  options: NginxOptions,
  tls: boolean,
): readonly PublishedPort[] {
  if (environment === "test") return [];
  const open = environment === "production";
  const plain = {
    standard: open ? 80 : 8080,
    target: gatewayPorts.http,
    variable: `${variableName(name)}_PORT`,
    protocol: "http" as const,
  };
  const encrypted = {
    standard: open ? 443 : 8443,
    target: gatewayPorts.https,
    variable: `${variableName(name)}_TLS_PORT`,
    protocol: "https" as const,
  };
  const port = (
    wanted: NginxOptions["publish"],
    of: typeof plain | typeof encrypted,
  ): readonly PublishedPort[] => {
    if (wanted === false) return [];
    const chosen =
      typeof wanted === "number"
        ? { port: wanted }
        : typeof wanted === "object"
          ? wanted
          : { port: of.standard };
    // A gateway is there to be reached: in production on every address, on a laptop only from the laptop.
    return [
      {
        host: ("host" in chosen ? chosen.host : undefined) ?? (open ? "0.0.0.0" : "127.0.0.1"),
        port: chosen.port,
        target: of.target,
        variable: of.variable,
        protocol: of.protocol,
      },
    ];
  };
  return [...(tls ? port(options.publishTls, encrypted) : []), ...port(options.publish, plain)];
}

/** nginx with its configuration; a stage per environment. */
function imagePlan(name: string, output: string, options: NginxOptions): BuildPlan {
  const stage = (environment: EnvironmentName): Stage => ({
    name: environment,
    from: options.image ?? nginxImage,
    ...(environment === "production" ? { comment: "What runs: nginx and its configuration." } : {}),
    steps: [
      { kind: "copy", sources: [`${environment}/nginx.conf`], to: "/etc/nginx/nginx.conf" },
      ...(environment === "production"
        ? [
            {
              kind: "copy",
              sources: [`${environment}/upstreams.conf`],
              to: "/etc/nginx/upstreams.conf",
            } as const,
            {
              kind: "copy",
              mode: "0755",
              sources: [`${environment}/40-upstreams.sh`],
              to: "/docker-entrypoint.d/",
            } as const,
          ]
        : []),
      { kind: "expose", port: gatewayPorts.http },
      { kind: "user", ...nginxUser },
    ],
  });
  return {
    context: joinPath(output, configFolder(name)),
    stages: environmentNames.map(stage),
    targets: { dev: "dev", test: "test", production: "production" },
    ignore: [],
    image: {
      user: nginxUser,
      workdir: "/",
      programs: ["curl"],
      shell: true,
      command: [],
      scratch: ["/tmp"],
    },
    args: {},
    contexts: {},
    secrets: [],
    develop: undefined,
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
