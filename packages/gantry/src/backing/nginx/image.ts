import { joinPath } from "../../blueprint/files.ts";
import type { BuildPlan, EnvironmentName, Stage } from "../../blueprint/plan.ts";
import { environmentNames } from "../../blueprint/plan.ts";
import { nginxImage, nginxUser } from "../../blueprint/web-server.ts";
import { gatewayPorts, upstreamsFile } from "./config.ts";
import type { NginxOptions } from "./options.ts";

/** Where the rendered configuration of every environment lies, below the output folder. */
export const configFolder = (name: string): string => `nginx/${name}`;

/** The image's entry point runs it before nginx; the root file system is read-only, and `/tmp` is empty at each start. */
export const startScript: string = `#!/bin/sh
# A deploy says in this file which containers answer; a start begins with the names of the services.
set -eu
mkdir -p ${upstreamsFile.slice(0, upstreamsFile.lastIndexOf("/"))}
cp /etc/nginx/upstreams.conf ${upstreamsFile}
`;

/** nginx with its configuration; a stage per environment. */
export function imagePlan(name: string, output: string, options: NginxOptions): BuildPlan {
  const stage = (environment: EnvironmentName): Stage => ({
    name: environment,
    from: options.image ?? nginxImage,
    ...(environment === "production" ? { comment: "What runs: nginx and its configuration." } : {}),
    steps: [
      { kind: "copy", sources: [`${environment}/nginx.conf`], to: "/etc/nginx/nginx.conf" },
      ...(environment === "production"
        ? [
            {
              kind: "copy",
              sources: [`${environment}/upstreams.conf`],
              to: "/etc/nginx/upstreams.conf",
            } as const,
            {
              kind: "copy",
              mode: "0755",
              sources: [`${environment}/40-upstreams.sh`],
              to: "/docker-entrypoint.d/",
            } as const,
          ]
        : []),
      { kind: "expose", port: gatewayPorts.http },
      { kind: "user", ...nginxUser },
    ],
  });
  return {
    context: joinPath(output, configFolder(name)),
    stages: environmentNames.map(stage),
    targets: { dev: "dev", test: "test", production: "production" },
    ignore: [],
    image: {
      user: nginxUser,
      workdir: "/",
      programs: ["curl"],
      shell: true,
      command: [],
      scratch: ["/tmp"],
    },
    args: {},
    contexts: {},
    secrets: [],
    develop: undefined,
  };
}
