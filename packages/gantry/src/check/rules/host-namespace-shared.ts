import type { Span } from "../../read/source.ts";
import { eachService } from "../../read/walk.ts";
import { trackedAt } from "../../read/yaml/questions.ts";
import { dedent } from "../dedent.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const hostNamespaceShared: Rule = {
  code: "GC025",
  name: "host-namespace-shared",
  family: "compose",
  rank: "hardening",
  what: "A container shares the host's processes, shared memory, users or host name.",
  why: "With the host's processes in sight it can read their environment (and secrets in it) and send them signals; with the host's users, root inside is root outside.",
  fix: "Remove the setting; share with one other service (`service:NAME`) where two containers must see each other.",
  aliases: [
    { tool: "compose-lint", id: "CL-0010" },
    { tool: "cis", id: "5.16" },
    { tool: "cis", id: "5.17" },
    { tool: "cis", id: "5.31" },
  ],
  examples: {
    bad: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              agent:
                image: shop/agent:2
                pid: host
                ipc: host
          `,
        },
        at: ["compose.yaml:4", "compose.yaml:5"],
      },
    ],
    good: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              web:
                image: shop/web:2
              debug:
                image: shop/debug:2
                pid: service:web
                ipc: private
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const { service } of eachService(facts)) {
      for (const [key, what, why] of namespaces) {
        const setting: { readonly value: string; readonly span: Span } | undefined = trackedAt(
          service.node,
          key,
        );
        if (setting?.value !== "host") continue;
        yield {
          at: setting.span,
          message: `${service.name} shares ${what} of the host (\`${key}: host\`).`,
          why,
        };
      }
    }
  },
};

const namespaces = [
  [
    "pid",
    "all processes",
    "It can read the environment of the host's processes, and secrets in it, and send them signals.",
  ],
  [
    "ipc",
    "the shared memory",
    "It can read and write what programs of the host exchange there. A browser that only needs more of it takes `shm_size: 1gb`.",
  ],
  ["userns_mode", "the user ids", "Root in it is root on the host."],
  ["uts", "the host name", "It can change the name of the host."],
] as const;
