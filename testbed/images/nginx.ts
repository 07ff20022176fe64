import type { DockerfileStandIn } from "./stand-in.ts";

/** What the official builds are configured with, as lines of a shell command. */
export const configureOptions = `      --prefix=/etc/nginx --sbin-path=/usr/sbin/nginx --modules-path=/usr/lib/nginx/modules \\
      --conf-path=/etc/nginx/nginx.conf --error-log-path=/var/log/nginx/error.log \\
      --http-log-path=/var/log/nginx/access.log --pid-path=/run/nginx.pid --lock-path=/run/nginx.lock \\
      --http-client-body-temp-path=/var/cache/nginx/client_temp --http-proxy-temp-path=/var/cache/nginx/proxy_temp \\
      --http-fastcgi-temp-path=/var/cache/nginx/fastcgi_temp --http-uwsgi-temp-path=/var/cache/nginx/uwsgi_temp \\
      --http-scgi-temp-path=/var/cache/nginx/scgi_temp --user=nginx --group=nginx \\
      --with-compat --with-file-aio --with-threads --with-http_addition_module --with-http_auth_request_module \\
      --with-http_dav_module --with-http_flv_module --with-http_gunzip_module --with-http_gzip_static_module \\
      --with-http_mp4_module --with-http_random_index_module --with-http_realip_module \\
      --with-http_secure_link_module --with-http_slice_module --with-http_ssl_module --with-http_stub_status_module \\
      --with-http_sub_module --with-http_v2_module --with-http_v3_module --with-mail --with-mail_ssl_module \\
      --with-stream --with-stream_realip_module --with-stream_ssl_module --with-stream_ssl_preread_module \\
`;

/**
 * nginx 1.28, built from source with the paths of `nginx:1.28-trixie`: the nginx in Debian 13
 * is too old for `resolve` in an upstream, which needs 1.27.3. Without the optional dynamic modules.
 */
export const nginx: DockerfileStandIn = {
  kind: "dockerfile",
  name: "nginx-1.28-trixie",
  references: ["nginx:1.28-trixie", "nginx:1.28", "nginx:1.28.3", "nginx:1.28.3-trixie"],
  needs: ["debian:trixie-slim"],
  files: "nginx",
  dockerfile: `FROM debian:trixie-slim AS build
RUN apt-get update \\
 && apt-get install -y --no-install-recommends \\
      ca-certificates cargo gcc libc6-dev libpcre2-dev libssl-dev make zlib1g-dev
# The source comes with a crate, whose versions never change or vanish.
RUN --mount=type=secret,id=ca \\
    if [ -f /run/secrets/ca ]; then export CARGO_HTTP_CAINFO=/run/secrets/ca; fi \\
 && export CARGO_HOME=/tmp/cargo \\
 && cargo info nginx-src@1.28.5 \\
 && cd /tmp/cargo/registry/cache/* \\
 && echo '60c9192630560c017a18e1da5b4c5de9d78450923f17325752c6f0f7f3911c86  nginx-src-1.28.5+1.28.3.crate' | sha256sum -c \\
 && tar -xf nginx-src-*.crate -C /tmp && mv /tmp/nginx-src-*/nginx /tmp/nginx
RUN cd /tmp/nginx && ./auto/configure \\
${configureOptions}      --with-cc-opt='-O2 -fPIC -fstack-protector-strong -Wformat -Werror=format-security -D_FORTIFY_SOURCE=2' \\
      --with-ld-opt='-Wl,-z,relro -Wl,-z,now -pie' \\
 && make -j4 && make install DESTDIR=/tmp/root \\
 && strip /tmp/root/usr/sbin/nginx \\
 && rm -rf /tmp/root/etc/nginx/*.default /tmp/root/etc/nginx/koi-* /tmp/root/etc/nginx/win-utf /tmp/root/run \\
 && install -d /tmp/root/usr/share/nginx/html /tmp/root/etc/nginx/conf.d /tmp/root/usr/lib/nginx/modules \\
 && mv /tmp/root/etc/nginx/html/* /tmp/root/usr/share/nginx/html/ && rmdir /tmp/root/etc/nginx/html \\
 && ln -s /usr/lib/nginx/modules /tmp/root/etc/nginx/modules

FROM debian:trixie-slim
ENV NGINX_VERSION=1.28.3
RUN groupadd --system --gid 101 nginx \\
 && useradd --system --gid nginx --no-create-home --home /nonexistent --comment "nginx user" --shell /bin/false --uid 101 nginx
RUN apt-get update \\
 && apt-get install -y --no-install-recommends ca-certificates curl gettext-base libpcre2-8-0 libssl3t64 zlib1g \\
 && rm -rf /var/lib/apt/lists/*
COPY --from=build /tmp/root /
COPY nginx.conf /etc/nginx/nginx.conf
COPY default.conf /etc/nginx/conf.d/default.conf
COPY --chmod=755 docker-entrypoint.sh /
COPY --chmod=755 docker-entrypoint.d /docker-entrypoint.d
RUN install -d -o nginx -g root -m 755 /var/cache/nginx \\
 && install -d -m 755 /var/log/nginx \\
 && ln -sf /dev/stdout /var/log/nginx/access.log \\
 && ln -sf /dev/stderr /var/log/nginx/error.log \\
 && nginx -t && rm -f /run/nginx.pid
ENTRYPOINT ["/docker-entrypoint.sh"]
EXPOSE 80
STOPSIGNAL SIGQUIT
CMD ["nginx", "-g", "daemon off;"]
`,
};
