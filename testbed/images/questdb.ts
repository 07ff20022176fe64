import type { DockerfileStandIn } from "./stand-in.ts";

/** QuestDB 9.3.4 from its Maven package with a Java run time of its own under `/app`, as `questdb/questdb`. */
export const questdb: DockerfileStandIn = {
  kind: "dockerfile",
  name: "questdb-9.3.4",
  references: ["questdb/questdb:9.3.4", "questdb/questdb:latest", "questdb/questdb"],
  needs: ["debian:trixie-slim"],
  files: "questdb",
  dockerfile: `FROM debian:trixie-slim AS build
# Java's packages link their manuals, whose folder a slim image does not have.
RUN mkdir -p /usr/share/man/man1 \\
 && apt-get update \\
 && apt-get install -y --no-install-recommends binutils ca-certificates maven openjdk-25-jdk-headless
COPY trust.sh /usr/local/bin/
RUN --mount=type=secret,id=ca sh /usr/local/bin/trust.sh /run/secrets/ca \\
 && mvn --batch-mode --quiet dependency:copy -Dartifact=org.questdb:questdb:9.3.4 -DoutputDirectory=/tmp/jars \\
 && echo '939bc53ab22f93dbaa6545143a6e7c536d4904c07b7f2d381e8eef10436be062  /tmp/jars/questdb-9.3.4.jar' | sha256sum -c
RUN jlink --module-path /tmp/jars --add-modules io.questdb,jdk.jcmd --output /app --strip-debug --no-header-files --no-man-pages \\
 && find /app -name '*.debuginfo' -delete

FROM debian:trixie-slim
RUN apt-get update \\
 && apt-get install -y --no-install-recommends ca-certificates gosu \\
 && rm -rf /var/lib/apt/lists/* \\
 && groupadd --gid 10001 questdb \\
 && useradd --uid 10001 --gid 10001 --home-dir /var/lib/questdb --no-create-home --shell /usr/sbin/nologin questdb \\
 && install -d -o questdb -g questdb /var/lib/questdb
WORKDIR /app
COPY --from=build /app /app
COPY --chmod=755 docker-entrypoint.sh /docker-entrypoint.sh
WORKDIR /var/lib/questdb
ENV QDB_PACKAGE=docker
EXPOSE 9000 8812 9009 9003
ENTRYPOINT ["/docker-entrypoint.sh"]
`,
};
