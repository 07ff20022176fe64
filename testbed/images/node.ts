import type { DockerfileStandIn } from "./stand-in.ts";

/** Node 24 with npm, Corepack and Yarn 1, the layout of `node:24-trixie-slim`. */
export const node: DockerfileStandIn = {
  kind: "dockerfile",
  name: "node-24-trixie-slim",
  references: ["node:24-trixie-slim", "node:24-slim", "node:lts-slim", "node:lts-trixie-slim"],
  needs: ["debian:trixie-slim"],
  files: "node",
  downloads: [
    { package: "node-linux-{arch}@24", to: "node", versionArgument: "NODE_VERSION" },
    { package: "npm@11", to: "npm" },
    { package: "corepack@0", to: "corepack" },
    { package: "yarn@1", to: "yarn", versionArgument: "YARN_VERSION" },
  ],
  dockerfile: `FROM debian:trixie-slim
RUN groupadd --gid 1000 node \\
 && useradd --uid 1000 --gid node --shell /bin/bash --create-home node
ARG NODE_VERSION
ARG YARN_VERSION
ENV NODE_VERSION=\${NODE_VERSION} YARN_VERSION=\${YARN_VERSION}
COPY --chmod=755 node/bin/node /usr/local/bin/node
COPY node/include /usr/local/include
COPY npm /usr/local/lib/node_modules/npm
COPY corepack /usr/local/lib/node_modules/corepack
COPY yarn /opt/yarn-v\${YARN_VERSION}
COPY --chmod=755 docker-entrypoint.sh /usr/local/bin/docker-entrypoint.sh
RUN cd /usr/local/bin \\
 && ln -s node nodejs \\
 && ln -s ../lib/node_modules/npm/bin/npm-cli.js npm \\
 && ln -s ../lib/node_modules/npm/bin/npx-cli.js npx \\
 && ln -s ../lib/node_modules/corepack/dist/corepack.js corepack \\
 && ln -s /opt/yarn-v\${YARN_VERSION}/bin/yarn yarn \\
 && ln -s /opt/yarn-v\${YARN_VERSION}/bin/yarnpkg yarnpkg \\
 && chmod 755 ../lib/node_modules/npm/bin/*.js ../lib/node_modules/corepack/dist/*.js /opt/yarn-v\${YARN_VERSION}/bin/yarn* \\
 && node --version && npm --version && yarn --version && corepack --version
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["node"]
`,
};
