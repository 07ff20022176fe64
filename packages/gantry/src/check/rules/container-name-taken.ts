import { dedent } from "../dedent.ts";
import { runTogether } from "../insight/projects.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const containerNameTaken: Rule = {
  code: "GC007",
  name: "container-name-taken",
  family: "compose",
  rank: "will-fail",
  what: "Two services of a project have the same `container_name`.",
  why: "Names of containers are unique on a machine: the second one cannot be created.",
  fix: "Remove `container_name`; Compose then names containers after project and service.",
  aliases: [
    { tool: "dclint", id: "no-duplicate-container-names" },
    { tool: "compose", id: "container name already in use" },
  ],
  examples: {
    bad: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              web:
                image: shop/web:2
                container_name: shop
              worker:
                image: shop/web:2
                container_name: shop
          `,
        },
        at: ["compose.yaml:7"],
      },
    ],
    good: [
      {
        title: "a name that a variable gives",
        files: {
          "compose.yaml": dedent`
            services:
              a: { image: "shop/a:2", container_name: "\${NAME}" }
              b: { image: "shop/b:2", container_name: "\${NAME}" }
`,
        },
      },
      {
        title: "profiles keep them apart, beside the one of what they extend",
        files: {
          "compose.yaml": dedent`
            services:
              base:
                image: shop/model:2
                ports: ["8080:80"]
                profiles: [none]
              cpu:
                extends: base
                container_name: model
                profiles: [cpu]
              gpu:
                extends: base
                container_name: model
                profiles: [gpu]
          `,
        },
      },
      {
        title: "profiles keep them apart",
        files: {
          "compose.yaml": dedent`
            services:
              cpu:
                image: shop/model:2
                container_name: model
                profiles: [cpu]
              gpu:
                image: shop/model:2-gpu
                container_name: model
                profiles: [gpu]
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const { services } of facts.composeProjects) {
      for (const [index, service] of services.entries()) {
        const name = service.containerName;
        if (name === undefined || name.value === "" || name.value.includes("$")) continue;
        const earlier = services
          .slice(0, index)
          .find((one) => one.containerName?.value === name.value && runTogether(one, service));
        if (earlier?.containerName === undefined || earlier.containerName.span.start === name.span.start)
          continue;
        yield {
          at: name.span,
          message: `Services ${earlier.name} and ${service.name} both want the container name ${name.value}; the second cannot start.`,
          related: [{ at: earlier.containerName.span, message: `taken by ${earlier.name}` }],
        };
      }
    }
  },
};
