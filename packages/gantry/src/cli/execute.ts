import { describeUnknown, type ExitName, exitCodes, GantryError, type Problem } from "../base/errors.ts";
import { closest } from "../base/names.ts";
import type { EnvironmentName } from "../blueprint/plan.ts";
import { commandModules } from "./command-modules.ts";
import type { Host } from "./host.ts";
import { interrupter } from "./interrupt.ts";
import type { Invocation } from "./invocation.ts";
import { palette, wantsColour } from "./output/palette.ts";
import { type Format, makeReporter } from "./output/reporter.ts";
import type { Writer } from "./output/writer.ts";
import type { ParsedLine } from "./parse.ts";
import { type Ending, usageCodes } from "./spec.ts";

/** Runs a command that was parsed: reporter, Ctrl-C, the command itself, what went wrong, the exit code. */
export async function execute(parsed: ParsedLine, host: Host, writer: Writer): Promise<number> {
  const refused = parsed.options["no-color"] !== undefined;
  const format = chooseFormat(parsed, host);
  const paint = palette(wantsColour(host.stderr.isTTY === true, host.env, refused));
  const resultColours = wantsColour(host.stdout.isTTY === true, host.env, refused);
  const reporter = makeReporter(format, {
    writer,
    paint,
    quiet: parsed.options["quiet"] !== undefined,
    rawLogs: parsed.command?.name === "test",
    handsOver: parsed.command?.handsOver === true,
  });
  const abort = new AbortController();
  let value: unknown;
  const finish = (how: Ending, problems: readonly Problem[]): number => {
    const unread = parsed.command?.streams === true && writer.closed && how === "interrupted";
    const ending = unread ? "ok" : how;
    const code = typeof ending === "number" ? ending : exitCodes[ending];
    const progress = reporter.settle();
    // To be interrupted is what was asked for, so what is said about it is no error.
    if (how !== "interrupted") reporter.problems(problems);
    else if (format !== "json" && !unread)
      for (const problem of problems) writer.note(`${progress ? "\n" : ""}${problem.what}`);
    writer.showCursor();
    const data = parsed.command?.formats !== undefined && problems.length === 0;
    if (format === "json" && !data) {
      const exit = typeof ending === "number" ? undefined : ending;
      writer.result(
        JSON.stringify({
          kind: "result",
          command: parsed.command?.name,
          exit,
          code,
          problems,
          result: value,
        }),
      );
    }
    return code;
  };
  const command = parsed.command;
  const environment = chooseEnvironment(parsed, host);
  const wrong = [...parsed.problems, ...("code" in environment ? [environment] : [])];
  if (command === undefined || wrong.length > 0 || "code" in environment) return finish("usage", wrong);

  host.onSignal(
    interrupter({
      begin: () => {
        if (command.stopping !== undefined)
          reporter.notice(`${command.stopping} Ctrl-C again leaves at once.`);
        abort.abort();
      },
      leave: () => {
        writer.keep();
        host.exit(exitCodes.interrupted);
      },
      now: () => performance.now(),
    }),
  );
  if (command.streams === true) writer.onClosed(() => abort.abort());
  const call: Invocation = {
    argument: (name) => parsed.arguments[name] ?? [],
    flag: (name) => parsed.options[name] !== undefined,
    text: (name) => parsed.options[name]?.at(-1),
    texts: (name) => parsed.options[name] ?? [],
    count: (name) => (parsed.options[name] === undefined ? undefined : Number(parsed.options[name].at(-1))),
    pairs: (name) => Object.fromEntries((parsed.options[name] ?? []).map(splitPair)),
    environment: environment.name,
    format,
    quiet: parsed.options["quiet"] !== undefined,
    cwd: host.cwd,
    env: host.env,
    signal: abort.signal,
    emit: reporter.emit,
    writer,
    paint,
    paintResult: palette(resultColours),
    resultColours,
    result: (given, text) => {
      const progress = reporter.settle();
      value = given;
      if (format === "json" || text === "") return;
      if (progress) writer.note("");
      writer.result(text);
    },
  };
  try {
    const module = await commandModules[command.name]?.();
    if (module === undefined) throw new Error(`the command ${command.name} has no module`);
    return finish(await module.run(call), []);
  } catch (error) {
    const { exit, problems } = await explain(error, abort.signal);
    return finish(exit, problems);
  }
}

async function explain(
  error: unknown,
  signal: AbortSignal,
): Promise<{ exit: ExitName; problems: readonly Problem[] }> {
  if (signal.aborted && (!(error instanceof GantryError) || error.exit === "interrupted")) {
    return { exit: "interrupted", problems: error instanceof GantryError ? error.problems : [] };
  }
  if (error instanceof GantryError) return { exit: error.exit, problems: error.problems };
  const { bySources } = await import("./own-trace.ts");
  const stack = error instanceof Error ? (error.stack ?? error.message) : describeUnknown(error);
  const problem: Problem = {
    code: "GTY2999",
    what: "Gantry itself failed: this is a defect, not something you did",
    why: describeUnknown(error),
    fix: "Report it with the lines below and the output of gantry version.",
    evidence: bySources(stack).split("\n"),
  };
  return { exit: "failed", problems: [problem] };
}

function chooseFormat(parsed: ParsedLine, host: Host): Format {
  const asked = parsed.options["format"]?.at(-1);
  if (asked === "json" || asked === "plain") return asked;
  const terminal = host.stdout.isTTY === true && host.stderr.isTTY === true && host.env["TERM"] !== "dumb";
  if (asked === "tty") return host.stderr.isTTY === true ? "tty" : "plain";
  return terminal && (host.env["CI"] ?? "") === "" ? "tty" : "plain";
}

const environments: readonly EnvironmentName[] = ["dev", "test", "production"];

function chooseEnvironment(parsed: ParsedLine, host: Host): { readonly name: EnvironmentName } | Problem {
  const asked =
    parsed.options["env"]?.at(-1) ??
    (host.env["GANTRY_ENV"] || undefined) ??
    parsed.command?.environment ??
    "dev";
  const name = environments.find((candidate) => candidate === asked);
  if (name !== undefined || parsed.options["env"] !== undefined) return { name: name ?? "dev" };
  const near = closest(asked, environments);
  return {
    code: usageCodes.wrongValue,
    what: `GANTRY_ENV cannot be "${asked}"`,
    why: "it is dev, test or production",
    fix: near === undefined ? "Unset it, or choose one of them." : `Did you mean "${near}"?`,
  };
}

function splitPair(text: string): readonly [string, string] {
  const at = text.indexOf("=");
  return [text.slice(0, at), text.slice(at + 1)];
}
