import { eachService } from "../../read/walk.ts";
import { dedent } from "../dedent.ts";
import { networksOf } from "../insight/projects.ts";
import { listed } from "../insight/wording.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const portOnInternalNetwork: Rule = {
  code: "GC014",
  name: "port-on-internal-network",
  family: "compose",
  rank: "will-fail",
  what: "A service publishes a port, but all networks it is in are `internal: true`.",
  why: "An internal network has no way in or out: the port is listed, or not even bound, and nothing reaches it.",
  fix: "Add a network that is not internal to the service, or remove `ports`.",
  examples: {
    bad: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              web:
                image: shop/web:2
                networks: [backend]
                ports:
                  - "8080:80"
            networks:
              backend:
                internal: true
          `,
        },
        at: ["compose.yaml:6"],
      },
    ],
    good: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              web:
                image: shop/web:2
                networks: [backend, edge]
                ports: ["8080:80"]
              db:
                image: postgres:17
                networks: [backend]
            networks:
              edge:
              backend:
                internal: true
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const { project, service } of eachService(facts)) {
      const names = networksOf(service);
      const port = service.ports[0];
      if (names === undefined || port === undefined) continue;
      const networks = names.map((name) => project.networks.find((one) => one.name === name));
      if (!networks.every((network) => network?.internal === true)) continue;
      const first = networks[0];
      yield {
        at: port.span,
        message: `Port ${port.text} of ${service.name} cannot be reached: ${listed(names)} ${names.length > 1 ? "are" : "is"} internal.`,
        related: first === undefined ? [] : [{ at: first.nameSpan, message: "the internal network" }],
      };
    }
  },
};
