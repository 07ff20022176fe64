#!/bin/sh
# Takes passwords from files, and the connections from the variables of the official image.
set -e
if [ -f "${HTTP_PASSWORD_FILE-}" ]; then
  HTTP_PASSWORD=$(cat "$HTTP_PASSWORD_FILE")
  export HTTP_PASSWORD
fi
if [ -f "${REDIS_PASSWORD_FILE-}" ]; then
  REDIS_PASSWORD=$(cat "$REDIS_PASSWORD_FILE")
  export REDIS_PASSWORD
fi
NODE_CONFIG=$(node /redis-commander/docker/connections.cjs)
export NODE_CONFIG
exec node /redis-commander/bin/redis-commander.js "$@"
