import type { DockerfileStandIn } from "./stand-in.ts";

/** The registry server of the Distribution project, built from its Go module, as `registry:3`. */
export const registry: DockerfileStandIn = {
  kind: "dockerfile",
  name: "registry-3",
  references: ["registry:3", "registry:3.0", "registry:3.0.0"],
  needs: ["debian:trixie-slim"],
  files: "registry",
  dockerfile: `FROM debian:trixie-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates golang-go
RUN --mount=type=secret,id=ca \\
    if [ -f /run/secrets/ca ]; then export SSL_CERT_FILE=/run/secrets/ca; fi \\
 && CGO_ENABLED=0 GOTOOLCHAIN=local GOBIN=/tmp/bin go install -trimpath -ldflags='-s -w -X github.com/distribution/distribution/v3/version.version=v3.0.0' \\
      github.com/distribution/distribution/v3/cmd/registry@v3.0.0

FROM debian:trixie-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/*
COPY --from=build /tmp/bin/registry /bin/registry
COPY config.yml /etc/distribution/config.yml
COPY --chmod=755 entrypoint.sh /entrypoint.sh
VOLUME /var/lib/registry
EXPOSE 5000
ENV OTEL_TRACES_EXPORTER=none
ENTRYPOINT ["/entrypoint.sh"]
CMD ["/etc/distribution/config.yml"]
`,
};
