import { effectivePorts, imageIn } from "../../read/compose/questions.ts";
import { dedent } from "../dedent.ts";
import { referencesIn, serviceAt } from "../insight/reach.ts";
import { serviceListener } from "../insight/service-listener.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const publishedPortUsedInside: Rule = {
  code: "GX021",
  name: "published-port-used-inside",
  family: "across",
  rank: "will-fail",
  what: "A service reaches another one by name, but at the port that is published on the host.",
  why: "`ports` maps a port of the host to one of the container; between containers only the container's own port exists, and the connection to the other one is refused.",
  fix: "Write the port of the container: the right-hand one in `ports`.",
  examples: {
    bad: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              api:
                image: shop/api:2
                environment:
                  DATABASE_URL: postgres://app:app@db:5433/shop
              db:
                image: postgres:17
                ports: ["127.0.0.1:5433:5432"]
          `,
        },
        at: ["compose.yaml:5"],
      },
    ],
    good: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              api:
                image: shop/api:2
                environment:
                  DATABASE_URL: postgres://app:app@db:5432/shop
                  PUBLIC_DATABASE_URL: postgres://app:app@localhost:5433/shop
                  OTHER: http://web:9000
              db:
                image: postgres:17
                ports: ["127.0.0.1:5433:5432"]
              web:
                image: shop/web:2
                ports: ["9000:80"]
                expose: ["9000"]
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const project of facts.composeProjects) {
      for (const reference of referencesIn(project)) {
        const { service, entry, address } = reference;
        const target = serviceAt(project, reference);
        const port = address.port;
        if (target === undefined || port === undefined || !address.portWritten) continue;
        if (target.networkMode !== undefined || service.networkMode !== undefined) continue;
        const mapping = target.ports.find(
          ({ published, target: inside, dynamic }) =>
            published?.first === port && published.last === port && inside?.first !== port && !dynamic,
        );
        if (mapping?.target === undefined || effectivePorts(target, imageIn(project, target)).includes(port))
          continue;
        if (serviceListener(facts, project, target)?.port === port) continue;
        yield {
          at: entry.valueSpan,
          message: `${entry.name} of ${service.name} asks ${target.name} at port ${port}, which is only on the host; in the container it is ${mapping.target.first}.`,
          fix: `Write \`${address.host}:${mapping.target.first}\`.`,
          related: [{ at: mapping.span, message: `published as ${mapping.text}` }],
        };
      }
    }
  },
};
