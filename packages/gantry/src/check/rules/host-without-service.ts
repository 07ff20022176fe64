import type { ComposeProject } from "../../read/compose/model.ts";
import { serverKind } from "../../read/compose/questions.ts";
import { eachService } from "../../read/walk.ts";
import { at, entriesOf, textsOf } from "../../read/yaml/questions.ts";
import { dedent } from "../dedent.ts";
import { isLoopback, serverOfScheme } from "../insight/addresses.ts";
import { isIncomplete, namesOf } from "../insight/projects.ts";
import { referencesIn } from "../insight/reach.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const hostWithoutService: Rule = {
  code: "GX022",
  name: "host-without-service",
  family: "across",
  rank: "will-fail",
  what: "A connection URL names a host that is no service of the project.",
  why: "A bare name is looked up among the services of the project's networks: without one of that name the lookup fails with `could not translate host name` or `Name or service not known`.",
  fix: "Write the name of the service that runs the server, or add that service.",
  examples: {
    bad: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              api:
                image: shop/api:2
                environment:
                  DATABASE_URL: postgres://app:app@postgres:5432/shop
              db:
                image: postgres:17
          `,
        },
        at: ["compose.yaml:5"],
      },
    ],
    good: [
      {
        title: "an alias, another machine, the host",
        files: {
          "compose.yaml": dedent`
            services:
              api:
                image: shop/api:2
                environment:
                  DATABASE_URL: postgres://app:app@database:5432/shop
                  CACHE_URL: redis://cache.shop.example:6379
                  QUEUE_URL: redis://host.docker.internal:6379
                  MAIL_URL: smtp://mail:25
                extra_hosts: ["search:10.0.0.7"]
              db:
                image: postgres:17
                networks:
                  default:
                    aliases: [database]
          `,
        },
      },
      {
        title: "a network that others are in too",
        files: {
          "compose.yaml": dedent`
            services:
              api:
                image: shop/api:2
                networks: [shared]
                environment:
                  DATABASE_URL: postgres://app:app@postgres:5432/shop
            networks:
              shared:
                external: true
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    const everywhere = new Set(
      [...eachService(facts)].flatMap(({ service }) =>
        [...namesOf(service)].map((name) => name.toLowerCase()),
      ),
    );
    for (const project of facts.composeProjects) {
      if (isIncomplete(project) || project.networks.some(({ external }) => external)) continue;
      for (const { service, entry, address } of referencesIn(project)) {
        const kind = serverOfScheme(address.scheme);
        if (kind === undefined || address.host.includes(".") || isLoopback(address.host)) continue;
        if (everywhere.has(address.host) || isKnownOtherwise(project, service, address.host)) continue;
        const near = project.services
          .filter((one) => one !== service && serverKind(one) === kind)
          .map(({ name }) => name);
        yield {
          at: entry.valueSpan,
          message: `${entry.name} of ${service.name} names host ${address.host}, but there is no such service.`,
          ...(near.length === 1 ? { fix: `Write \`${near[0]}\`, the service that runs ${kind}.` } : {}),
        };
      }
    }
  },
};

/** Whether links, `extra_hosts`, or a container outside of the project may give the name. */
function isKnownOtherwise(
  project: ComposeProject,
  service: ComposeProject["services"][number],
  host: string,
): boolean {
  if (service.networkMode !== undefined || at(service.node, "external_links") !== undefined) return true;
  if (service.links.some(({ value }) => value.split(":").at(-1)?.toLowerCase() === host)) return true;
  if (at(service.node, "dns") !== undefined || at(project.node, "include") !== undefined) return true;
  const hosts = at(service.node, "extra_hosts");
  const names = [...entriesOf(hosts).map(({ key }) => key), ...textsOf(hosts).map(({ value }) => value)];
  return names.some((name) => name.split(/[:=]/)[0]?.toLowerCase() === host);
}
