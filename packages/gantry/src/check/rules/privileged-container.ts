import { eachService } from "../../read/walk.ts";
import { dedent } from "../dedent.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const privilegedContainer: Rule = {
  code: "GC023",
  name: "privileged-container",
  family: "compose",
  rank: "hardening",
  what: "A container runs privileged.",
  why: "A privileged container has every capability, every device and no seccomp or AppArmor profile: it is root on the host in all but name.",
  fix: "Remove `privileged` and give what is needed: single capabilities with `cap_add`, single devices with `devices`.",
  aliases: [
    { tool: "compose-lint", id: "CL-0002" },
    { tool: "cis", id: "5.5" },
  ],
  examples: {
    bad: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              agent:
                image: shop/agent:2
                privileged: true
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
              agent:
                image: shop/agent:2
                privileged: false
                devices: ["/dev/ttyUSB0:/dev/ttyUSB0"]
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const { service } of eachService(facts)) {
      if (service.privileged?.value !== true) continue;
      yield {
        at: service.privileged.span,
        message: `Whoever takes over ${service.name} is root on the host: it runs privileged.`,
      };
    }
  },
};
