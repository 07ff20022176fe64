import type { DockerfileStandIn, StandIn } from "./stand-in.ts";

/** Packages whose files make the images: no package manager and no shell among them. */
const STATIC = ["base-files", "media-types", "netbase", "tzdata", "tzdata-legacy"];
const CC = [
  ...STATIC,
  "libc6",
  "libssl3t64",
  "openssl-provider-legacy",
  "libzstd1",
  "zlib1g",
  "gcc-14-base",
  "libgcc-s1",
  "libgomp1",
  "libstdc++6",
];

/** `static-debian13` and `cc-debian13`, as root and as `nonroot` (65532), from Debian packages as the originals are. */
export const distroless: readonly StandIn[] = [...family("static", STATIC), ...family("cc", CC)];

function family(name: string, packages: readonly string[]): readonly DockerfileStandIn[] {
  const image = `gcr.io/distroless/${name}-debian13`;
  return [
    {
      kind: "dockerfile",
      name: `distroless-${name}`,
      references: [`${image}:latest`, image],
      needs: ["debian:trixie-slim"],
      dockerfile: `FROM debian:trixie-slim AS build
RUN apt-get update \\
 && mkdir -p /tmp/deb /tmp/root && cd /tmp/deb \\
 && apt-get download ca-certificates ${packages.join(" ")} \\
 && mkdir /tmp/ca && dpkg-deb -x ca-certificates_*.deb /tmp/ca && rm ca-certificates_*.deb \\
 && for file in *.deb; do dpkg-deb -x "$file" /tmp/root; done \\
 && cd /tmp/root \\
 && install -d etc/ssl/certs var/lib/dpkg/status.d && cat /tmp/ca/usr/share/ca-certificates/mozilla/*.crt >etc/ssl/certs/ca-certificates.crt \\
 && for file in /tmp/deb/*.deb; do dpkg-deb -f "$file" >"var/lib/dpkg/status.d/$(dpkg-deb -f "$file" Package)"; done \\
 && printf 'root:x:0:0:root:/root:/sbin/nologin\\nnobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin\\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\\n' >etc/passwd \\
 && printf 'root:x:0:\\nnobody:x:65534:\\ntty:x:5:\\nstaff:x:50:\\nnonroot:x:65532:\\n' >etc/group \\
 && cp usr/share/base-files/nsswitch.conf etc/nsswitch.conf 2>/dev/null || printf 'hosts: files dns\\n' >etc/nsswitch.conf \\
 && install -d -m 700 root && install -d -o 65532 -g 65532 -m 700 home/nonroot \\
 && rm -rf usr/share/man usr/share/locale usr/share/lintian && find usr/share/doc -type f ! -name copyright -delete \\
 && install -d -m 1777 tmp var/tmp

FROM scratch
COPY --from=build /tmp/root /
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
USER 0
WORKDIR /
`,
    },
    {
      kind: "dockerfile",
      name: `distroless-${name}-nonroot`,
      references: [`${image}:nonroot`],
      needs: [`${image}:latest`],
      dockerfile: `FROM ${image}:latest\nUSER 65532\nWORKDIR /home/nonroot\n`,
    },
  ];
}
