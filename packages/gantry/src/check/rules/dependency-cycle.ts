import type { ComposeProject, ComposeService } from "../../read/compose/model.ts";
import { dedent } from "../dedent.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const dependencyCycle: Rule = {
  code: "GC005",
  name: "dependency-cycle",
  family: "compose",
  rank: "will-fail",
  what: "Services depend on each other in a circle.",
  why: "There is no order in which they could start: Compose refuses the project with `dependency cycle detected`.",
  fix: "Remove the dependency that is not needed at start; a service that retries its connections needs none.",
  aliases: [{ tool: "compose", id: "dependency cycle" }],
  examples: {
    bad: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              api:
                image: shop/api:2
                depends_on: [worker]
              worker:
                image: shop/worker:2
                depends_on: [mail]
              mail:
                image: shop/mail:2
                depends_on: [api]
          `,
        },
      },
      {
        title: "on itself",
        files: {
          "compose.yaml": dedent`
            services:
              api:
                image: shop/api:2
                depends_on: [api]
          `,
        },
        at: ["compose.yaml:4"],
      },
    ],
    good: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              api:
                image: shop/api:2
                depends_on: [db, cache]
              worker:
                image: shop/worker:2
                depends_on: [api, db]
              db:
                image: postgres:17
              cache:
                image: redis:8
                depends_on: [db]
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const project of facts.composeProjects) {
      for (const cycle of cyclesOf(project)) {
        const first = cycle[0];
        const next = cycle[1] ?? first;
        const dependency = first?.dependsOn.find(({ service }) => service === next?.name);
        if (first === undefined || dependency === undefined) continue;
        const names = [...cycle, first].map(({ name }) => name);
        yield { at: dependency.span, message: `These services wait for each other: ${names.join(" -> ")}.` };
      }
    }
  },
};

/** Each circle once, beginning with its service that comes first in the file. */
function cyclesOf(project: ComposeProject): readonly (readonly ComposeService[])[] {
  const byName = new Map(project.services.map((service) => [service.name, service]));
  const done = new Set<string>();
  const cycles: ComposeService[][] = [];
  for (const start of project.services) {
    const path: ComposeService[] = [];
    const visit = (service: ComposeService): void => {
      const index = path.indexOf(service);
      if (index !== -1) cycles.push(path.slice(index));
      if (index !== -1 || done.has(service.name)) return;
      path.push(service);
      for (const { service: name } of service.dependsOn) {
        const next = byName.get(name);
        if (next !== undefined) visit(next);
      }
      path.pop();
      done.add(service.name);
    };
    visit(start);
  }
  return cycles;
}
