import { type InitResult, initStack } from "../../operations/init.ts";
import type { Invocation } from "../invocation.ts";
import { problemsText } from "../output/problems.ts";
import { tableLines } from "../output/table.ts";
import { wrap } from "../output/text.ts";
import type { Ending } from "../spec.ts";

/** `gantry init`: writes a first stack, and says what was found, guessed and left out. */
export async function run(call: Invocation): Promise<Ending> {
  const folder = call.argument("FOLDER")[0];
  const print = call.flag("print");
  const result = await initStack({ cwd: call.cwd, print, ...(folder === undefined ? {} : { folder }) });
  call.result(result, print ? result.text.trimEnd() : summary(result, call));
  return "ok";
}

function summary(result: InitResult, call: Invocation): string {
  const { paintResult: paint, writer } = call;
  const columns = writer.resultColumns ?? 100;
  if (call.quiet) return "";
  const rows = [
    ...result.found.map(({ folder, recipe, services }) => ({
      folder: folder === "" ? "." : folder,
      recipe,
      services: services.join(", "),
    })),
    ...result.parts.map(({ name, kind }) => ({ folder: "", recipe: kind, services: name })),
  ];
  const sentences = (lines: readonly string[]): string =>
    lines
      .flatMap((line) =>
        wrap(line, columns - 4).map((part, index) => (index === 0 ? `  - ${part}` : `    ${part}`)),
      )
      .join("\n");
  const section = (heading: string, text: string): readonly string[] =>
    text === "" ? [] : [`${paint("strong", heading)}\n${text}`];
  return [
    `${paint("good", "wrote")}  ${result.file}`,
    tableLines(
      rows,
      [
        { heading: "folder", text: (row) => row.folder, spare: 0 },
        { heading: "recipe", text: (row) => row.recipe, spare: 1 },
        { heading: "services", text: (row) => row.services, spare: 0 },
      ],
      writer.resultColumns,
      (text) => paint("dim", text),
    ).join("\n"),
    ...section(
      "Guessed: look at these",
      sentences(result.guesses.map(({ service, text }) => `${service}: ${text}`)),
    ),
    ...section(
      `In ${result.compose.files.join(", ")}, and not in the stack`,
      sentences(result.compose.notTaken),
    ),
    ...section(
      "To do before it can be built",
      result.problems.length === 0
        ? ""
        : problemsText(result.problems, "error", { paint, columns, breakEvidence: false }),
    ),
    ...section("Next", result.next.map((line) => `  ${line}`).join("\n")),
  ].join("\n\n");
}
