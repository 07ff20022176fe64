import type { ComposeProject, ComposeService } from "../../read/compose/model.ts";
import { effectivePorts, imageIn, rootImageOf } from "../../read/compose/questions.ts";
import { copyDestination, copySources, flag } from "../../read/dockerfile/questions.ts";
import type { ProjectFacts } from "../../read/facts.ts";
import { folderOf, resolvePath } from "../../read/paths.ts";
import { type SourceFile, type Span, sourceFile, spanOf } from "../../read/source.ts";
import { eachService } from "../../read/walk.ts";
import { dedent } from "../dedent.ts";
import { isIncomplete, namesOf } from "../insight/projects.ts";
import { serviceListener } from "../insight/service-listener.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const proxyUpstreamMissing: Rule = {
  code: "GX031",
  name: "proxy-upstream-missing",
  family: "across",
  rank: "will-fail",
  what: "An nginx configuration passes requests to a service that does not exist, or to a port of it that is not the container's.",
  why: "nginx looks upstream names up when it starts, and stops at one it does not find: `host not found in upstream`. A port that only the host has answers 502.",
  fix: "Write the name of the service and the port of its container.",
  examples: {
    bad: [
      {
        files: {
          "nginx.conf": dedent`
            server {
              location /api/ {
                proxy_pass http://backend:8000;
              }
              location / {
                proxy_pass http://web:8080;
              }
            }
          `,
          "compose.yaml": dedent`
            services:
              edge:
                image: nginx:1.27
                volumes: ["./nginx.conf:/etc/nginx/conf.d/default.conf:ro"]
              api:
                image: shop/api:2
              web:
                image: shop/web:2
                ports: ["8080:80"]
          `,
        },
        at: ["nginx.conf:3", "nginx.conf:6"],
      },
      {
        title: "copied into the image",
        files: {
          "web/Dockerfile": dedent`
            FROM nginx:1.27
            COPY nginx.conf /etc/nginx/nginx.conf
          `,
          "web/nginx.conf": dedent`
            http {
              upstream app {
                server backend:8000;
              }
              server {
                location / { proxy_pass http://app; }
              }
            }
          `,
          "compose.yaml": dedent`
            services:
              edge:
                build: web
              api:
                image: shop/api:2
          `,
        },
        at: ["web/nginx.conf:3"],
      },
    ],
    good: [
      {
        files: {
          "nginx.conf": dedent`
            upstream app {
              server api:8000;
            }
            # proxy_pass http://old:8000;
            server {
              location /api/ { proxy_pass http://app/; }
              location /files/ { proxy_pass https://files.shop.example; }
              location /late/ { set $late backend; proxy_pass http://$late:8000; }
              location /same/ { proxy_pass http://localhost:9000; }
              location / { proxy_pass http://web:80; }
            }
          `,
          "compose.yaml": dedent`
            services:
              edge:
                image: nginx:1.27
                volumes: ["./nginx.conf:/etc/nginx/conf.d/default.conf:ro"]
              api:
                image: shop/api:2
              web:
                image: shop/web:2
                ports: ["8080:80"]
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    const everywhere = new Set([...eachService(facts)].flatMap(({ service }) => [...namesOf(service)]));
    for (const { project, service } of eachService(facts)) {
      if (rootImageOf(service)?.name.startsWith("nginx") !== true && !builtOnNginx(project, service))
        continue;
      if (
        isIncomplete(project) ||
        service.networkMode !== undefined ||
        project.networks.some(({ external }) => external)
      )
        continue;
      for (const path of settingsOf(project, service)) {
        const text = facts.readText(path);
        if (text === undefined) continue;
        const source = sourceFile(path, text);
        for (const upstream of upstreamsIn(source))
          yield* problemWith(facts, project, service, upstream, everywhere);
      }
    }
  },
};

interface Upstream {
  readonly host: string;
  readonly port: number | undefined;
  readonly span: Span;
}

function* problemWith(
  facts: ProjectFacts,
  project: ComposeProject,
  service: ComposeService,
  { host, port, span }: Upstream,
  everywhere: ReadonlySet<string>,
): Generator<Report> {
  const target = project.services.find((one) => namesOf(one).has(host));
  if (target === undefined) {
    if (everywhere.has(host) || service.links.some(({ value }) => value.endsWith(`:${host}`))) return;
    yield {
      at: span,
      message: `nginx in ${service.name} does not start: there is no service ${host}.`,
      related: [{ at: service.nameSpan, message: `service ${service.name}` }],
    };
    return;
  }
  if (
    port === undefined ||
    target === service ||
    effectivePorts(target, imageIn(project, target)).includes(port)
  )
    return;
  const mapping = target.ports.find(({ published, dynamic }) => published?.first === port && !dynamic);
  const listener = serviceListener(facts, project, target)?.port;
  if (listener === port) return;
  const right = mapping?.target?.first ?? listener;
  if (right === undefined) return;
  yield {
    at: span,
    message: `nginx in ${service.name} asks ${host} at port ${port}, but ${target.name} listens on ${right}.`,
    fix: `Write \`${host}:${right}\`.`,
    related: [{ at: mapping?.span ?? target.nameSpan, message: `service ${target.name}` }],
  };
}

/** Hosts that nginx looks up when it starts: in `proxy_pass` and the like, and in `upstream` blocks. */
function upstreamsIn(source: SourceFile): readonly Upstream[] {
  const text = source.text.replace(/#[^\n]*/g, (comment) => " ".repeat(comment.length));
  const blocks = new Set([...text.matchAll(/\bupstream\s+([\w.-]+)\s*\{/g)].map((match) => match[1]));
  const found: Upstream[] = [];
  const note = (match: RegExpMatchArray): void => {
    const [whole, host, port] = match;
    if (
      host === undefined ||
      host.includes(".") ||
      host === "localhost" ||
      blocks.has(host) ||
      /^\d+$/.test(host)
    )
      return;
    const start = (match.index ?? 0) + whole.indexOf(host);
    found.push({
      host,
      port: port === undefined ? undefined : Number(port),
      span: spanOf(source, start, start + host.length + (port === undefined ? 0 : port.length + 1)),
    });
  };
  for (const match of text.matchAll(
    /\b(?:proxy_pass\s+https?:\/\/|(?:uwsgi|fastcgi|grpc)_pass\s+(?:grpcs?:\/\/)?)([A-Za-z][\w.-]*)(?::(\d+))?(?=[\s/;])/g,
  ))
    note(match);
  for (const block of text.matchAll(/\bupstream\s+[\w.-]+\s*\{([^}]*)\}/g)) {
    const offset = (block.index ?? 0) + block[0].indexOf("{") + 1;
    for (const match of (block[1] ?? "").matchAll(
      /\bserver\s+([A-Za-z][\w.-]*)(?::(\d+))?(?=[\s;])([^;]*)/g,
    )) {
      // Newer versions look a name with `resolve` up later.
      if (/\bresolve\b/.test(match[3] ?? "")) continue;
      note(Object.assign([...match], { index: (match.index ?? 0) + offset }) as RegExpMatchArray);
    }
  }
  return found;
}

/** Paths of the configuration files of the project that the container reads. Templates are left out: they hold variables. */
function settingsOf(project: ComposeProject, service: ComposeService): readonly string[] {
  const paths = new Set<string>();
  for (const { source, target, type, span } of service.volumes) {
    if (
      type !== "bind" ||
      source === undefined ||
      !target.startsWith("/etc/nginx/") ||
      !target.endsWith(".conf")
    )
      continue;
    const path = resolvePath(folderOf(span.file), source);
    if (path !== undefined) paths.add(path);
  }
  const image = imageIn(project, service);
  const context = service.build?.link.context;
  if (image.kind !== "built" || context === undefined) return [...paths];
  for (const instruction of image.stage.instructions) {
    if (instruction.keyword !== "COPY" || flag(instruction, "from") !== undefined) continue;
    if (!copyDestination(instruction)?.value.startsWith("/etc/nginx/")) continue;
    for (const { value } of copySources(instruction)) {
      const path = value.endsWith(".conf") ? resolvePath(context, value.replace(/^\//, "")) : undefined;
      if (path !== undefined) paths.add(path);
    }
  }
  return [...paths];
}

function builtOnNginx(project: ComposeProject, service: ComposeService): boolean {
  const image = imageIn(project, service);
  return image.kind === "built" && image.stage.rootImage?.name.startsWith("nginx") === true;
}
