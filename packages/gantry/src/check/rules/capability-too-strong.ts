import { eachService } from "../../read/walk.ts";
import { dedent } from "../dedent.ts";
import { capabilityName, strongCapabilities } from "../insight/capabilities.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const capabilityTooStrong: Rule = {
  code: "GC026",
  name: "capability-too-strong",
  family: "compose",
  rank: "hardening",
  what: "A container is given a capability with which it can take over the host.",
  why: "`SYS_ADMIN` mounts file systems, `SYS_MODULE` loads kernel modules, `SYS_RAWIO` reaches memory and disks, `DAC_READ_SEARCH` opens any file of the host by number: each is a known way out of a container.",
  fix: "Remove it; find the one operation that fails without it, and a smaller permission for that.",
  aliases: [
    { tool: "compose-lint", id: "CL-0011" },
    { tool: "compose-lint", id: "CL-0024" },
    { tool: "cis", id: "5.4" },
  ],
  examples: {
    bad: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              one:
                image: shop/agent:2
                cap_add: [ALL]
              two:
                image: shop/agent:2
                cap_add:
                  - NET_ADMIN
                  - CAP_SYS_ADMIN
          `,
        },
        at: ["compose.yaml:4", "compose.yaml:9"],
      },
    ],
    good: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              vpn:
                image: shop/vpn:2
                cap_drop: [ALL]
                cap_add: [NET_ADMIN, NET_BIND_SERVICE]
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const { service } of eachService(facts)) {
      for (const { value, span } of service.capAdd) {
        const name = capabilityName(value);
        if (!strongCapabilities.has(name)) continue;
        yield {
          at: span,
          message: `Whoever takes over ${service.name} can take over the host: it has ${name}.`,
        };
      }
    }
  },
};
