# Written by Gantry from stack.ts. Change that and run `gantry render`: edits here are lost.

# What every stage stands on: packages are installed by the Python that runs them.
FROM python:3.13-slim-trixie AS base
# Output appears at once; a crash of C code leaves a traceback.
# Bytecode is compiled in the build and never by the running process, whose files are read-only.
ENV PATH=/opt/venv/bin:/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin \
    VIRTUAL_ENV=/opt/venv \
    PYTHONPATH=/home/ktrdr/app \
    PYTHONUNBUFFERED=1 \
    PYTHONFAULTHANDLER=1 \
    PYTHONDONTWRITEBYTECODE=1
# The standard library comes uncompiled: 7 MB more, and each start (and each health probe) takes 0.1 s in place of 0.8 s.
RUN --network=none \
    cd /usr/local/lib/python3.* && \
    python -m compileall -q -j 0 --invalidation-mode unchecked-hash -x "site-packages|ensurepip|idlelib|tkinter|turtle|pydoc|config-3|venv|_pyrepl|doctest|unittest|pdb|bdb|rofile|pstats|modulefinder|pickletools|optparse|_pydecimal|_pydatetime|_pyio|_bootstrap|proactor|windows|win32|mailbox|imaplib|poplib|ftplib|xmlrpc|plistlib|wave|encodings/(big5|cp|euc|gb|hp|iso|johab|koi|kz|mac|shift)" .
RUN groupadd --gid 1000 ktrdr && \
    useradd --uid 1000 --gid 1000 --no-log-init --create-home --shell /bin/bash ktrdr
WORKDIR /home/ktrdr/app

# Packages of production, in a virtual environment that is copied as it is.
FROM base AS dependencies
# For strip, below; it stays in this stage.
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,target=/var/lib/apt/lists,sharing=locked \
    rm -f /etc/apt/apt.conf.d/docker-clean && \
    apt-get update && \
    apt-get install -y --no-install-recommends binutils
# Without a pip of its own: the base image's fills it.
RUN python -m venv --without-pip /opt/venv
# Only what installing reads: a changed source line keeps this layer.
COPY requirements.txt ./
# Only what is pinned; the check fails when a package lacks another one, or has it in a version that does not fit.
RUN --mount=type=cache,id=pip-cache,target=/root/.cache/pip \
    --mount=type=secret,id=extra-ca \
    if [ -s /run/secrets/extra-ca ]; then cat /etc/ssl/certs/ca-certificates.crt /run/secrets/extra-ca >/dev/shm/ca.pem && export PIP_CERT=/dev/shm/ca.pem SSL_CERT_FILE=/dev/shm/ca.pem REQUESTS_CA_BUNDLE=/dev/shm/ca.pem; fi && \
    pip --python /opt/venv/bin/python install --no-compile --no-deps -r requirements.txt && \
    pip --python /opt/venv/bin/python check
# Some packages come with debug symbols, which are most of their size, and with translators' sources beside the compiled .mo.
RUN --network=none \
    find /opt/venv -name '*.so*' -type f | while read -r file; do if readelf -S "$file" | grep -q '\.debug_info'; then strip --strip-debug "$file"; fi; done && \
    find /opt/venv -name '*.po' | while read -r file; do if [ -e "${file%.po}.mo" ]; then rm "$file"; fi; done
# Compiled once here instead of at each start; tests of packages never start.
RUN --network=none \
    { python -m compileall -q -j 0 --invalidation-mode unchecked-hash -x "/tests?/" /opt/venv/lib >/dev/null || true; }

# The sources as production has them.
FROM dependencies AS build
COPY . ./
# Without network. Tests have a stage of their own. Volumes take the owner of the folder they are mounted to.
RUN --network=none \
    rm -r tests && \
    python -m compileall -q --invalidation-mode unchecked-hash /home/ktrdr/app && \
    install -d -o 1000 -g 1000 /home/ktrdr/app/data /home/ktrdr/app/logs

# What development and tests need beside it.
FROM dependencies AS dev-dependencies
# Only what installing reads: a changed source line keeps this layer.
COPY requirements-dev.txt ./
RUN --mount=type=cache,id=pip-cache,target=/root/.cache/pip \
    --mount=type=secret,id=extra-ca \
    if [ -s /run/secrets/extra-ca ]; then cat /etc/ssl/certs/ca-certificates.crt /run/secrets/extra-ca >/dev/shm/ca.pem && export PIP_CERT=/dev/shm/ca.pem SSL_CERT_FILE=/dev/shm/ca.pem REQUESTS_CA_BUNDLE=/dev/shm/ca.pem; fi && \
    pip --python /opt/venv/bin/python install --no-compile --no-deps -r requirements-dev.txt && \
    pip --python /opt/venv/bin/python check
RUN --network=none \
    { python -m compileall -q -j 0 --invalidation-mode unchecked-hash /opt/venv/lib >/dev/null || true; }

# Development: all packages and the sources; changes are synced in while it runs.
FROM dev-dependencies AS dev
# Volumes take the owner of the folder they are mounted to.
RUN install -d -o 1000 -g 1000 /home/ktrdr/app/data /home/ktrdr/app/logs
# The folder itself only: tools write beside the sources; packages stay root's.
RUN chown 1000:1000 /home/ktrdr/app
COPY --chown=1000:1000 . ./
USER 1000:1000
CMD ["uvicorn", "ktrdr.api:app", "--host", "0.0.0.0", "--port", "8000", "--log-config", "ktrdr/logging.json", "--no-access-log"]

# What runs: no compiler, no package manager's cache, no packages of development.
FROM base AS production
# Root's, so that the running process cannot change its own code. Most lasting layer first.
COPY --from=dependencies /opt/venv /opt/venv
COPY --from=build /home/ktrdr/app /home/ktrdr/app
# The root is read-only; what libraries keep in the home folder, such as gunicorn its socket, goes to memory.
ENV HOME=/tmp
USER 1000:1000
CMD ["uvicorn", "ktrdr.api:app", "--host", "0.0.0.0", "--port", "8000", "--log-config", "ktrdr/logging.json", "--no-access-log"]

# Tests run here: production's image, with the tests and their packages on top.
FROM production AS test
USER 0:0
COPY --from=dev-dependencies /opt/venv /opt/venv
COPY . /home/ktrdr/app/
# pytest's cache would be written beside the sources, which are read-only.
ENV PYTEST_ADDOPTS="-p no:cacheprovider"
USER 1000:1000
