import type { ComposeService, PortMapping } from "../../read/compose/model.ts";
import { dedent } from "../dedent.ts";
import { runTogether } from "../insight/projects.ts";
import { listed } from "../insight/wording.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const hostPortTaken: Rule = {
  code: "GC008",
  name: "host-port-taken",
  family: "compose",
  rank: "will-fail",
  what: "Two ports of a project are published on the same port of the host.",
  why: "A port of the host can be bound once: the second container stops with `port is already allocated`.",
  fix: "Publish one of them on another host port, or on another address.",
  aliases: [{ tool: "dclint", id: "no-duplicate-exported-ports" }],
  examples: {
    bad: [
      {
        title: "a line that three services share",
        files: {
          "compose.yaml": dedent`
            services:
              web: &app
                image: shop/web:2
                ports: ["80:8000"]
              queue:
                <<: *app
                command: work
              cron:
                <<: *app
                command: schedule
          `,
        },
        at: ["compose.yaml:4"],
      },
      {
        files: {
          "compose.yaml": dedent`
            services:
              web:
                image: shop/web:2
                ports: ["8080:80"]
              admin:
                image: shop/admin:2
                ports:
                  - "127.0.0.1:8080:3000"
          `,
        },
        at: ["compose.yaml:8"],
      },
      {
        title: "a range that overlaps",
        files: {
          "compose.yaml": dedent`
            services:
              web:
                image: shop/web:2
                ports: ["8000-8005:8000-8005"]
              admin:
                image: shop/admin:2
                ports: ["8003:80"]
          `,
        },
        at: ["compose.yaml:7"],
      },
    ],
    good: [
      {
        title: "another protocol, another address, another profile",
        files: {
          "compose.yaml": dedent`
            services:
              web:
                image: shop/web:2
                ports: ["127.0.0.1:8404:8404", "\${METRICS_IP:-127.0.0.1}:8404:8404"]
              dns:
                image: shop/dns:2
                ports: ["53:53/tcp", "53:53/udp"]
              one:
                image: shop/web:2
                ports: ["127.0.0.1:80:80"]
              two:
                image: shop/web:2
                ports: ["127.0.0.2:80:80"]
              blue:
                image: shop/web:2
                ports: ["90:80"]
                profiles: [blue]
              green:
                image: shop/web:2
                ports: ["90:80"]
                profiles: [green]
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const { services } of facts.composeProjects) {
      // A line that several services have by an anchor or `extends` is one mistake, not one for each of them.
      const shared = new Map<string, { readonly port: PortMapping; readonly names: readonly string[] }>();
      const all = services.flatMap((service) => service.ports.map((port) => ({ service, port })));
      for (const [index, one] of all.entries()) {
        const earlier = all.slice(0, index).find((other) => collide(other, one));
        if (earlier === undefined) continue;
        const line = lineOf(one.port);
        if (lineOf(earlier.port) === line) {
          const { names } = shared.get(line) ?? { names: [earlier.service.name] };
          shared.set(line, { port: one.port, names: [...names, one.service.name] });
          continue;
        }
        const who = earlier.service === one.service ? `${one.service.name} itself` : earlier.service.name;
        yield {
          at: one.port.span,
          message: `Service ${one.service.name} publishes host port ${hostPort(one.port)}, which is taken by ${who} (${earlier.port.text}).`,
          related: [{ at: earlier.port.span, message: `published by ${earlier.service.name}` }],
        };
      }
      for (const { port, names } of shared.values()) {
        yield {
          at: port.span,
          message: `${listed(names)} ${names.length === 2 ? "both" : "all"} publish host port ${hostPort(port)} by this one line: only the first to start gets it.`,
          fix: "Keep `ports` out of what the services share, and write it in the one that is asked from outside.",
        };
      }
    }
  },
};

interface Published {
  readonly service: ComposeService;
  readonly port: PortMapping;
}

function collide(one: Published, other: Published): boolean {
  const [a, b] = [one.port, other.port];
  if (a.published === undefined || b.published === undefined || a.dynamic || b.dynamic) return false;
  if (a.protocol !== b.protocol || !runTogether(one.service, other.service)) return false;
  // The same line twice: services that share an anchor are told apart by name only.
  if (one.service === other.service && a.span.start === b.span.start) return false;
  // Compose publishes what is written twice once.
  if (one.service === other.service && isSame(a, b)) return false;
  // A range for one container port means "any free one of these".
  if (isPool(a) || isPool(b)) return false;
  if (a.published.last < b.published.first || b.published.last < a.published.first) return false;
  return sameAddress(a.hostIp, b.hostIp);
}

function isSame(one: PortMapping, other: PortMapping): boolean {
  const [mine, theirs] = [one, other].map(({ hostIp, published, target }) =>
    [hostIp, published?.first, published?.last, target?.first, target?.last].join(),
  );
  return mine === theirs;
}

/** Where it is written. */
function lineOf({ span }: PortMapping): string {
  return `${span.file}:${span.start}`;
}

function isPool({ published, target }: PortMapping): boolean {
  return (
    published !== undefined &&
    target !== undefined &&
    published.last > published.first &&
    target.last === target.first
  );
}

function sameAddress(one: string | undefined, other: string | undefined): boolean {
  const everywhere = [undefined, "", "0.0.0.0"];
  if (everywhere.includes(one) && everywhere.includes(other)) return true;
  if (one?.includes(":") !== other?.includes(":") && one !== undefined && other !== undefined) return false;
  return one === other || everywhere.includes(one) || everywhere.includes(other);
}

function hostPort({ published }: PortMapping): string {
  if (published === undefined) return "";
  return published.first === published.last ? `${published.first}` : `${published.first}-${published.last}`;
}
