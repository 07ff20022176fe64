#!/bin/sh
# Options and configuration files are meant for redis-server, which never runs as root.
set -e
case "${1-}" in
  -* | *.conf) set -- redis-server "$@" ;;
esac
case "${1-}" in
  redis-server | redis-sentinel)
    if [ "$(id -u)" = 0 ] && [ -z "${SKIP_DROP_PRIVS-}" ]; then
      if [ -z "${SKIP_FIX_PERMS-}" ]; then
        find . ! -user redis -exec chown redis {} +
      fi
      exec gosu redis "$0" "$@"
    fi
    ;;
esac
# Files that Redis writes are for its own user only, unless the caller chose otherwise.
if [ "$(umask)" = 0022 ]; then
  umask 0077
fi
exec "$@"
