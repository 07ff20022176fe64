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

FROM nginx:1.28-trixie AS dev
COPY --from=config dev/nginx.conf /etc/nginx/nginx.conf
EXPOSE 8080
USER 101:101

FROM nginx:1.28-trixie AS test
COPY --from=build /app/dist /usr/share/nginx/html
COPY --from=config test/nginx.conf /etc/nginx/nginx.conf
EXPOSE 8080
USER 101:101

# What runs: nginx, its configuration, and the page.
FROM nginx:1.28-trixie AS production
COPY --from=build /app/dist /usr/share/nginx/html
COPY --from=config production/nginx.conf /etc/nginx/nginx.conf
COPY --from=config production/upstreams.conf /etc/nginx/upstreams.conf
COPY --from=config --chmod=0755 production/40-upstreams.sh /docker-entrypoint.d/
EXPOSE 8080
USER 101:101
