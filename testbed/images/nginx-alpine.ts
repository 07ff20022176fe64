import { configureOptions } from "./nginx.ts";
import type { DockerfileStandIn } from "./stand-in.ts";

/**
 * nginx 1.28 on Alpine without its packages: for pages. The same sources as in the Debian image, compiled for musl; its
 * libraries are linked into it, because nothing else in the image needs them. BusyBox is there (`wget`), curl is not.
 */
export const nginxAlpine: DockerfileStandIn = {
  kind: "dockerfile",
  name: "nginx-1.28-alpine-slim",
  references: ["nginx:1.28-alpine-slim", "nginx:1.28.3-alpine-slim"],
  needs: ["debian:trixie-slim", "alpine:3.23"],
  files: "nginx",
  dockerfile: `FROM debian:trixie-slim AS sources
RUN apt-get update \\
 && apt-get install -y --no-install-recommends ca-certificates cargo linux-libc-dev make musl-tools perl xz-utils
# All sources come with crates, whose versions never change or vanish.
RUN --mount=type=secret,id=ca \\
    if [ -f /run/secrets/ca ]; then export CARGO_HTTP_CAINFO=/run/secrets/ca; fi \\
 && export CARGO_HOME=/tmp/cargo \\
 && for crate in gettext-sys@0.27.0 libz-sys@1.1.31 nginx-src@1.28.5 openssl-src@300.5.5 pcre2-sys@0.2.10; do \\
      cargo info "$crate" || exit 1; \\
    done \\
 && cd /tmp/cargo/registry/cache/* \\
 && { echo '4caa7e4460b196107cc1bb2629488e8b6dbb7f34f6683ea6753c4ac22f590785  gettext-sys-0.27.0.crate' \\
 &&   echo 'ff20308ecabd635a2dc1dd5834a86c462cca20efba1d5d3ddab1f8aea3455cb2  libz-sys-1.1.31.crate' \\
 &&   echo '60c9192630560c017a18e1da5b4c5de9d78450923f17325752c6f0f7f3911c86  nginx-src-1.28.5+1.28.3.crate' \\
 &&   echo '3f1787d533e03597a7934fd0a765f0d28e94ecc5fb7789f8053b1e699a56f709  openssl-src-300.5.5+3.5.5.crate' \\
 &&   echo '18b9073c1a2549bd409bf4a32c94d903bb1a09bf845bc306ae148897fa0760a4  pcre2-sys-0.2.10.crate'; } | sha256sum -c \\
 && mkdir /src && for crate in *.crate; do tar -xf "$crate" -C /src; done
# Headers of the kernel are the same for every C library.
RUN headers="/usr/include/$(uname -m)-linux-musl" \\
 && ln -s /usr/include/linux /usr/include/asm-generic "/usr/include/$(uname -m)-linux-gnu/asm" "$headers/"

FROM sources AS libraries
RUN cd /src/openssl-src-*/openssl \\
 && CC=musl-gcc ./Configure "linux-$(uname -m)" --prefix=/opt/musl --libdir=lib --openssldir=/etc/ssl \\
      no-shared no-tests no-apps no-docs no-engine no-module \\
 && make -s -j4 build_libs >/dev/null && make -s install_dev >/dev/null
RUN cd /src/libz-sys-*/src/zlib \\
 && musl-gcc -O2 -fPIC -D_LARGEFILE64_SOURCE=1 -DHAVE_UNISTD_H -c *.c \\
 && ar rcs /opt/musl/lib/libz.a *.o && cp zlib.h zconf.h /opt/musl/include/
RUN cd /src/pcre2-sys-*/upstream \\
 && musl-gcc -O2 -fPIC -DHAVE_CONFIG_H -DHAVE_STDLIB_H -DHAVE_MEMMOVE -DPCRE2_CODE_UNIT_WIDTH=8 -DPCRE2_STATIC \\
      -DSUPPORT_PCRE2_8 -DSUPPORT_UNICODE -DSUPPORT_JIT -Isrc -Ideps -Iinclude -c $(ls src/*.c | grep -vE 'jit_match|jit_misc|ucptables') \\
 && ar rcs /opt/musl/lib/libpcre2-8.a *.o && cp include/pcre2.h /opt/musl/include/

FROM libraries AS build
RUN cd /src/nginx-src-*/nginx && ./auto/configure --with-cc=musl-gcc \\
${configureOptions}      --with-cc-opt='-O2 -fPIC -fstack-protector-strong -Wformat -Werror=format-security -D_FORTIFY_SOURCE=2 -I/opt/musl/include' \\
      --with-ld-opt='-Wl,-z,relro -Wl,-z,now -pie -L/opt/musl/lib' \\
 && make -s -j4 && make -s install DESTDIR=/tmp/root \\
 && strip /tmp/root/usr/sbin/nginx \\
 && rm -rf /tmp/root/etc/nginx/*.default /tmp/root/etc/nginx/koi-* /tmp/root/etc/nginx/win-utf /tmp/root/run \\
 && install -d /tmp/root/usr/share/nginx/html /tmp/root/etc/nginx/conf.d /tmp/root/usr/lib/nginx/modules \\
 && mv /tmp/root/etc/nginx/html/* /tmp/root/usr/share/nginx/html/ && rmdir /tmp/root/etc/nginx/html \\
 && ln -s /usr/lib/nginx/modules /tmp/root/etc/nginx/modules

# The only program of gettext that the entry point's scripts call.
FROM sources AS envsubst
RUN mkdir /src/gettext && tar -xf /src/gettext-sys-*/gettext-*.tar.xz -C /src/gettext --strip-components=1 \\
 && cd /src/gettext/gettext-runtime \\
 && CC=musl-gcc ./configure --disable-shared --disable-java --disable-libasprintf --disable-nls --disable-threads \\
      --disable-openmp >/dev/null \\
 && make -s -j4 -C intl >/dev/null && make -s -j4 -C gnulib-lib >/dev/null && make -s -C src envsubst >/dev/null \\
 && strip src/envsubst && cp src/envsubst /tmp/envsubst

FROM alpine:3.23
ENV NGINX_VERSION=1.28.3
RUN echo 'nginx:x:101:' >>/etc/group \\
 && echo 'nginx:x:101:101:nginx:/var/cache/nginx:/sbin/nologin' >>/etc/passwd
COPY --from=envsubst /tmp/envsubst /usr/local/bin/envsubst
COPY --from=build /tmp/root /
COPY nginx.conf /etc/nginx/nginx.conf
COPY default.conf /etc/nginx/conf.d/default.conf
COPY --chmod=755 docker-entrypoint.sh /
COPY --chmod=755 docker-entrypoint.d /docker-entrypoint.d
RUN install -d -o nginx -g root -m 755 /var/cache/nginx \\
 && install -d -m 755 /var/log/nginx /run \\
 && ln -sf /dev/stdout /var/log/nginx/access.log \\
 && ln -sf /dev/stderr /var/log/nginx/error.log \\
 && nginx -t && rm -f /run/nginx.pid
ENTRYPOINT ["/docker-entrypoint.sh"]
EXPOSE 80
STOPSIGNAL SIGQUIT
CMD ["nginx", "-g", "daemon off;"]
`,
};
