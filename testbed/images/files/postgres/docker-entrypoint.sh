#!/usr/bin/env bash
# Starts PostgreSQL as the official image documents it: makes the database on the first start, runs the files of
# /docker-entrypoint-initdb.d, gives up root, and leaves other commands alone.
set -Eeuo pipefail

say() { printf '%s\n' "$*" >&2; }

# value_or_file NAME DEFAULT: takes NAME, or the content of the file that NAME_FILE names; both at once is a mistake.
value_or_file() {
  local name=$1 default=${2-} file_name=${1}_FILE value
  if [ -n "${!name-}" ] && [ -n "${!file_name-}" ]; then
    say "error: both $name and $file_name are set (but are exclusive)"
    exit 1
  fi
  value=$default
  if [ -n "${!name-}" ]; then
    value=${!name}
  elif [ -n "${!file_name-}" ]; then
    value=$(<"${!file_name}")
  fi
  export "$name=$value"
  unset "$file_name"
}

# Whether the arguments only ask something of the server program, which needs no database.
only_asks() {
  local argument
  for argument; do
    case "$argument" in
      -'?' | --help | --describe-config | -V | --version | -C) return 0 ;;
    esac
  done
  return 1
}

prepare_folders() {
  local user
  user=$(id -u)
  mkdir -p "$PGDATA"
  chmod 00700 "$PGDATA" || :
  mkdir -p /var/run/postgresql || :
  chmod 03775 /var/run/postgresql || :
  if [ -n "${POSTGRES_INITDB_WALDIR-}" ]; then
    mkdir -p "$POSTGRES_INITDB_WALDIR"
    if [ "$user" = 0 ]; then
      find "$POSTGRES_INITDB_WALDIR" \! -user postgres -exec chown postgres '{}' +
    fi
    chmod 700 "$POSTGRES_INITDB_WALDIR"
  fi
  if [ "$user" = 0 ]; then
    find "$PGDATA" \! -user postgres -exec chown postgres '{}' +
    find /var/run/postgresql \! -user postgres -exec chown postgres '{}' +
  fi
}

must_have_password() {
  if [ -z "$POSTGRES_PASSWORD" ] && [ "$POSTGRES_HOST_AUTH_METHOD" != trust ]; then
    say 'Error: Database is uninitialized and superuser password is not specified.'
    say '       You must specify POSTGRES_PASSWORD to a non-empty value for the'
    say '       superuser, or set POSTGRES_HOST_AUTH_METHOD=trust to allow all connections.'
    exit 1
  fi
  if [ "$POSTGRES_HOST_AUTH_METHOD" = trust ]; then
    say 'WARNING: POSTGRES_HOST_AUTH_METHOD is "trust": anyone who can connect can do anything.'
  fi
}

make_database_files() {
  local -a extra=()
  eval "extra=(${POSTGRES_INITDB_ARGS-})"
  if [ -n "${POSTGRES_INITDB_WALDIR-}" ]; then
    extra+=(--waldir "$POSTGRES_INITDB_WALDIR")
  fi
  if ! getent passwd "$(id -u)" >/dev/null; then
    # initdb insists on a name for its user; a number that nobody gave a name gets one for this call only.
    NSS_WRAPPER_PASSWD=$(mktemp)
    NSS_WRAPPER_GROUP=$(mktemp)
    printf 'postgres:x:%s:%s:PostgreSQL:%s:/bin/false\n' "$(id -u)" "$(id -g)" "$PGDATA" >"$NSS_WRAPPER_PASSWD"
    printf 'postgres:x:%s:\n' "$(id -g)" >"$NSS_WRAPPER_GROUP"
    export LD_PRELOAD=/usr/lib/libnss_wrapper.so NSS_WRAPPER_PASSWD NSS_WRAPPER_GROUP
  fi
  initdb --username="$POSTGRES_USER" --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") ${extra[@]+"${extra[@]}"}
  if [[ ${LD_PRELOAD-} == */libnss_wrapper.so ]]; then
    rm -f "$NSS_WRAPPER_PASSWD" "$NSS_WRAPPER_GROUP"
    unset LD_PRELOAD NSS_WRAPPER_PASSWD NSS_WRAPPER_GROUP
  fi
  local method=$POSTGRES_HOST_AUTH_METHOD
  if [ -z "$method" ]; then
    method=$(postgres -C password_encryption "$@")
  fi
  printf '\nhost all all all %s\n' "$method" >>"$PGDATA/pg_hba.conf"
}

run_sql() {
  PGHOST='' PGHOSTADDR='' psql -v ON_ERROR_STOP=1 --no-psqlrc --no-password --username "$POSTGRES_USER" "$@"
}

run_init_files() {
  local file
  for file; do
    case "$file" in
      *.sh)
        if [ -x "$file" ]; then
          say "$0: running $file"
          "$file"
        else
          say "$0: sourcing $file"
          # shellcheck disable=SC1090
          . "$file"
        fi
        ;;
      *.sql)     say "$0: running $file"; run_sql --dbname "$POSTGRES_DB" -f "$file" ;;
      *.sql.gz)  say "$0: running $file"; gunzip -c "$file" | run_sql --dbname "$POSTGRES_DB" ;;
      *.sql.xz)  say "$0: running $file"; xzcat "$file" | run_sql --dbname "$POSTGRES_DB" ;;
      *.sql.zst) say "$0: running $file"; zstd -dc "$file" | run_sql --dbname "$POSTGRES_DB" ;;
      *)         say "$0: ignoring $file" ;;
    esac
  done
}

first_start() {
  shift # the word "postgres": what is left are options for the server
  must_have_password
  make_database_files "$@"
  # The helper server listens on the socket only, so that nobody takes the half-made database for the real one.
  PGUSER=$POSTGRES_USER pg_ctl -D "$PGDATA" -o "$(printf '%q ' "$@" -c listen_addresses= -p 5432)" -w start
  export PGPASSWORD=${PGPASSWORD-$POSTGRES_PASSWORD}
  if [ "$POSTGRES_DB" != postgres ] && [ -z "$(run_sql --dbname postgres --set db="$POSTGRES_DB" --tuples-only <<<"SELECT 1 FROM pg_database WHERE datname = :'db'")" ]; then
    run_sql --dbname postgres --set db="$POSTGRES_DB" <<<'CREATE DATABASE :"db"'
  fi
  shopt -s nullglob
  run_init_files /docker-entrypoint-initdb.d/*
  PGUSER=$POSTGRES_USER pg_ctl -D "$PGDATA" -m fast -w stop
  unset PGPASSWORD
  say ''
  say 'PostgreSQL init process complete; ready for start up.'
  say ''
}

if [ "${1-}" != "${1#-}" ]; then
  set -- postgres "$@"
fi

if [ "${1-}" = postgres ] && ! only_asks "$@"; then
  prepare_folders
  if [ "$(id -u)" = 0 ]; then
    exec gosu postgres "${BASH_SOURCE[0]}" "$@"
  fi
  value_or_file POSTGRES_PASSWORD
  value_or_file POSTGRES_USER postgres
  value_or_file POSTGRES_DB "$POSTGRES_USER"
  value_or_file POSTGRES_INITDB_ARGS
  : "${POSTGRES_HOST_AUTH_METHOD:=}"
  if [ -s "$PGDATA/PG_VERSION" ]; then
    say ''
    say 'PostgreSQL Database directory appears to contain a database; Skipping initialization'
    say ''
  else
    first_start "$@"
  fi
fi

exec "$@"
