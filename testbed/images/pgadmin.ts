import type { DockerfileStandIn } from "./stand-in.ts";

/**
 * pgAdmin 4 from its Python package, with the paths, user and variables of its image. The bytecode that pip made stays,
 * as the original has it too: without, each of its processes compiles for ten seconds before it answers.
 */
export const pgadmin: DockerfileStandIn = {
  kind: "dockerfile",
  name: "pgadmin4-9.18",
  references: ["dpage/pgadmin4:9.18", "dpage/pgadmin4:9", "dpage/pgadmin4:latest", "dpage/pgadmin4"],
  needs: ["python:3.13-slim-trixie"],
  files: "pgadmin",
  dockerfile: `FROM python:3.13-slim-trixie AS build
RUN --mount=type=secret,id=ca \\
    if [ -f /run/secrets/ca ]; then export PIP_CERT=/run/secrets/ca; fi \\
 && python3 -m venv /venv \\
 && /venv/bin/pip install --quiet --no-cache-dir --disable-pip-version-check --prefer-binary \\
      pgadmin4==9.18 'gunicorn>=23,<26' \\
 && mv /venv/lib/python3.13/site-packages/pgadmin4 /pgadmin4 \\
 && find /pgadmin4 /venv -type d -name tests -prune -exec rm -rf '{}' +

FROM python:3.13-slim-trixie
RUN apt-get update \\
 && apt-get install -y --no-install-recommends postgresql-client wget \\
 && rm -rf /var/lib/apt/lists/* \\
 && groupadd --gid 5050 pgadmin \\
 && useradd --uid 5050 --gid 0 --groups pgadmin --no-create-home --home-dir /home/pgadmin --shell /sbin/nologin pgadmin \\
 && install -d -o pgadmin -g root -m 770 /var/lib/pgadmin /home/pgadmin
COPY --from=build /venv /venv
COPY --from=build /pgadmin4 /pgadmin4
COPY config_distro.py run_pgadmin.py /pgadmin4/
COPY --chmod=755 entrypoint.sh /entrypoint.sh
ENV PYTHONPATH=/pgadmin4 PYTHONDONTWRITEBYTECODE=1
WORKDIR /pgadmin4
USER pgadmin
VOLUME /var/lib/pgadmin
EXPOSE 80 443
ENTRYPOINT ["/entrypoint.sh"]
`,
};
