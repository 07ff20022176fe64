import { withoutEndSlash } from "../../read/paths.ts";
import { eachService } from "../../read/walk.ts";
import { dedent } from "../dedent.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const hostFolderWritable: Rule = {
  code: "GC024",
  name: "host-folder-writable",
  family: "compose",
  rank: "hardening",
  what: "A container can write to a folder that the host's system lives in.",
  why: "Root in the container can then change users, scheduled jobs, kernel settings or other containers of the host.",
  fix: "Mount only the folder that is needed, with `:ro` where reading is enough.",
  aliases: [
    { tool: "compose-lint", id: "CL-0013" },
    { tool: "compose-lint", id: "CL-0025" },
    { tool: "cis", id: "5.6" },
  ],
  examples: {
    bad: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              agent:
                image: shop/agent:2
                volumes:
                  - /:/host
                  - /etc:/host-etc
          `,
        },
        at: ["compose.yaml:5", "compose.yaml:6"],
      },
    ],
    good: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              metrics:
                image: gcr.io/cadvisor/cadvisor:v0.49.1
                volumes:
                  - /:/rootfs:ro
                  - /sys:/sys:ro
                  - /var/lib/docker/:/var/lib/docker:ro
              web:
                image: shop/web:2
                volumes:
                  - /etc/localtime:/etc/localtime
                  - /srv/shop:/data
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const { service } of eachService(facts)) {
      for (const volume of service.volumes) {
        if (volume.type !== "bind" || volume.readOnly || volume.source === undefined || volume.dynamic)
          continue;
        const source = volume.source.length > 1 ? withoutEndSlash(volume.source) : volume.source;
        if (!systemFolders.has(source)) continue;
        yield {
          at: volume.span,
          message: `${service.name} can write to ${source} of the host.`,
          fix: `Add \`:ro\` when reading is enough, or mount only the folder below ${source} that it needs.`,
        };
      }
    }
  },
};

const systemFolders = new Set([
  "/",
  "/bin",
  "/boot",
  "/dev",
  "/etc",
  "/lib",
  "/lib64",
  "/proc",
  "/root",
  "/sbin",
  "/sys",
  "/usr",
  "/var",
  "/var/lib",
  "/var/lib/docker",
]);
