#!/bin/sh
# Before nginx starts, every program of /docker-entrypoint.d runs, in order of name; *.envsh files set variables.
set -e

say() {
  if [ -z "${NGINX_ENTRYPOINT_QUIET_LOGS-}" ]; then echo "$@"; fi
}

case "${1-}" in
  nginx | nginx-debug)
    # Expanded before the loop: an .envsh file may set IFS or the arguments.
    for file in $(find /docker-entrypoint.d/ -follow -type f | sort -V); do
      case "$file" in
        *.envsh)
          if [ -x "$file" ]; then
            say "$0: Sourcing $file"
            . "$file"
          else
            say "$0: Ignoring $file, not executable"
          fi
          ;;
        *.sh)
          if [ -x "$file" ]; then
            say "$0: Launching $file"
            "$file"
          else
            say "$0: Ignoring $file, not executable"
          fi
          ;;
        *) say "$0: Ignoring $file" ;;
      esac
    done
    say "$0: Configuration complete; ready for start up"
    ;;
esac

exec "$@"
