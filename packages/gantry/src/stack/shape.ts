import { nameProblem, variableProblem } from "../base/names.ts";
import type { Shape } from "../base/shape.ts";
import {
  anything,
  command,
  either,
  flag,
  integer,
  isNumber,
  isPlain,
  isText,
  list,
  object,
  oneOf,
  port,
  positive,
  record,
  shape,
  size,
  span,
  text,
} from "../base/shape.ts";
import { environmentNames } from "../blueprint/plan.ts";

/** A part of a stack as the user wrote it, before anything is known of it. */
export type Written = Readonly<Record<string, unknown>>;

const name = (value: string): string | undefined => nameProblem(value);
const environment: Shape = oneOf(environmentNames);

const publish: Shape = either(
  { when: isNumber, use: port },
  { when: (value) => typeof value === "boolean", use: flag },
  { when: isPlain, use: object({ port, host: text }, ["port"]) },
);

const timing: Readonly<Record<string, Shape>> = {
  interval: span,
  timeout: span,
  retries: integer(1, 100),
  startPeriod: span,
  startInterval: span,
};

const health: Shape = {
  is: 'a path such as "/health", or one of { http }, { tcp }, { command }, { file }, { none: "why" }',
  check(value, path, report) {
    if (typeof value === "string") {
      if (!value.startsWith("/"))
        report(path, `${path} is ${JSON.stringify(value)}, and should be a path that starts with /`);
      return;
    }
    if (!isPlain(value)) {
      report(path, `${path} should be ${health.is}`);
      return;
    }
    const kinds = ["http", "tcp", "command", "file", "none"].filter((kind) => value[kind] !== undefined);
    if (kinds.length !== 1) {
      report(
        path,
        kinds.length === 0
          ? `${path} says no kind of probe`
          : `${path} has ${kinds.join(" and ")}; a service has one probe`,
        undefined,
        `Give ${health.is}.`,
      );
      return;
    }
    const shapes: Readonly<Record<string, Shape>> = {
      http: object({ http: text, port, live: text, ...timing }),
      tcp: object({ tcp: port, ...timing }),
      command: object({ command, ...timing }),
      file: object({ file: text, maxAge: span, ...timing }),
      none: object({ none: text }),
    };
    shapes[kinds[0] as string]?.check(value, path, report);
  },
};

const use: Shape = either(
  { when: isText, use: text },
  {
    when: isPlain,
    use: object(
      {
        service: text,
        as: either(
          { when: isText, use: text },
          {
            when: isPlain,
            use: object(
              Object.fromEntries(
                [
                  "url",
                  "host",
                  "port",
                  "user",
                  "database",
                  "passwordFile",
                  "password",
                  "urlWithPassword",
                ].map((key) => [key, text]),
              ),
            ),
          },
        ),
        wait: oneOf(["healthy", "started", "none"]),
        scheme: shape(
          'a scheme such as "postgresql+asyncpg"',
          (value) => typeof value === "string" && /^[a-z][a-z0-9+.-]*$/.test(value),
        ),
      },
      ["service"],
    ),
  },
);

const envValue: Shape = {
  is: "a text, number or boolean",
  check(value, path, report) {
    if (!["string", "number", "boolean"].includes(typeof value))
      report(path, `${path} should be a text, a number, true or false`);
  },
};

/** Settings of a user's own service that an environment may change too. */
const changeable: Readonly<Record<string, Shape>> = {
  command,
  entrypoint: command,
  port,
  publish,
  uses: list(use),
  env: record(envValue, variableProblem),
  secrets: list(
    either(
      { when: isText, use: text },
      { when: isPlain, use: object({ name: text, variable: text, as: oneOf(["file", "env"]) }, ["name"]) },
    ),
  ),
  volumes: record(
    either(
      { when: isText, use: text },
      {
        when: (value) => isPlain(value) && value["folder"] !== undefined,
        use: object({ folder: text, readOnly: flag }),
      },
      { when: isPlain, use: object({ volume: text, backup: flag, readOnly: flag }, ["volume"]) },
    ),
    (path) => (path.startsWith("/") ? undefined : "The key is the path in the container, and starts with /."),
  ),
  health,
  before: record(
    either(
      { when: (value) => !isPlain(value), use: command },
      { when: isPlain, use: object({ command, dev: command }, ["command"]) },
    ),
    name,
  ),
  replicas: integer(1, 1000),
  cpus: positive,
  memory: size,
  reserve: object({ cpus: positive, memory: size }),
  cpuSet: text,
  pids: integer(1, 1_000_000),
  grace: span,
  internet: flag,
  writable: list(text),
  user: text,
  readOnly: flag,
  shm: size,
  init: flag,
  capabilities: list(text),
  single: flag,
  dev: object({ command }),
  only: list(environment),
  labels: record(text),
  compose: record(anything),
};

const recipe: Shape = {
  is: "a recipe such as node({ … })",
  check(value, path, report) {
    if (isPlain(value) && typeof value["recipe"] === "string" && isPlain(value["options"])) return;
    report(
      path,
      `${path} should be a recipe`,
      undefined,
      'Write node({ context: "api" }), site({ … }) or dockerfile({ … }).',
    );
  },
};

/** Form of a user's own service. */
export const applicationShape: Shape = object({ ...changeable, build: recipe, image: text });

/** Form of what an environment changes of a user's own service. */
export const changesShape: Shape = object(changeable);

/** Form of the stack without its services, which depend on their kinds. */
export const stackShape: Shape = object(
  {
    name: text,
    services: record(anything, name),
    registry: text,
    build: object({ platforms: list(text), sbom: flag, provenance: flag, registryCache: flag, source: text }),
    test: object({ service: text, command, uses: list(use), env: record(envValue, variableProblem) }, [
      "service",
      "command",
    ]),
    environments: object(Object.fromEntries(environmentNames.map((key) => [key, record(anything)]))),
    network: object({ subnet: text }, ["subnet"]),
    overrides: object({
      compose: object(Object.fromEntries([...environmentNames, "all"].map((key) => [key, record(anything)]))),
      dockerfile: record(list(text)),
      bake: list(text),
    }),
  },
  ["name", "services"],
);
