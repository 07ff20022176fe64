import { parseDuration } from "../../base/units.ts";
import { hasDrive, withoutEndSlash } from "../paths.ts";
import type { SourceFile, Span, Tracked } from "../source.ts";
import { readAssignments } from "./assignments.ts";
import { expand, type Lookup } from "./expand.ts";
import type {
  Assignment,
  CommandLine,
  ExposedPort,
  Healthcheck,
  Instruction,
  Setting,
  StageConfig,
} from "./model.ts";

/** A stage's settings while its instructions are read. */
export type MutableConfig = {
  -readonly [Key in keyof Omit<StageConfig, "env" | "labels" | "exposed" | "volumes">]: StageConfig[Key];
} & {
  env: Map<string, Assignment>;
  labels: Map<string, Assignment>;
  exposed: ExposedPort[];
  volumes: Tracked<string>[];
};

/** Settings of an image that nobody has configured. */
export function emptyConfig(): MutableConfig {
  return {
    user: undefined,
    workdir: undefined,
    cmd: undefined,
    entrypoint: undefined,
    healthcheck: undefined,
    stopSignal: undefined,
    shell: undefined,
    env: new Map(),
    labels: new Map(),
    exposed: [],
    volumes: [],
  };
}

/** What `instruction` changes about the image. */
export function settle(
  config: MutableConfig,
  source: SourceFile,
  instruction: Instruction,
  lookup: Lookup,
  escaper: string,
  own: { cmd: boolean },
): void {
  const setting = <T>(value: T, span: Span = instruction.textSpan): Setting<T> => ({
    value,
    span,
    instruction,
  });
  const text = (): Setting<string> => setting(filledIn(instruction.text, lookup, escaper));
  switch (instruction.keyword) {
    case "USER":
      config.user = text();
      return;
    case "WORKDIR":
      config.workdir = setting(joinPath(config.workdir?.value, text().value));
      return;
    case "STOPSIGNAL":
      config.stopSignal = text();
      return;
    case "SHELL":
      if (instruction.form === "exec") config.shell = setting(instruction.json.map((word) => word.value));
      return;
    case "CMD":
      config.cmd = setting(commandOf(instruction));
      own.cmd = true;
      return;
    case "ENTRYPOINT":
      config.entrypoint = setting(commandOf(instruction));
      // An inherited CMD was meant for the inherited entry point: the build drops it.
      if (!own.cmd) config.cmd = undefined;
      return;
    case "HEALTHCHECK":
      config.healthcheck = setting(healthcheckOf(instruction), instruction.span);
      return;
    case "LABEL":
      for (const one of readAssignments(source, instruction, lookup, escaper))
        config.labels.set(one.name, one);
      return;
    case "EXPOSE":
      for (const word of instruction.words)
        config.exposed.push(exposedPort(word.value, word.span, lookup, escaper));
      return;
    case "VOLUME":
      for (const word of instruction.words) {
        config.volumes.push({ value: filledIn(word.value, lookup, escaper), span: word.span });
      }
      return;
    default:
      return;
  }
}

/** The text with variables filled in; as written when one of them is unknown. */
function filledIn(text: string, lookup: Lookup, escaper: string): string {
  const expansion = expand(text.trim(), lookup, escaper);
  return expansion.known ? expansion.text : text.trim();
}

function joinPath(base: string | undefined, path: string): string {
  if (path.startsWith("/") || path.startsWith("$") || hasDrive(path)) return path;
  return `${withoutEndSlash(base ?? "/")}/${path}`;
}

function commandOf(instruction: Instruction): CommandLine {
  const words = instruction.words.map((word) => word.value);
  return { form: instruction.form, words, text: instruction.text };
}

function healthcheckOf(instruction: Instruction): Healthcheck {
  const disabled = instruction.words[0]?.value.toUpperCase() === "NONE";
  const flag = (name: string): string | undefined =>
    instruction.flags.find((one) => one.name === name)?.value;
  const duration = (name: string): number | undefined => {
    const value = flag(name);
    return value === undefined ? undefined : value === "0" ? 0 : parseDuration(value);
  };
  const retries = flag("retries");
  const words = instruction.words.slice(1).map((word) => word.value);
  const text = instruction.text.replace(/^\S+\s*/, "");
  return {
    disabled,
    test: disabled ? undefined : { form: instruction.form, words, text },
    intervalMs: duration("interval"),
    timeoutMs: duration("timeout"),
    startPeriodMs: duration("start-period"),
    startIntervalMs: duration("start-interval"),
    retries: retries !== undefined && /^\d+$/.test(retries) ? Number(retries) : undefined,
  };
}

function exposedPort(written: string, span: Span, lookup: Lookup, escaper: string): ExposedPort {
  const text = filledIn(written, lookup, escaper);
  const protocol = text.includes("/") ? /\/(\w+)$/.exec(text)?.[1] : undefined;
  const number = protocol === undefined ? text : text.slice(0, -protocol.length - 1);
  return {
    port: /^\d+$/.test(number) ? Number(number) : undefined,
    protocol: (protocol ?? "tcp").toLowerCase(),
    text,
    span,
  };
}
