import type { Shape } from "../base/shape.ts";
import {
  anything,
  either,
  flag,
  isPlain,
  list,
  object,
  oneOf,
  port,
  positive,
  record,
  size,
  text,
} from "../base/shape.ts";
import { environmentNames } from "../blueprint/plan.ts";

/** A port of the host, `false`, or an address with it. */
export const publishShape: Shape = either(
  { when: (value) => typeof value === "number", use: port },
  { when: (value) => typeof value === "boolean", use: flag },
  { when: isPlain, use: object({ port, host: text }, ["port"]) },
);

/** Options that every part has, see `CommonOptions`. */
export const commonKeys: Readonly<Record<string, Shape>> = {
  memory: size,
  cpus: positive,
  reserve: object({ cpus: positive, memory: size }),
  cpuSet: text,
  publish: publishShape,
  only: list(oneOf(environmentNames)),
  compose: record(anything),
};

/** A version such as `17` or `17.2`. */
export const version: Shape = {
  is: 'a version such as "17"',
  check(value, path, report) {
    if (typeof value === "string" && /^\d+(\.\d+){0,2}$/.test(value)) return;
    report(
      path,
      `${path} should be ${version.is}`,
      undefined,
      typeof value === "number" ? `Write it as text: "${value}".` : undefined,
    );
  },
};
