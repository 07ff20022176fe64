import type { LogLevel } from "../../operations/log-line.ts";
import { type LogsOptions, logs } from "../../operations/logs.ts";
import type { Invocation } from "../invocation.ts";
import { nameColours } from "../output/palette.ts";
import { type RecordStyle, recordLines } from "../output/records.ts";
import { operationContext } from "../project.ts";
import type { Ending } from "../spec.ts";

/** `gantry logs`: prints records as they come. */
export async function run(call: Invocation): Promise<Ending> {
  const context = await operationContext(call, { typeCheck: false });
  const services = call.argument("SERVICE");
  const level = call.text("level") as LogLevel | undefined;
  const since = call.text("since");
  const tail = call.count("tail");
  const options: LogsOptions = {
    ...(services.length === 0 ? {} : { services }),
    ...(call.flag("follow") ? { follow: true } : {}),
    ...(level === undefined ? {} : { level }),
    ...(since === undefined ? {} : { since }),
    ...(tail === undefined ? {} : { tail }),
  };
  const all = Object.values(context.project.blueprint(context.environment).services);
  const shown = all.filter((service) => services.length === 0 || services.includes(service.name));
  const style: RecordStyle = {
    paint: call.paintResult,
    colourOf: nameColours(
      all.map((service) => service.name),
      call.resultColours,
    ),
    nameColumns: Math.max(
      4,
      ...shown.map((service) => service.name.length + 1 + String(service.replicas).length),
    ),
    offsetMinutes: (time) => -new Date(time).getTimezoneOffset(),
  };
  let count = 0;
  for await (const record of logs(context, options)) {
    count += 1;
    if (call.format === "json") call.writer.result(JSON.stringify({ kind: "record", ...record }));
    else for (const line of recordLines(record, style)) call.writer.result(line);
  }
  if (count === 0 && call.format !== "json" && !call.quiet && !call.signal.aborted) {
    call.writer.note(call.paint("dim", `no such lines in ${context.environment}; gantry ps shows what runs`));
  }
  return call.signal.aborted ? "interrupted" : "ok";
}
