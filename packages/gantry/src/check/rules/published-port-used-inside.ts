import type { PortMapping } from "../../read/compose/model.ts";
import { effectivePorts, imageIn } from "../../read/compose/questions.ts";
import type { ProjectFacts } from "../../read/facts.ts";
import { dedent } from "../dedent.ts";
import { type Reference, referencesIn, serviceAt } from "../insight/reach.ts";
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
      {
        title: "a variable for the host's port, in an env file that services read too",
        files: {
          "compose.yaml": dedent`
            services:
              api:
                image: shop/api:2
                env_file: .env
              search:
                image: elasticsearch:8.19.0
                ports: ["127.0.0.1:\${ES_PORT}:9200"]
          `,
          ".env": "ES_HOST=search\nES_PORT=1200\n",
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    const told = new Set<string>();
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
        if (isPublisher(facts, reference, mapping)) continue;
        // An env file that several services read says it once.
        const place = `${entry.valueSpan.file}:${entry.valueSpan.start}`;
        if (entry.from === "env_file" && told.has(place)) continue;
        told.add(place);
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

/**
 * Whether a port comes from an env file's variable that the target is published with: that one is for the host, and
 * reaches the services only because they read the same file.
 */
function isPublisher(facts: ProjectFacts, { entry, address }: Reference, { span }: PortMapping): boolean {
  if (entry.from !== "env_file" || address.scheme !== undefined || entry.value?.includes(":")) return false;
  const beside = entry.name.replace(/HOST(?:NAME)?$/i, "PORT");
  const written = facts.sources.get(span.file)?.text.slice(span.start, span.end) ?? "";
  return written.includes(`{${beside}`) || written.includes(`$${beside}`);
}
