import { fileNameOf, withoutEndSlash } from "../../read/paths.ts";
import { eachService } from "../../read/walk.ts";
import { dedent } from "../dedent.ts";
import type { Report, Rule } from "../types.ts";

const sockets = ["docker.sock", "podman.sock", "containerd.sock"];

/** See `what`. */
export const dockerSocketMounted: Rule = {
  code: "GC022",
  name: "docker-socket-mounted",
  family: "compose",
  rank: "hardening",
  what: "A container is given the socket of the Docker engine.",
  why: "Whoever speaks to the socket can start a privileged container: it is root on the host. `:ro` does not help, it only keeps the socket file from being removed.",
  fix: "Put a proxy in between that lets only the needed requests through, or use another way (a file, an API of its own).",
  aliases: [
    { tool: "compose-lint", id: "CL-0001" },
    { tool: "cis", id: "5.32" },
  ],
  examples: {
    bad: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              proxy:
                image: traefik:v3.3
                volumes:
                  - /var/run/docker.sock:/var/run/docker.sock:ro
              metrics:
                image: gcr.io/cadvisor/cadvisor:v0.49.1
                volumes:
                  - /var/run:/var/run:ro
          `,
        },
        at: ["compose.yaml:5", "compose.yaml:9"],
      },
    ],
    good: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              proxy:
                image: traefik:v3.3
                volumes:
                  - ./traefik.yaml:/etc/traefik/traefik.yaml:ro
                  - /var/run/postgresql:/var/run/postgresql
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const { service } of eachService(facts)) {
      for (const volume of service.volumes) {
        if (volume.type !== "bind" || volume.source === undefined) continue;
        const source = withoutEndSlash(volume.source);
        const socket = sockets.includes(fileNameOf(source));
        if (!socket && source !== "/var/run" && source !== "/run") continue;
        yield {
          at: volume.span,
          message: socket
            ? `Whoever takes over ${service.name} is root on the host: it has the engine's socket ${source}.`
            : `Whoever takes over ${service.name} is root on the host: ${source} has docker.sock in it, and a read-only mount still lets it be used.`,
        };
      }
    }
  },
};
