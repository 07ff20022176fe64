import { humanBytes } from "../../base/units.ts";
import { runningServices } from "../../blueprint/helpers.ts";
import { containerLogs } from "../../engine/containers.ts";
import { findImage } from "../../engine/resources.ts";
import type { CheckGroup, CheckResult } from "./types.ts";

/** Images are there, and no larger than the stack allows. */
export const images: CheckGroup = {
  name: "images",
  title: "Images are built, and within their size budgets",
  disruptive: false,
  async run({ blueprint, running, engine, signal }) {
    const seen = new Map(
      running.flatMap(({ service, container }) =>
        service.image.kind === "built" ? [[service.image.image, container.Image] as const] : [],
      ),
    );
    return Promise.all(
      [...seen].map(async ([name, id]): Promise<CheckResult> => {
        const size = (await findImage(engine, id, signal))?.Size;
        const budget = blueprint.images[name]?.plan.image.budget;
        if (size === undefined)
          return {
            group: "images",
            outcome: "failed",
            what: `the image of ${name} is gone, although its container runs`,
            fix: "Build it: gantry build.",
          };
        if (budget !== undefined && size > budget)
          return {
            group: "images",
            outcome: "failed",
            what: `${name} has ${humanBytes(size)}, and may have ${humanBytes(budget)}`,
            fix: "`docker history` shows which step adds how much.",
          };
        return {
          group: "images",
          outcome: "ok",
          what: `${name} has ${humanBytes(size)}${budget === undefined ? "" : ` of ${humanBytes(budget)}`}`,
        };
      }),
    );
  },
};

/** Every service is there, in its number, and healthy. */
export const health: CheckGroup = {
  name: "health",
  title: "Everything runs and is healthy",
  disruptive: false,
  run: async ({ blueprint, running }) =>
    runningServices(blueprint).map((service): CheckResult => {
      const copies = running.filter((entry) => entry.service.name === service.name);
      const well = copies.filter(
        ({ container }) =>
          container.State.Running &&
          (container.State.Health === undefined || container.State.Health.Status === "healthy"),
      );
      if (well.length >= service.replicas)
        return {
          group: "health",
          outcome: "ok",
          service: service.name,
          what: `${service.name}: ${well.length === 1 ? "healthy" : `${well.length} copies, all healthy`}${service.health.test === undefined ? " (no check)" : ""}`,
        };
      const states = copies.map(({ container }) => container.State.Health?.Status ?? container.State.Status);
      return {
        group: "health",
        outcome: "failed",
        service: service.name,
        what: `${service.name}: ${well.length} of ${service.replicas} are healthy (${states.join(", ") || "none runs"})`,
        fix: "gantry logs shows why; gantry up starts what is missing.",
      };
    }),
};

/** Logs can be read, and say how much of them is structured. */
export const logs: CheckGroup = {
  name: "logs",
  title: "Logs can be read",
  disruptive: false,
  run: async ({ running, engine, signal }) =>
    Promise.all(
      running.map(async ({ service, container }): Promise<CheckResult> => {
        try {
          const lines: string[] = [];
          for await (const { text } of containerLogs(engine, container, { tail: 200, signal }))
            lines.push(text);
          const json = lines.filter((line) => line.startsWith("{") && line.endsWith("}")).length;
          return {
            group: "logs",
            outcome: "ok",
            service: service.name,
            what: `${service.name}: ${lines.length === 0 ? "nothing said yet" : `${lines.length === 1 ? "1 line" : `${lines.length} lines`}${json === 0 ? "" : `, ${Math.round((json / lines.length) * 100)} % JSON`}`}`,
          };
        } catch (error) {
          signal.throwIfAborted();
          return {
            group: "logs",
            outcome: "failed",
            service: service.name,
            what: `the log of ${service.name} cannot be read`,
            fix: "Its logging driver keeps nothing on the machine: use `local`.",
            evidence: [String(error)],
          };
        }
      }),
    ),
};
