import type { DockerfileStandIn } from "./stand-in.ts";

/**
 * The scanner that BuildKit starts for `--attest type=sbom` when none is named. Syft, which does the work in the original too,
 * is built from its Go module; what is around it speaks the protocol of
 * https://github.com/moby/buildkit/blob/master/docs/attestations/sbom-protocol.md.
 */
export const sbomScanner: DockerfileStandIn = {
  kind: "dockerfile",
  name: "buildkit-syft-scanner-stable-1",
  references: ["docker/buildkit-syft-scanner:stable-1", "docker/buildkit-syft-scanner:latest"],
  needs: ["debian:trixie-slim"],
  files: "sbom-scanner",
  // A module of its own: `go install` takes none that replaces one of its dependencies, as Syft does.
  dockerfile: `FROM debian:trixie-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates golang-go
WORKDIR /build
RUN --mount=type=secret,id=ca \\
    if [ -f /run/secrets/ca ]; then export SSL_CERT_FILE=/run/secrets/ca; fi \\
 && export CGO_ENABLED=0 GOTOOLCHAIN=local \\
 && go mod init scanner \\
 && go get github.com/anchore/syft/cmd/syft@v1.18.0 \\
 && go build -trimpath -ldflags='-s -w' -o /build/syft github.com/anchore/syft/cmd/syft

FROM debian:trixie-slim
COPY --from=build /build/syft /bin/syft
COPY --chmod=755 scan.sh /bin/scan
ENV SYFT_CHECK_FOR_APP_UPDATE=false
ENTRYPOINT ["/bin/scan"]
`,
};
