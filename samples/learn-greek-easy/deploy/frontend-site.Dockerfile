# Written by Gantry from stack.ts. Change that and run `gantry render`: edits here are lost.

# What every stage stands on: built and run on the same system, so that native modules fit.
FROM --platform=$BUILDPLATFORM node:24-trixie-slim AS base
WORKDIR /app

# All dependencies, for building, testing and development.
FROM base AS dependencies
# Only what installing reads: a changed source line keeps this layer.
COPY package.json package-lock.json .npmrc ./
# The cache outlives the layer: a changed lock file downloads only what is new.
RUN --mount=type=cache,id=npm-cache,target=/root/.npm \
    --mount=type=secret,id=extra-ca \
    if [ -s /run/secrets/extra-ca ]; then export NODE_EXTRA_CA_CERTS=/run/secrets/extra-ca; fi && \
    npm ci

FROM dependencies AS build
COPY . ./
# Without network: all that a build needs is in the lock file.
RUN --network=none \
    npm run build
# Compressed once here instead of at each request; nginx sends the .gz files as they are.
RUN --network=none \
    find dist -type f -size +1k -regextype posix-extended -regex '.*\.(css|html|js|json|map|mjs|svg|txt|wasm|webmanifest|xml)' -exec gzip -9 -k -n {} +

# Development: all dependencies and the sources; changes are synced in while it runs.
FROM dependencies AS dev
ENV NODE_ENV=development
# The folders themselves only: tools write beside the sources and packages, which stay root's.
RUN chown 1000:1000 /app /app/node_modules
COPY --chown=1000:1000 . ./
USER 1000:1000

# Tests run here: the same system and user as production, with the development dependencies.
FROM build AS test
# Test runners keep caches and tokens at home; as in production, only /tmp can be written.
ENV NODE_ENV=test \
    HOME=/tmp
USER 1000:1000

# What runs: nginx and the files.
FROM nginx:1.28-alpine-slim AS production
COPY <<'EOF' /etc/nginx/nginx.conf
worker_processes auto;
pid /tmp/nginx.pid;
error_log /dev/stderr warn;
events { worker_connections 1024; }
http {
  include /etc/nginx/mime.types;
  default_type application/octet-stream;
  # The gateway in front writes one line for each request.
  access_log off;
  server_tokens off;
  sendfile on;
  gzip_vary on;
  # Everything nginx writes lies below /tmp: the root file system is read-only.
  client_body_temp_path /tmp/client-body;
  proxy_temp_path /tmp/proxy;
  fastcgi_temp_path /tmp/fastcgi;
  uwsgi_temp_path /tmp/uwsgi;
  scgi_temp_path /tmp/scgi;
  server {
    listen 8080;
    location = /health { default_type text/plain; return 200 'ok'; }
    # Names carry a hash of the content, so browsers never ask again.
    location /assets/ {
      root /usr/share/nginx/html;
      gzip_static on;
      add_header Cache-Control "public, max-age=31536000, immutable";
      add_header Content-Security-Policy "default-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'" always;
      add_header X-Content-Type-Options nosniff always;
      add_header Referrer-Policy strict-origin-when-cross-origin always;
      add_header Permissions-Policy "camera=(), geolocation=(), microphone=()" always;
      try_files $uri @earlier;
    }
    # Pages that are open go on asking for the files of their own build: `gantry deploy` brings them along. What is
    # missing here too is an error, and not the page.
    location @earlier {
      root /tmp/earlier;
      gzip_static on;
      add_header Cache-Control "public, max-age=31536000, immutable";
      add_header Content-Security-Policy "default-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'" always;
      add_header X-Content-Type-Options nosniff always;
      add_header Referrer-Policy strict-origin-when-cross-origin always;
      add_header Permissions-Policy "camera=(), geolocation=(), microphone=()" always;
      try_files $uri =404;
    }
    # The page itself is checked at each visit, so that a new version is seen at once.
    location / {
      root /usr/share/nginx/html;
      gzip_static on;
      add_header Cache-Control no-cache always;
      add_header Content-Security-Policy "default-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'" always;
      add_header X-Content-Type-Options nosniff always;
      add_header Referrer-Policy strict-origin-when-cross-origin always;
      add_header Permissions-Policy "camera=(), geolocation=(), microphone=()" always;
      try_files $uri $uri/ /index.html;
    }
  }
}
EOF
COPY --from=build /app/dist /usr/share/nginx/html
EXPOSE 8080
USER 101:101
