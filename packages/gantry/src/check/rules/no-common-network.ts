import { dedent } from "../dedent.ts";
import { hasProblems, networksOf, shareNetwork } from "../insight/projects.ts";
import { referencesIn, serviceAt } from "../insight/reach.ts";
import { listed } from "../insight/wording.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const noCommonNetwork: Rule = {
  code: "GX023",
  name: "no-common-network",
  family: "across",
  rank: "will-fail",
  what: "A service is told to reach another one, but they are in no common network.",
  why: "Services see each other only in networks that both are in; a service with `networks` is not in the default one. The name is not even found.",
  fix: "Put both into one network.",
  examples: {
    bad: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              api:
                image: shop/api:2
                environment:
                  DATABASE_URL: postgres://app:app@db:5432/shop
              db:
                image: postgres:17
                networks: [backend]
            networks:
              backend:
          `,
        },
        at: ["compose.yaml:5"],
      },
    ],
    good: [
      {
        title: "a name that a service is called by",
        files: {
          "compose.yaml": dedent`
            services:
              web:
                image: shop/web:2
                networks: [app]
                environment: { VIRTUAL_HOST: shop.example.com }
              gateway:
                image: traefik:3
                networks: { edge: { aliases: [shop.example.com] } }
            networks:
              app:
              edge:
`,
        },
      },
      {
        files: {
          "compose.yaml": dedent`
            services:
              api:
                image: shop/api:2
                networks: [default, backend]
                environment:
                  DATABASE_URL: postgres://app:app@db:5432/shop
              db:
                image: postgres:17
                networks: [backend]
              host:
                image: shop/api:2
                network_mode: service:api
                environment:
                  DATABASE_URL: postgres://app:app@db:5432/shop
            networks:
              backend:
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
        if (target === undefined || shareNetwork(project, service, target) || service.links.length > 0)
          continue;
        // A name that a service is called by is none that it calls.
        if (hasProblems(project) || /^(?:VIRTUAL|APP|LETSENCRYPT|SITE|PUBLIC|SERVER)_HOST/.test(entry.name))
          continue;
        const mine = networksOf(service) ?? [];
        const theirs = networksOf(target) ?? [];
        yield {
          at: entry.valueSpan,
          message: `${service.name} cannot reach ${address.host} (${entry.name}): ${service.name} is in ${listed(mine)}, ${target.name} in ${listed(theirs)}.`,
          fix: `Add \`${theirs[0] ?? "default"}\` to the networks of ${service.name}${mine.length === 1 && mine[0] === "default" && service.networks.length === 0 ? ", and `default` so that it stays there" : ""}.`,
          related: [{ at: target.nameSpan, message: `service ${target.name}` }],
        };
      }
    }
  },
};
