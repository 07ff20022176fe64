import { at } from "../../read/yaml/questions.ts";
import { dedent } from "../dedent.ts";
import { isForDevelopment, isForTests } from "../insight/projects.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const memoryLimitMissing: Rule = {
  code: "GC028",
  name: "memory-limit-missing",
  family: "compose",
  rank: "hardening",
  what: "Most services of a project have a memory limit, but one has none.",
  why: "Without a limit one service can take all memory of the machine; the kernel then kills whatever it likes, the database with its limit included. A project where no service has a limit is not reported.",
  fix: "Give it a limit under `deploy.resources.limits.memory`.",
  aliases: [
    { tool: "compose-lint", id: "CL-0026" },
    { tool: "cis", id: "5.11" },
  ],
  examples: {
    bad: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              web:
                image: shop/web:2
                mem_limit: 256m
              api:
                image: shop/api:2
                deploy:
                  resources:
                    limits:
                      memory: 512M
              worker:
                image: shop/api:2
          `,
        },
        at: ["compose.yaml:11"],
      },
    ],
    good: [
      {
        title: "all, or none, or a tool behind a profile",
        files: {
          "compose.yaml": dedent`
            services:
              web:
                image: shop/web:2
                mem_limit: 256m
              api:
                image: shop/api:2
                mem_limit: 256m
              admin:
                image: adminer:5
                profiles: [tools]
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const project of facts.composeProjects) {
      if (isForDevelopment(project) || isForTests(project)) continue;
      const started = project.services.filter(({ profiles }) => profiles.length === 0);
      const hasLimit = (service: (typeof started)[number]): boolean =>
        service.memoryLimit !== undefined ||
        at(service.node, "mem_limit") !== undefined ||
        at(service.node, "deploy", "resources", "limits", "memory") !== undefined;
      const limited = started.filter(hasLimit);
      const unlimited = started.filter((service) => !hasLimit(service));
      if (limited.length < 2 || unlimited.length >= limited.length) continue;
      for (const service of unlimited) {
        yield {
          at: service.nameSpan,
          message: `${service.name} may take all memory of the machine: it has no limit, while other services have one.`,
        };
      }
    }
  },
};
