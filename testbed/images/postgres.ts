import type { DockerfileStandIn } from "./stand-in.ts";

/** Debian's PostgreSQL 17 with the paths, users, variables and entry point of `postgres:17-trixie`. */
export const postgres17: DockerfileStandIn = {
  kind: "dockerfile",
  name: "postgres-17-trixie",
  references: ["postgres:17-trixie", "postgres:17"],
  needs: ["debian:trixie-slim"],
  files: "postgres",
  dockerfile: `FROM debian:trixie-slim
RUN groupadd --system --gid 999 postgres \\
 && useradd --system --gid postgres --uid 999 --home-dir /var/lib/postgresql --shell /bin/bash postgres \\
 && install -d -o postgres -g postgres -m 1777 /var/lib/postgresql
RUN apt-get update \\
 && apt-get install -y --no-install-recommends gnupg gosu less libnss-wrapper locales xz-utils zstd \\
 && rm -rf /var/lib/apt/lists/* \\
 && ln -s /usr/sbin/gosu /usr/local/bin/gosu \\
 && sed -i 's/^# *en_US.UTF-8 /en_US.UTF-8 /' /etc/locale.gen \\
 && locale-gen \\
 && ln -s /usr/lib/*/libnss_wrapper.so /usr/lib/libnss_wrapper.so
ENV LANG=en_US.utf8
ENV PG_MAJOR=17
ENV PATH=$PATH:/usr/lib/postgresql/$PG_MAJOR/bin
# The package makes a cluster of its own when it is installed, unless it is told not to first.
RUN apt-get update \\
 && apt-get install -y --no-install-recommends postgresql-common \\
 && sed -ri 's/#(create_main_cluster) .*$/\\1 = false/' /etc/postgresql-common/createcluster.conf \\
 && apt-get install -y --no-install-recommends postgresql-$PG_MAJOR \\
 && rm -rf /var/lib/apt/lists/* \\
 && sed -ri "s!^#?(listen_addresses)\\s*=\\s*\\S+.*!\\1 = '*'!" /usr/share/postgresql/$PG_MAJOR/postgresql.conf.sample \\
 && grep -F "listen_addresses = '*'" /usr/share/postgresql/$PG_MAJOR/postgresql.conf.sample
RUN install -d -o postgres -g postgres -m 3777 /var/run/postgresql \\
 && mkdir /docker-entrypoint-initdb.d
ENV PGDATA=/var/lib/postgresql/data
RUN install -d -o postgres -g postgres -m 1777 "$PGDATA"
VOLUME /var/lib/postgresql/data
COPY --chmod=755 docker-entrypoint.sh /usr/local/bin/
ENTRYPOINT ["docker-entrypoint.sh"]
STOPSIGNAL SIGINT
EXPOSE 5432
CMD ["postgres"]
`,
};
