import type { DockerfileStandIn } from "./stand-in.ts";

/**
 * Python 3.13, built from Debian's source package into `/usr/local` as `python:3.13-slim-trixie` is, with pip.
 * Built without profile-guided optimisation, which would take a quarter of an hour, and without tkinter.
 */
export const python313: DockerfileStandIn = {
  kind: "dockerfile",
  name: "python-3.13-slim-trixie",
  references: ["python:3.13-slim-trixie", "python:3.13-slim"],
  needs: ["debian:trixie-slim"],
  dockerfile: `FROM debian:trixie-slim AS build
RUN sed 's/^Types: deb$/Types: deb-src/' /etc/apt/sources.list.d/debian.sources >/etc/apt/sources.list.d/source.sources \\
 && apt-get update \\
 && apt-get install -y --no-install-recommends \\
      dpkg-dev gcc libbz2-dev libc6-dev libffi-dev libgdbm-compat-dev libgdbm-dev liblzma-dev libncurses-dev \\
      libreadline-dev libsqlite3-dev libssl-dev make uuid-dev zlib1g-dev \\
 && cd /tmp && apt-get source --download-only python3.13 \\
 && mkdir /tmp/python && tar -xf python3.13_*.orig.tar.xz -C /tmp/python --strip-components=1
RUN cd /tmp/python \\
 && ./configure --enable-loadable-sqlite-extensions --enable-option-checking=fatal --enable-shared --with-ensurepip \\
      LDFLAGS=-Wl,--strip-all >/dev/null \\
 && make -s -j4 >/dev/null && make -s install DESTDIR=/tmp/root >/dev/null \\
 && find /tmp/root \\( -type d -a \\( -name test -o -name tests -o -name idle_test \\) \\) -prune -exec rm -rf '{}' + \\
 && find /tmp/root -type f \\( -name '*.pyc' -o -name '*.pyo' -o -name 'libpython*.a' \\) -delete \\
 && for name in idle3 pip3 pydoc3 python3 python3-config; do \\
      ln -s "$name" "/tmp/root/usr/local/bin/$(echo "$name" | tr -d 3)"; \\
    done

FROM debian:trixie-slim
ENV PATH=/usr/local/bin:$PATH
RUN apt-get update \\
 && apt-get install -y --no-install-recommends \\
      ca-certificates libbz2-1.0 libffi8 libgdbm-compat4t64 libgdbm6t64 liblzma5 libncursesw6 libreadline8t64 \\
      libsqlite3-0 libssl3t64 libuuid1 netbase tzdata zlib1g \\
 && rm -rf /var/lib/apt/lists/*
COPY --from=build /tmp/root/usr/local /usr/local
RUN ldconfig \\
 && export PYTHONDONTWRITEBYTECODE=1 \\
 && python3 --version && pip3 --version \\
 && python3 -c 'import bz2, ctypes, curses, dbm.gnu, lzma, readline, sqlite3, ssl, uuid, zlib'
CMD ["python3"]
`,
};
