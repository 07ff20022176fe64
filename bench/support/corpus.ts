import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A source of numbers that gives the same ones for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Writes Kubernetes manifests: applications of four objects that mean one another, in folders of fifty teams. */
export function writeManifests(folder: string, count: number): void {
  for (let index = 0; index < count / 4; index++) {
    const team = `team-${index % 50}`;
    const name = `app-${index}`;
    const place = join(folder, team, name);
    mkdirSync(place, { recursive: true });
    const object = (file: string, version: string, kind: string, own: string, rest: string): void =>
      writeFileSync(
        join(place, file),
        `apiVersion: ${version}\nkind: ${kind}\nmetadata:\n  name: ${own}\n  namespace: ${team}\n${rest}`,
      );
    object("deployment.yaml", "apps/v1", "Deployment", name, deploymentSpec(name));
    object(
      "service.yaml",
      "v1",
      "Service",
      name,
      `spec:\n  selector:\n    app: ${name}\n  ports:\n    - { name: http, port: 80, targetPort: http }\n`,
    );
    object("settings.yaml", "v1", "ConfigMap", `${name}-settings`, "data:\n  level: info\n");
    object(
      "ingress.yaml",
      "networking.k8s.io/v1",
      "Ingress",
      name,
      `spec:\n  rules:\n    - host: ${name}.example.org\n      http:\n        paths:\n          - path: /\n            pathType: Prefix\n            backend: { service: { name: ${name}, port: { name: http } } }\n`,
    );
  }
}

function deploymentSpec(name: string): string {
  return `spec:
  replicas: 2
  selector:
    matchLabels:
      app: ${name}
  template:
    metadata:
      labels:
        app: ${name}
        app.kubernetes.io/part-of: shop
    spec:
      containers:
        - name: main
          image: example/${name}:1.2
          ports:
            - { name: http, containerPort: 8080 }
          env:
            - name: LEVEL
              valueFrom: { configMapKeyRef: { name: ${name}-settings, key: level } }
          resources: { limits: { memory: 256Mi } }
          readinessProbe: { httpGet: { path: /ready, port: http } }
`;
}

/** Writes Dockerfiles and Compose files as people write them, good and bad, each in a folder of its own. */
export function writeCorpus(
  folder: string,
  counts: { readonly dockerfiles: number; readonly composeFiles: number },
  seed = 1,
): {
  readonly dockerfiles: readonly string[];
  readonly composeFiles: readonly string[];
  readonly bytes: number;
} {
  const random = seeded(seed);
  let bytes = 0;
  const write = (path: string, text: string): string => {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), text);
    bytes += text.length;
    return path;
  };
  const numbered = (index: number): string => String(index).padStart(5, "0");
  const dockerfiles = Array.from({ length: counts.dockerfiles }, (_, index) =>
    write(`images/${numbered(index)}/Dockerfile`, dockerfile(random)),
  );
  const composeFiles = Array.from({ length: counts.composeFiles }, (_, index) =>
    write(`stacks/${numbered(index)}/compose.yaml`, composeFile(random)),
  );
  return { dockerfiles, composeFiles, bytes };
}

type Random = () => number;

function pick<T>(random: Random, list: readonly T[]): T {
  return list[Math.floor(random() * list.length)] as T;
}

function some(random: Random, share: number, text: string): string {
  return random() < share ? text : "";
}

const packages = [
  "curl",
  "git",
  "build-essential",
  "libpq-dev",
  "ca-certificates",
  "tini",
  "gettext",
  "libxml2",
];

function dockerfile(random: Random): string {
  return pick(random, [python, node, go, alpine, java])(random);
}

function apt(random: Random): string {
  const names = packages.filter(() => random() < 0.4);
  const list = (names.length === 0 ? ["curl"] : names).map((name) => `    ${name}`).join(" \\\n");
  return `RUN apt-get update && apt-get install ${some(random, 0.9, "-y ")}${some(random, 0.6, "--no-install-recommends ")}\\\n${list}${some(random, 0.6, " \\\n    && rm -rf /var/lib/apt/lists/*")}\n`;
}

function python(random: Random): string {
  const version = pick(random, ["3.11", "3.12-slim", "3.13-slim-bookworm", "3.13"]);
  const gunicorn = '["gunicorn", "-b", "0.0.0.0:8000", "app.wsgi"]';
  return `# The web application
FROM python:${version} AS base
ENV PYTHONUNBUFFERED=1 \\
    PYTHONDONTWRITEBYTECODE=1
${some(random, 0.3, "ENV SECRET_KEY=changeme-in-production\n")}WORKDIR ${pick(random, ["/app", "/srv/app", "app"])}
${apt(random)}COPY requirements.txt .
RUN pip install ${some(random, 0.5, "--no-cache-dir ")}-r requirements.txt
COPY . .
${some(random, 0.5, "RUN groupadd -r app && useradd -r -g app app \\\n    && chown -R app:app /app\nUSER app\n")}EXPOSE 8000
${some(random, 0.5, "HEALTHCHECK --interval=30s --timeout=5s CMD curl -f http://localhost:8000/health || exit 1\n")}CMD ${random() < 0.7 ? gunicorn : "gunicorn -b 0.0.0.0:8000 app.wsgi"}
`;
}

function node(random: Random): string {
  return `FROM node:${pick(random, ["20", "22-alpine", "24-slim", "latest"])} AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN ${pick(random, ["npm ci", "npm install", "--mount=type=cache,target=/root/.npm npm ci"])}
COPY . .
RUN npm run build
FROM ${pick(random, ["nginx:1.28-alpine", "node:24-slim", "gcr.io/distroless/nodejs22-debian12"])}
ARG VERSION
LABEL org.opencontainers.image.version=$VERSION
COPY --from=build /app/dist /usr/share/nginx/html
${some(
  random,
  0.4,
  `RUN <<EOF
set -e
mkdir -p /var/cache/app
chmod 755 /var/cache/app
EOF
`,
)}${some(random, 0.4, "USER 1000\n")}EXPOSE 80
`;
}

function go(random: Random): string {
  return `# syntax=docker/dockerfile:1
FROM golang:${pick(random, ["1.24", "1.25-alpine"])} AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
RUN --mount=type=cache,target=/root/.cache/go-build CGO_ENABLED=${random() < 0.5 ? "0" : "1"} go build -o /out/server ./cmd/server
FROM ${pick(random, ["scratch", "gcr.io/distroless/static-debian12", "alpine:3.22"])}
COPY --from=build /out/server /server
${some(random, 0.5, "USER 65532:65532\n")}ENTRYPOINT ["/server"]
`;
}

function alpine(random: Random): string {
  return `FROM alpine:${pick(random, ["3.20", "3.22", "latest"])}
RUN apk add ${some(random, 0.6, "--no-cache ")}bash curl postgresql-client
${some(random, 0.4, "RUN curl -sSL https://example.com/install.sh | bash\n")}COPY backup.sh /usr/local/bin/
RUN chmod +x /usr/local/bin/backup.sh
ENV TZ=UTC
VOLUME /backups
CMD ${pick(random, ['["backup.sh"]', "backup.sh", '["/bin/sh", "-c", "crond -f"]'])}
`;
}

function java(random: Random): string {
  return `FROM maven:3.9-eclipse-temurin-21 AS build
WORKDIR /build
COPY pom.xml .
RUN mvn -B dependency:go-offline
COPY src src
RUN mvn -B package ${some(random, 0.5, "-DskipTests")}
FROM eclipse-temurin:21-jre
${apt(random)}COPY --from=build /build/target/app.jar /app.jar
${some(random, 0.5, "RUN useradd --system app\nUSER app\n")}EXPOSE 8080
ENTRYPOINT ${pick(random, ['["java", "-jar", "/app.jar"]', "java -jar /app.jar"])}
`;
}

function composeFile(random: Random): string {
  const workers = Math.floor(random() * 4);
  const shared = "<<: *defaults\n    ";
  const services = [
    `  db:
    image: postgres:${pick(random, ["15", "16-alpine", "17", "18"])}
    environment:
      POSTGRES_PASSWORD: ${pick(random, ["postgres", "${POSTGRES_PASSWORD}", "${POSTGRES_PASSWORD:?}"])}
      POSTGRES_DB: app
    volumes:
      - db-data:/var/lib/postgresql/data
    ${some(random, 0.6, 'healthcheck:\n      test: ["CMD-SHELL", "pg_isready -U postgres"]\n      interval: 10s\n      retries: 5\n    ')}${some(random, 0.5, 'ports:\n      - "5432:5432"')}`,
    `  redis:
    image: redis:${pick(random, ["7", "8-alpine", "latest"])}
    command: redis-server --appendonly yes${some(random, 0.4, " --maxmemory 128mb --maxmemory-policy allkeys-lru")}`,
    `  web:
    ${shared}image: example/web:\${TAG:-latest}
    command: gunicorn -b 0.0.0.0:8000 app.wsgi
    ports:
      - "${8000 + Math.floor(random() * 100)}:8000"
    depends_on:
      db:
        condition: ${pick(random, ["service_started", "service_healthy"])}
    ${some(random, 0.5, "deploy:\n      resources:\n        limits:\n          memory: 512m")}`,
    ...Array.from(
      { length: workers },
      (_, index) => `  worker-${index}:
    ${shared}image: example/web:\${TAG:-latest}
    command: celery -A app worker --loglevel=info
    depends_on:
      - redis
      - db`,
    ),
  ];
  return `${some(random, 0.4, 'version: "3.8"\n')}x-defaults: &defaults
  restart: unless-stopped
  environment:
    DATABASE_URL: postgres://postgres:\${POSTGRES_PASSWORD}@db:5432/app
    REDIS_URL: redis://redis:6379/0
services:
${services.map((text) => text.trimEnd()).join("\n")}
volumes:
  db-data:
`;
}
