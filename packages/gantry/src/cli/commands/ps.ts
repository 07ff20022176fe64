import { setTimeout as sleep } from "node:timers/promises";
import { type PsOptions, type PsResult, ps } from "../../operations/ps.ts";
import type { Invocation } from "../invocation.ts";
import { servicesTable } from "../output/services.ts";
import { operationContext } from "../project.ts";
import type { Ending } from "../spec.ts";

const watchMs = 2000;

/** `gantry ps`: a table once, or again and again. */
export async function run(call: Invocation): Promise<Ending> {
  const context = await operationContext(call, { typeCheck: false });
  const services = call.argument("SERVICE");
  const options: PsOptions = {
    ...(services.length === 0 ? {} : { services }),
    ...(call.flag("no-stats") ? { stats: false } : {}),
  };
  if (!call.flag("watch")) {
    const result = await ps(context, options);
    call.result(result, servicesTable(result.services, call.paintResult, call.writer.resultColumns));
    return "ok";
  }
  while (!call.signal.aborted) {
    show(call, await ps(context, options));
    await sleep(watchMs, undefined, { signal: call.signal }).catch(() => {});
  }
  call.writer.keep();
  return "interrupted";
}

/** Redrawn in place on a terminal, one table after the other elsewhere, one line of JSON each for machines. */
function show(call: Invocation, result: PsResult): void {
  if (call.format === "json") {
    call.writer.result(JSON.stringify({ kind: "services", time: Date.now(), ...result }));
  } else if (call.format === "tty") {
    const { columns, rows } = call.writer.size;
    const lines = servicesTable(result.services, call.paint, columns - 1).split("\n");
    const room = rows - 2;
    call.writer.draw(
      lines.length <= room
        ? lines
        : [...lines.slice(0, room - 1), call.paint("dim", `… ${lines.length - room + 1} more`)],
    );
  } else {
    call.writer.result(`${servicesTable(result.services, call.paintResult, undefined)}\n`);
  }
}
