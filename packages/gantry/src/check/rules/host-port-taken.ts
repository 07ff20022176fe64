import type { ComposeService, PortMapping } from "../../read/compose/model.ts";
import { dedent } from "../dedent.ts";
import { runTogether } from "../insight/projects.ts";
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
      const all = services.flatMap((service) => service.ports.map((port) => ({ service, port })));
      for (const [index, one] of all.entries()) {
        const earlier = all.slice(0, index).find((other) => collide(other, one));
        if (earlier === undefined) continue;
        const who = earlier.service === one.service ? `${one.service.name} itself` : earlier.service.name;
        yield {
          at: one.port.span,
          message: `Service ${one.service.name} publishes host port ${hostPort(one.port)}, which is taken by ${who} (${earlier.port.text}).`,
          related: [{ at: earlier.port.span, message: `published by ${earlier.service.name}` }],
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
  // A range for one container port means "any free one of these".
  if (isPool(a) || isPool(b)) return false;
  if (a.published.last < b.published.first || b.published.last < a.published.first) return false;
  return sameAddress(a.hostIp, b.hostIp);
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
