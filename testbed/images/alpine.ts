import type { DockerfileStandIn } from "./stand-in.ts";

/** Alpine's surface: BusyBox as shell and tools, musl as C library, certificates. There is no package manager in it. */
export const alpine: DockerfileStandIn = {
  kind: "dockerfile",
  name: "alpine-3",
  references: ["alpine:3.23", "alpine:3", "alpine:latest"],
  needs: ["debian:trixie-slim"],
  files: "alpine",
  dockerfile: `FROM debian:trixie-slim AS build
RUN apt-get update \\
 && mkdir -p /root/deb /root/files /tmp/root && cd /root/deb \\
 && apt-get download busybox-static musl ca-certificates \\
 && for file in *.deb; do dpkg-deb -x "$file" /root/files; done \\
 && cd /tmp/root \\
 && install -d bin etc/ssl/certs lib sbin usr/bin usr/sbin usr/lib var/log var/run dev proc sys run mnt media opt srv home etc/apk \\
 && install -d -m 700 root && install -d -m 1777 tmp var/tmp \\
 && install -m 755 /root/files/usr/bin/busybox bin/busybox \\
 && for tool in $(bin/busybox --list); do [ "$tool" = busybox ] || ln -s /bin/busybox "bin/$tool"; done \\
 && cp -L "/root/files/usr/lib/$(uname -m)-linux-musl/libc.so" "lib/ld-musl-$(uname -m).so.1" && chmod 755 lib/ld-musl-* \\
 && ln -s "/lib/ld-musl-$(uname -m).so.1" "lib/libc.musl-$(uname -m).so.1" \\
 && cat /root/files/usr/share/ca-certificates/mozilla/*.crt >etc/ssl/certs/ca-certificates.crt \\
 && ln -s certs/ca-certificates.crt etc/ssl/cert.pem
COPY etc /tmp/root/etc

FROM scratch
COPY --from=build /tmp/root /
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
CMD ["/bin/sh"]
`,
};
