#!/bin/sh
# Written by Gantry from stack.ts. Change that and run `gantry render`: edits here are lost.
# A deploy says in this file which containers answer; a start begins with the names of the services.
set -eu
mkdir -p /tmp/nginx
cp /etc/nginx/upstreams.conf /tmp/nginx/upstreams.conf
