import { parts } from "../backing/index.ts";
import { byPlace, type Problem } from "../base/errors.ts";
import { closest, listing, nameProblem, variableProblem } from "../base/names.ts";
import { collect, isPlain } from "../base/shape.ts";
import { normalise } from "../blueprint/files.ts";
import { environmentNames } from "../blueprint/plan.ts";
import { recipes } from "../recipes/index.ts";
import { applicationShape, changesShape, stackShape, type Written } from "./shape.ts";

/** Whether a service is a backing part, by what `postgres()` and the others return. */
export function isPart(service: unknown): service is { backing: string; options: Written } {
  return isPlain(service) && typeof service["backing"] === "string";
}

/** Everything that is wrong with a stack's form and references, in the order of their paths; empty when it is sound. */
export function validate(input: unknown): readonly Problem[] {
  const problems = collect(stackShape, input, "", "GTY1001");
  if (!isPlain(input)) return problems;
  if (typeof input["name"] === "string") {
    const wrong = nameProblem(input["name"], 30);
    if (wrong !== undefined)
      problems.push({
        code: "GTY1002",
        path: "name",
        what: `${JSON.stringify(input["name"])} cannot name a stack`,
        why: wrong,
        fix: `Write ${JSON.stringify(suggestName(input["name"]))}.`,
      });
  }
  if (!isPlain(input["services"])) return problems;
  const services = input["services"];
  if (Object.keys(services).length === 0) {
    problems.push({
      code: "GTY1001",
      path: "services",
      what: "the stack has no services",
      fix: "Describe at least one.",
    });
  }
  for (const [name, service] of Object.entries(services))
    problems.push(...serviceProblems(name, service, services));
  problems.push(...environmentProblems(input, services));
  if (problems.length === 0) problems.push(...cycleProblems(services));
  problems.push(...testProblems(input["test"], services));
  return problems.sort(byPlace);
}

function suggestName(name: string): string {
  const better = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^[^a-z]+|-+$/g, "");
  return better.length < 2 ? `${better}app` : better;
}

function serviceProblems(name: string, service: unknown, services: Written): readonly Problem[] {
  const path = `services.${name}`;
  if (isPart(service)) {
    const part = parts[service.backing];
    if (part === undefined) {
      return [
        {
          code: "GTY1003",
          path,
          what: `there is no backing service ${JSON.stringify(service.backing)}`,
          why: `There are ${listing(Object.keys(parts).sort())}.`,
          fix: "Use one of them, or `image` with a reference.",
        },
      ];
    }
    return [
      ...collect(part.shape, service.options, path, "GTY1001"),
      ...routeTargets(service.options).flatMap(([at, target]) =>
        referenceProblem(`${path}.${at}`, target, services, "leads to"),
      ),
      ...(isPlain(service.options["site"]) ? recipeProblems(`${path}.site`, service.options["site"]) : []),
      ...pathsIn(service.options, path),
    ];
  }
  const problems = collect(applicationShape, service, path, "GTY1001");
  if (!isPlain(service)) return problems;
  if (isPlain(service["build"])) problems.push(...recipeProblems(`${path}.build`, service["build"]));
  problems.push(
    ...sourceProblems(name, path, service, services),
    ...useProblems(path, service, services, name),
    ...pathsIn(service, path),
  );
  const user = service["user"];
  if (typeof user === "string" && !/^\d+(:\d+)?$/.test(user)) {
    problems.push({
      code: "GTY1011",
      path: `${path}.user`,
      what: `${JSON.stringify(user)} is not a numeric user`,
      why: "Names are looked up in the image; Kubernetes and volumes need numbers.",
      fix: 'Write uid:gid, such as "1000:1000".',
    });
  }
  for (const [index, secret] of (Array.isArray(service["secrets"]) ? service["secrets"] : []).entries()) {
    const secretName = typeof secret === "string" ? secret : isPlain(secret) ? String(secret["name"]) : "";
    const wrong = variableProblem(secretName);
    if (secretName !== "" && wrong !== undefined)
      problems.push({
        code: "GTY1012",
        path: `${path}.secrets[${index}]`,
        what: `${JSON.stringify(secretName)} cannot name a secret`,
        why: wrong,
        fix: "Write it like a variable: SESSION_KEY.",
      });
  }
  for (const key of Object.keys(isPlain(service["env"]) ? service["env"] : {})) {
    if (looksSecret(key)) {
      problems.push({
        code: "GTY1013",
        path: `${path}.env.${key}`,
        what: `${key} looks like a secret, and stands in clear`,
        why: "It would be in the repository, in the rendered files and in `docker inspect`.",
        fix: `Move it to secrets: ["${key}"]; the service reads the file that ${key}_FILE names.`,
      });
    }
  }
  return problems;
}

const looksSecret = (name: string): boolean =>
  /(^|_)(PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|PRIVATE_KEY|SECRET_KEY|CREDENTIALS?)$/.test(name) &&
  !/PUBLIC/.test(name);

function recipeProblems(path: string, recipe: Written): readonly Problem[] {
  const known = recipes[String(recipe["recipe"])];
  if (known !== undefined)
    return [
      ...collect(known.shape, recipe["options"], path, "GTY1001"),
      ...pathsIn(recipe["options"] as Written, path),
    ];
  return [
    {
      code: "GTY1003",
      path,
      what: `there is no recipe ${JSON.stringify(recipe["recipe"])}`,
      why: `There are ${listing(Object.keys(recipes).sort())}.`,
      fix: "Use one of them, or dockerfile({ … }).",
    },
  ];
}

/** A service is built, or has an image, or shares one: exactly one of them. */
function sourceProblems(name: string, path: string, service: Written, services: Written): readonly Problem[] {
  const { build, image } = service;
  if (build !== undefined && image !== undefined)
    return [
      {
        code: "GTY1004",
        path,
        what: `${name} has both build and image`,
        why: "An image is either built or taken.",
        fix: "Remove one of them.",
      },
    ];
  if (build === undefined && image === undefined)
    return [
      {
        code: "GTY1004",
        path,
        what: `nothing says what ${name} runs`,
        fix: "Give `build: node({ … })`, or `image` with another service's name or a reference.",
      },
    ];
  if (typeof image !== "string" || image === "") return [];
  const shared = services[image];
  if (shared === undefined) {
    if (/[:@]/.test(image) || image.includes("/"))
      return /[:@][^/]+$/.test(image)
        ? []
        : [
            {
              code: "GTY1005",
              path: `${path}.image`,
              what: `${image} has no tag`,
              why: "Without one, `latest` is meant: another image each time.",
              fix: `Write a version, such as ${image}:1.0.`,
            },
          ];
    const meant = closest(image, Object.keys(services));
    return [
      {
        code: "GTY1005",
        path: `${path}.image`,
        what: `${JSON.stringify(image)} is neither a service of this stack nor an image with a tag`,
        fix:
          meant === undefined
            ? `Write a reference such as ${image}:1.0, or one of ${listing(Object.keys(services), "or")}.`
            : `Did you mean ${JSON.stringify(meant)}?`,
      },
    ];
  }
  if (image === name)
    return [
      {
        code: "GTY1005",
        path: `${path}.image`,
        what: `${name} shares its own image`,
        fix: "Give it a `build`.",
      },
    ];
  if (isPart(shared) || (isPlain(shared) && shared["build"] === undefined))
    return [
      {
        code: "GTY1005",
        path: `${path}.image`,
        what: `${image} builds no image that ${name} could share`,
        fix: "Name a service that has `build`.",
      },
    ];
  return [];
}

function useProblems(path: string, service: Written, services: Written, name: string): readonly Problem[] {
  const uses = Array.isArray(service["uses"]) ? (service["uses"] as readonly unknown[]) : [];
  const seen = new Set<string>();
  return uses.flatMap((use, index): readonly Problem[] => {
    const target = typeof use === "string" ? use : isPlain(use) ? use["service"] : undefined;
    if (typeof target !== "string") return [];
    const at = `${path}.uses[${index}]`;
    if (target === name)
      return [{ code: "GTY1007", path: at, what: `${name} uses itself`, fix: "Remove it." }];
    if (seen.has(target))
      return [
        { code: "GTY1007", path: at, what: `${name} uses ${target} twice`, fix: "Remove one of them." },
      ];
    seen.add(target);
    return referenceProblem(at, target, services, "uses");
  });
}

function referenceProblem(path: string, target: string, services: Written, verb: string): readonly Problem[] {
  if (services[target] !== undefined) return [];
  const meant = closest(target, Object.keys(services));
  return [
    {
      code: "GTY1006",
      path,
      what: `${path} ${verb} ${JSON.stringify(target)}, which is no service of this stack`,
      why: meant === undefined ? `Its services are ${listing(Object.keys(services))}.` : "",
      fix:
        meant === undefined
          ? "Correct the name, or describe the service."
          : `Did you mean ${JSON.stringify(meant)}?`,
    },
  ];
}

function routeTargets(options: Written): readonly (readonly [string, string])[] {
  if (!isPlain(options["routes"])) return [];
  return Object.entries(options["routes"]).flatMap(([route, target]) => {
    const name = typeof target === "string" ? target : isPlain(target) ? target["service"] : undefined;
    return typeof name === "string" ? [[`routes[${JSON.stringify(route)}]`, name] as const] : [];
  });
}

/** Paths must stay in the project: an image or mount that needs a file outside works on one machine only. */
function pathsIn(options: Written, path: string): readonly Problem[] {
  const found: (readonly [string, unknown])[] = [
    ["context", options["context"]],
    ["file", options["file"]],
  ];
  for (const [index, file] of (Array.isArray(options["init"]) ? options["init"] : []).entries())
    found.push([`init[${index}]`, file]);
  for (const [target, volume] of Object.entries(isPlain(options["volumes"]) ? options["volumes"] : {})) {
    if (isPlain(volume)) found.push([`volumes[${JSON.stringify(target)}].folder`, volume["folder"]]);
  }
  return found.flatMap(([at, value]): readonly Problem[] => {
    if (typeof value !== "string") return [];
    if (!value.startsWith("/") && !normalise(value).startsWith("..")) return [];
    return [
      {
        code: "GTY1008",
        path: `${path}.${at}`,
        what: `${value} lies outside the project`,
        why: "The stack's folder is all that a colleague or a build machine has.",
        fix: "Move what is needed below the folder of stack.ts, or move stack.ts up.",
      },
    ];
  });
}

function environmentProblems(input: Written, services: Written): readonly Problem[] {
  const environments = input["environments"];
  if (!isPlain(environments)) return [];
  return environmentNames.flatMap((environment) => {
    const changes = environments[environment];
    if (!isPlain(changes)) return [];
    return Object.entries(changes).flatMap(([name, change]) => {
      const path = `environments.${environment}.${name}`;
      const service = services[name];
      if (service === undefined) return referenceProblem(path, name, services, "changes");
      if (!isPart(service))
        return [
          ...collect(changesShape, change, path, "GTY1001"),
          ...(isPlain(change) ? useProblems(path, change, services, name) : []),
        ];
      const part = parts[service.backing];
      if (part === undefined || !isPlain(change))
        return isPlain(change) ? [] : collect(changesShape, change, path, "GTY1001");
      // Checked together with what it changes: a change need not repeat what the part requires.
      const before = new Set(
        collect(part.shape, service.options, path, "GTY1001").map((problem) => problem.what),
      );
      return collect(part.shape, { ...service.options, ...change }, path, "GTY1001").filter(
        (problem) => !before.has(problem.what),
      );
    });
  });
}

/** Services that wait for each other would never start. */
function cycleProblems(services: Written): readonly Problem[] {
  const targets = (name: string): readonly string[] => {
    const service = services[name];
    if (isPart(service)) return routeTargets(service.options).map(([, target]) => target);
    if (!isPlain(service) || !Array.isArray(service["uses"])) return [];
    return service["uses"].flatMap((use) =>
      typeof use === "string"
        ? [use]
        : isPlain(use) && use["wait"] !== "none"
          ? [String(use["service"])]
          : [],
    );
  };
  const problems: Problem[] = [];
  const done = new Set<string>();
  const visit = (name: string, trail: readonly string[]): void => {
    const start = trail.indexOf(name);
    if (start !== -1) {
      const circle = [...trail.slice(start), name];
      problems.push({
        code: "GTY1009",
        path: `services.${name}.uses`,
        what: `${circle.join(" -> ")} wait for each other`,
        why: "Each starts after the ones it uses; in a circle none can be first.",
        fix: `Let one of them not wait: uses: [{ service: "${circle.at(-1)}", wait: "none" }].`,
      });
      return;
    }
    if (done.has(name)) return;
    for (const target of targets(name)) visit(target, [...trail, name]);
    done.add(name);
  };
  for (const name of Object.keys(services)) visit(name, []);
  return problems;
}

function testProblems(test: unknown, services: Written): readonly Problem[] {
  if (!isPlain(test) || typeof test["service"] !== "string") return [];
  const found = referenceProblem("test.service", test["service"], services, "names");
  if (found.length > 0) return found;
  const service = services[test["service"]];
  if (isPart(service) || !isPlain(service) || service["build"] === undefined) {
    return [
      {
        code: "GTY1010",
        path: "test.service",
        what: `${test["service"]} builds no image that tests could run in`,
        fix: "Name a service that has `build`.",
      },
    ];
  }
  return useProblems("test", test, services, "");
}
