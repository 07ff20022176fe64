import type { ComposeProject, ComposeService } from "../../read/compose/model.ts";
import { effectiveCommand, effectiveEnvironment, imageIn } from "../../read/compose/questions.ts";
import type { CommandLine, Stage } from "../../read/dockerfile/model.ts";
import type { ProjectFacts } from "../../read/facts.ts";
import { fileNameOf } from "../../read/paths.ts";
import type { Span } from "../../read/source.ts";
import { type Listener, listenerOf } from "./listeners.ts";

/** A listener, and where the command stands that starts it. */
export interface PlacedListener extends Listener {
  readonly span: Span;
}

/** Where the server of a service listens, by its command line; `undefined` when that does not tell. */
export function serviceListener(
  facts: ProjectFacts,
  project: ComposeProject,
  service: ComposeService,
): PlacedListener | undefined {
  const image = imageIn(project, service);
  const command = effectiveCommand(service, image);
  if (command === undefined || image.kind === "unknown") return undefined;
  const line = whole(command.entrypoint, command.command);
  return line === undefined
    ? undefined
    : placed(facts, line, effectiveEnvironment(service, image), command.span);
}

/** Where the server of an image listens when it is started as the Dockerfile says. */
export function stageListener(facts: ProjectFacts, stage: Stage): PlacedListener | undefined {
  const { entrypoint, cmd, env } = stage.config;
  const line = whole(entrypoint?.value, cmd?.value);
  const span = (cmd ?? entrypoint)?.span;
  if (line === undefined || span === undefined) return undefined;
  const values = new Map([...env].map(([name, { value }]) => [name, value]));
  return placed(facts, line, values, span);
}

function placed(
  facts: ProjectFacts,
  line: CommandLine,
  env: ReadonlyMap<string, string | undefined>,
  span: Span,
): PlacedListener | undefined {
  const listener = listenerOf(line, env);
  if (listener === undefined) return undefined;
  // Gunicorn reads this file of its folder without being told.
  const settings =
    listener.program === "gunicorn" && facts.paths.some((path) => fileNameOf(path) === "gunicorn.conf.py");
  return settings ? undefined : { ...listener, span };
}

/** Entry point and command as the one command that runs. */
function whole(
  entrypoint: CommandLine | undefined,
  command: CommandLine | undefined,
): CommandLine | undefined {
  // A shell-form entry point takes no arguments.
  if (entrypoint === undefined || entrypoint.words.length === 0) return command;
  if (entrypoint.form === "shell" || command === undefined) return entrypoint;
  if (command.form === "shell") return command;
  const words = [...entrypoint.words, ...command.words];
  return { form: "exec", words, text: words.join(" ") };
}
