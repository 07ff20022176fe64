import type { DockerfileStandIn } from "./stand-in.ts";

/** Debian's Redis 8 with the paths, user and entry point of `redis:8-trixie`. */
export const redis: DockerfileStandIn = {
  kind: "dockerfile",
  name: "redis-8-trixie",
  references: ["redis:8-trixie", "redis:8", "redis:8.0", "redis:8.0-trixie"],
  needs: ["debian:trixie-slim"],
  files: "redis",
  dockerfile: `FROM debian:trixie-slim
RUN groupadd --system --gid 999 redis \\
 && useradd --system --gid redis --uid 999 --no-create-home --home-dir /data --shell /usr/sbin/nologin redis
RUN apt-get update \\
 && apt-get install -y --no-install-recommends gosu redis-server redis-tools tzdata \\
 && rm -rf /var/lib/apt/lists/* /etc/redis /var/lib/redis /var/log/redis \\
 && cd /usr/local/bin \\
 && install -D "$(readlink -f /usr/bin/redis-server)" /usr/local/libexec/redis/redis-server \\
 && mv /usr/bin/redis-cli /usr/bin/redis-benchmark . \\
 && rm /usr/bin/redis-* \\
 && ln -s ../libexec/redis/redis-server redis-check-aof \\
 && ln -s ../libexec/redis/redis-server redis-check-rdb \\
 && ln -s redis-server redis-sentinel \\
 && ln -s /usr/sbin/gosu /usr/local/bin/gosu
RUN install -d -o redis -g redis /data
COPY --chmod=755 redis-server /usr/local/bin/redis-server
RUN gosu redis redis-server --version
VOLUME /data
WORKDIR /data
COPY --chmod=755 docker-entrypoint.sh /usr/local/bin/docker-entrypoint.sh
ENTRYPOINT ["docker-entrypoint.sh"]
EXPOSE 6379
CMD ["redis-server"]
`,
};
