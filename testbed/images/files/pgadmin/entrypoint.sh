#!/bin/sh
# Makes pgAdmin's own database on the first start, from the variables of the official image, then serves.
set -e
python=/venv/bin/python3
if [ ! -f /var/lib/pgadmin/pgadmin4.db ]; then
  if [ -n "${PGADMIN_DEFAULT_PASSWORD_FILE-}" ]; then
    PGADMIN_DEFAULT_PASSWORD=$(cat "$PGADMIN_DEFAULT_PASSWORD_FILE")
  fi
  if [ -z "${PGADMIN_DEFAULT_EMAIL-}" ] || [ -z "${PGADMIN_DEFAULT_PASSWORD-}" ]; then
    echo 'You need to define the PGADMIN_DEFAULT_EMAIL and PGADMIN_DEFAULT_PASSWORD or PGADMIN_DEFAULT_PASSWORD_FILE environment variables.' >&2
    exit 1
  fi
  PGADMIN_SETUP_EMAIL=$PGADMIN_DEFAULT_EMAIL PGADMIN_SETUP_PASSWORD=$PGADMIN_DEFAULT_PASSWORD "$python" run_pgadmin.py
  servers=${PGADMIN_SERVER_JSON_FILE:-/pgadmin4/servers.json}
  if [ -f "$servers" ]; then
    # Without a login there is one user, whatever address was given: the original loads for that one.
    if [ "${PGADMIN_CONFIG_SERVER_MODE-}" = False ]; then
      "$python" setup.py load-servers "$servers"
    else
      "$python" setup.py load-servers "$servers" --user "$PGADMIN_DEFAULT_EMAIL"
    fi
  fi
fi
unset PGADMIN_DEFAULT_PASSWORD
if [ -n "${PGADMIN_ENABLE_TLS-}" ]; then
  set -- --keyfile /certs/server.key --certfile /certs/server.cert
  port=${PGADMIN_LISTEN_PORT:-443}
else
  set --
  port=${PGADMIN_LISTEN_PORT:-80}
fi
# Sessions live in the process: one worker, many threads.
exec "$python" -m gunicorn --bind "${PGADMIN_LISTEN_ADDRESS:-[::]}:$port" --workers 1 --threads "${GUNICORN_THREADS:-25}" \
  --timeout "${GUNICORN_TIMEOUT:-86400}" --access-logfile "${GUNICORN_ACCESS_LOGFILE:--}" --worker-tmp-dir /dev/shm "$@" run_pgadmin:app
