#!/bin/sh
# Options, and names that are no program of this system, are meant for node.
set -e
first=${1-}
if [ "$first" != "${first#-}" ] || ! command -v "$first" >/dev/null || { [ -f "$first" ] && [ ! -x "$first" ]; }; then
  set -- node "$@"
fi
exec "$@"
