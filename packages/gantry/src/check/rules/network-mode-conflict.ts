import { eachService } from "../../read/walk.ts";
import { at } from "../../read/yaml/questions.ts";
import { dedent } from "../dedent.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const networkModeConflict: Rule = {
  code: "GC011",
  name: "network-mode-conflict",
  family: "compose",
  rank: "will-fail",
  what: "A service has a `network_mode` together with `networks` or `ports` that it cannot have.",
  why: "Compose refuses `network_mode` beside `networks`. A container that shares the network of another one (`service:`, `container:`) cannot publish ports, and with `host` or `none` they are silently dropped.",
  fix: "Remove one of the two; publish ports on the service whose network is shared.",
  aliases: [{ tool: "compose", id: "network_mode and networks" }],
  examples: {
    bad: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              web:
                image: shop/web:2
                network_mode: host
                networks: [edge]
            networks:
              edge:
          `,
        },
        at: ["compose.yaml:4"],
      },
      {
        title: "ports behind a VPN container",
        files: {
          "compose.yaml": dedent`
            services:
              vpn:
                image: shop/vpn:2
              web:
                image: shop/web:2
                network_mode: service:vpn
                ports:
                  - "8080:80"
          `,
        },
        at: ["compose.yaml:8"],
      },
    ],
    good: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              vpn:
                image: shop/vpn:2
                ports: ["8080:80"]
              web:
                image: shop/web:2
                network_mode: service:vpn
              agent:
                image: shop/agent:2
                network_mode: host
                ports: ["9100:9100"]
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const { service } of eachService(facts)) {
      const mode = service.networkMode;
      if (mode === undefined || mode.value.includes("$")) continue;
      const networks = at(service.node, "networks");
      if (networks !== undefined && service.networks.length > 0) {
        yield {
          at: mode.span,
          message: `Service ${service.name} has both \`network_mode: ${mode.value}\` and \`networks\`; Compose refuses that.`,
          related: [{ at: networks.span, message: "its networks" }],
        };
      }
      // With `host` a port that is the same on both sides is where it should be.
      const port = service.ports.find(({ published, target, hostIp }) =>
        mode.value === "host"
          ? published !== undefined && (published.first !== target?.first || hostIp !== undefined)
          : true,
      );
      if (port === undefined || !/^(?:host$|none$|service:|container:)/.test(mode.value)) continue;
      const shared = /^(?:service|container):/.test(mode.value);
      yield {
        at: port.span,
        message: shared
          ? `Service ${service.name} cannot publish ${port.text}: it has no network of its own (\`network_mode: ${mode.value}\`).`
          : `The ports of ${service.name} are dropped: \`network_mode: ${mode.value}\` publishes nothing.`,
        fix: shared
          ? `Move \`ports\` to ${mode.value.slice(mode.value.indexOf(":") + 1)}.`
          : "Remove `ports`; with `host` the server's own port is on the host already.",
        related: [{ at: mode.span, message: "its network mode" }],
      };
    }
  },
};
