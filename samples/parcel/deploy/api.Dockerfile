# Written by Gantry from stack.ts. Change that and run `gantry render`: edits here are lost.

# What every stage stands on: built and run on the same system, so that native modules fit.
FROM node:24-trixie-slim AS base
WORKDIR /app

# All dependencies, for building, testing and development.
FROM base AS dependencies
# Only what installing reads: a changed source line keeps this layer.
COPY package.json package-lock.json .npmrc ./
COPY vendor/gantry-runtime-0.1.0.tgz ./vendor/
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

# Development: all dependencies and the sources; changes are synced in while it runs.
FROM dependencies AS dev
ENV NODE_ENV=development
# The folders themselves only: tools write beside the sources and packages, which stay root's.
RUN chown 1000:1000 /app /app/node_modules
COPY --chown=1000:1000 . ./
USER 1000:1000
CMD ["node", "dist/api.js"]

# Tests run here: the same system and user as production, with the development dependencies.
FROM build AS test
# Test runners keep caches and tokens at home; as in production, only /tmp can be written.
ENV NODE_ENV=test \
    HOME=/tmp
USER 1000:1000

FROM base AS production-dependencies
# Only what installing reads: a changed source line keeps this layer.
COPY package.json package-lock.json .npmrc ./
COPY vendor/gantry-runtime-0.1.0.tgz ./vendor/
# Without development dependencies; a stage of its own, so that it is installed while the build runs.
RUN --mount=type=cache,id=npm-cache,target=/root/.npm \
    --mount=type=secret,id=extra-ca \
    if [ -s /run/secrets/extra-ca ]; then export NODE_EXTRA_CA_CERTS=/run/secrets/extra-ca; fi && \
    npm ci --omit=dev

# What runs: no compiler, no package cache, no development dependencies.
FROM base AS production
ENV NODE_ENV=production
# Root's, so that the running process cannot change its own code. Most lasting layer first.
COPY --from=production-dependencies /app/node_modules /app/node_modules
COPY package.json /app/
COPY --from=build /app/dist /app/dist
USER 1000:1000
CMD ["node", "dist/api.js"]
