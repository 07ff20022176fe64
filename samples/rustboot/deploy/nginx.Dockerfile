# Written by Gantry from stack.ts. Change that and run `gantry render`: edits here are lost.

FROM nginx:1.28-trixie AS dev
COPY dev/nginx.conf /etc/nginx/nginx.conf
EXPOSE 8080
USER 101:101

FROM nginx:1.28-trixie AS test
COPY test/nginx.conf /etc/nginx/nginx.conf
EXPOSE 8080
USER 101:101

# What runs: nginx and its configuration.
FROM nginx:1.28-trixie AS production
COPY production/nginx.conf /etc/nginx/nginx.conf
COPY production/upstreams.conf /etc/nginx/upstreams.conf
COPY --chmod=0755 production/40-upstreams.sh /docker-entrypoint.d/
EXPOSE 8080
USER 101:101
