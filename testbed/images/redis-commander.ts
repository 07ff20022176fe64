import type { DockerfileStandIn } from "./stand-in.ts";

/** Redis Commander from its npm package, with the paths, user and variables of its image. */
export const redisCommander: DockerfileStandIn = {
  kind: "dockerfile",
  name: "redis-commander",
  references: [
    "rediscommander/redis-commander:latest",
    "rediscommander/redis-commander",
    "ghcr.io/joeferner/redis-commander:0.9.0",
    "ghcr.io/joeferner/redis-commander:latest",
  ],
  needs: ["node:24-trixie-slim"],
  files: "redis-commander",
  downloads: [{ package: "redis-commander@0.9", to: "app" }],
  dockerfile: `FROM node:24-trixie-slim
RUN apt-get update \\
 && apt-get install -y --no-install-recommends dumb-init \\
 && rm -rf /var/lib/apt/lists/*
ENV SERVICE_USER=redis HOME=/redis-commander NODE_ENV=production
WORKDIR /redis-commander
COPY app .
RUN --mount=type=secret,id=ca \\
    if [ -f /run/secrets/ca ]; then export NODE_EXTRA_CA_CERTS=/run/secrets/ca; fi \\
 && npm install --omit=dev --ignore-scripts --no-audit --no-fund --loglevel=error \\
 && npm cache clean --force >/dev/null 2>&1 \\
 && useradd --system --gid 0 --uid 10000 --home-dir "$HOME" --no-create-home redis \\
 && chown -R redis config && chmod g+w config \\
 && chmod 755 bin/*.js
COPY --chmod=755 entrypoint.sh docker/entrypoint.sh
COPY connections.cjs docker/connections.cjs
USER 10000
HEALTHCHECK --interval=1m --timeout=2s CMD ["/redis-commander/bin/healthcheck.js"]
ENTRYPOINT ["/usr/bin/dumb-init", "--"]
CMD ["/redis-commander/docker/entrypoint.sh"]
EXPOSE 8081
`,
};
