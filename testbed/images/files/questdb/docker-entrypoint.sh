#!/usr/bin/env bash
# Starts QuestDB on its data folder, giving up root first; options alone are meant for Java.
set -Eeuo pipefail

data=${QUESTDB_DATA_DIR:-/var/lib/questdb}
uid=${QUESTDB_UID:-10001}
gid=${QUESTDB_GID:-10001}
read -r -a prepended <<<"${JVM_PREPEND-}"

if [ $# -eq 0 ]; then
  set -- /app/bin/java ${prepended[@]+"${prepended[@]}"} -XX:+UseParallelGC "-XX:ErrorFile=$data/db/hs_err_pid+%p.log" \
    "-Dout=$data/conf/log.conf" -m io.questdb/io.questdb.ServerMain -d "$data" -f
elif [ "${1#-}" != "$1" ]; then
  set -- /app/bin/java ${prepended[@]+"${prepended[@]}"} "$@"
fi

if [ "$(id -u)" = 0 ] && [ "${RUN_AS_ROOT:-false}" = false ]; then
  if [ "${DO_CHOWN:-true}" = true ]; then
    find "$data" \( ! -user "$uid" -o ! -group "$gid" \) -exec chown "$uid:$gid" {} +
  fi
  exec gosu "$uid:$gid" "$@"
fi
exec "$@"
