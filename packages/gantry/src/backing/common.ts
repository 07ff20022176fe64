import type { Problem } from "../base/errors.ts";
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
import { type EnvironmentName, environmentNames } from "../blueprint/plan.ts";
import type { PartInput } from "./types.ts";

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

/** A tool that shows and changes everything has no place where others can reach it. */
export function adminToolProblems(
  tool: string,
  environment: EnvironmentName,
  path: string,
): readonly Problem[] {
  if (environment !== "production") return [];
  return [
    {
      code: "GTY2307",
      path: `${path}.only`,
      what: `${tool} would run in production`,
      why: "It opens every database of the stack without a password of its own; one mistake in a gateway shows all data.",
      fix: 'Leave `only` away, which means ["dev"], and reach production by `gantry exec`.',
    },
  ];
}

/** Servers that a tool names and the stack does not have, or that are of another kind. */
export function missingServers(
  servers: readonly string[],
  path: string,
  service: PartInput<never>["service"],
  scheme: string,
): readonly Problem[] {
  return servers.flatMap((server, index): readonly Problem[] => {
    const found = service(server);
    if (found?.address?.scheme === scheme) return [];
    return [
      {
        code: "GTY1006",
        path: `${path}.servers[${index}]`,
        what:
          found === undefined
            ? `${path}.servers[${index}] uses ${JSON.stringify(server)}, which is no service of this stack`
            : `${server} is no ${scheme} server`,
        fix: `Name a service made by ${scheme}().`,
      },
    ];
  });
}
