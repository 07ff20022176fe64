import { isMet, kernelProblems, readKernel } from "../kernel.ts";
import type { CheckGroup, CheckResult } from "./types.ts";

/** The engine's machine is set as servers want it. Never a failure: what is small runs without. */
export const kernel: CheckGroup = {
  name: "kernel",
  title: "The machine is set as servers want it",
  disruptive: false,
  async run({ running, engine, signal }) {
    const asking = running.filter(({ service }) => Object.keys(service.kernel).length > 0);
    const readings = (
      await Promise.all(
        asking.map(({ service, container }) => readKernel(engine, service, container.Id, signal)),
      )
    ).flat();
    if (readings.length === 0)
      return [{ group: "kernel", outcome: "skipped", what: "no service wants anything of it" }];
    return [
      ...kernelProblems(readings).map(
        ({ what, why, fix }): CheckResult => ({
          group: "kernel",
          outcome: "warning",
          what,
          ...(fix === undefined ? {} : { fix: `${why ?? ""} ${fix}`.trim() }),
        }),
      ),
      ...readings
        .filter((reading) => isMet(reading) || reading.found === undefined)
        .map(
          ({ service, setting, found }): CheckResult => ({
            group: "kernel",
            outcome: found === undefined ? "skipped" : "ok",
            service,
            what: `${service}: ${setting} ${found === undefined ? "cannot be read inside of it" : `is ${found}`}`,
          }),
        ),
    ];
  },
};
