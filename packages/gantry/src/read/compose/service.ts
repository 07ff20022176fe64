import { parseBytes, parseDuration } from "../../base/units.ts";
import type { CommandLine, Healthcheck } from "../dockerfile/model.ts";
import { cutWords, unquote } from "../dockerfile/words.ts";
import { openImageReference, resolveImageReference } from "../image-reference.ts";
import type { Tracked } from "../source.ts";
import type { YamlEntry, YamlMap, YamlNode } from "../yaml/model.ts";
import { at, entriesOf, isDynamic, itemsOf, textAt, textsOf, trackedAt } from "../yaml/questions.ts";
import { composeBuild } from "./build.ts";
import { assignments, grantsOf } from "./entries.ts";
import { readEnvironment } from "./environment.ts";
import type { ComposeService, Dependency, NetworkAttachment } from "./model.ts";
import { portMapping } from "./ports.ts";
import type { ComposeScope } from "./scope.ts";
import { serviceVolume } from "./volumes.ts";

/** Makes one merged service typed. */
export function composeService(scope: ComposeScope, entry: YamlEntry): ComposeService {
  const { value } = entry;
  const node: YamlMap = value.kind === "map" ? value : { kind: "map", entries: [], span: value.span };
  const image = trackedAt(node, "image");
  const written = at(node, "image");
  const filled = image === undefined ? undefined : resolveImageReference(image.value, !isDynamic(written));
  const open = isDynamic(written) && written?.kind === "scalar" ? openImageReference(written.raw) : undefined;
  const reference = filled ?? open;
  const { environment, envFiles } = readEnvironment(scope, node);
  const limits = at(node, "deploy", "resources", "limits");
  const reservations = at(node, "deploy", "resources", "reservations");
  return {
    name: entry.key,
    nameSpan: entry.keySpan,
    node,
    image:
      image === undefined || reference === undefined ? undefined : { value: reference, span: image.span },
    build: composeBuild(scope, node),
    command: commandAt(node, "command"),
    entrypoint: commandAt(node, "entrypoint"),
    environment,
    envFiles,
    ports: itemsOf(at(node, "ports")).flatMap((item) => portMapping(item) ?? []),
    expose: textsOf(at(node, "expose")),
    volumes: itemsOf(at(node, "volumes")).flatMap((item) => serviceVolume(scope, item) ?? []),
    tmpfs: textsOf(at(node, "tmpfs")),
    networks: networksOf(at(node, "networks")),
    networkMode: trackedAt(node, "network_mode"),
    secrets: grantsOf(at(node, "secrets")),
    configs: grantsOf(at(node, "configs")),
    dependsOn: dependenciesOf(at(node, "depends_on")),
    links: textsOf(at(node, "links")),
    healthcheck: healthcheckOf(at(node, "healthcheck")),
    restart: trackedAt(node, "restart"),
    replicas: numberAt(node, "deploy", "replicas") ?? numberAt(node, "scale"),
    containerName: trackedAt(node, "container_name"),
    hostname: trackedAt(node, "hostname"),
    user: trackedAt(node, "user"),
    workingDir: trackedAt(node, "working_dir"),
    readOnly: truthAt(node, "read_only"),
    privileged: truthAt(node, "privileged"),
    init: truthAt(node, "init"),
    capAdd: textsOf(at(node, "cap_add")),
    capDrop: textsOf(at(node, "cap_drop")),
    securityOpt: textsOf(at(node, "security_opt")),
    pid: trackedAt(node, "pid"),
    ipc: trackedAt(node, "ipc"),
    stopGraceMs: durationAt(node, "stop_grace_period"),
    stopSignal: trackedAt(node, "stop_signal"),
    memoryLimit: bytesAt(limits, "memory") ?? bytesAt(node, "mem_limit"),
    memoryReservation: bytesAt(reservations, "memory") ?? bytesAt(node, "mem_reservation"),
    cpuLimit: numberAt(limits, "cpus") ?? numberAt(node, "cpus"),
    pidsLimit: numberAt(limits, "pids") ?? numberAt(node, "pids_limit"),
    shmSize: bytesAt(node, "shm_size"),
    logging: at(node, "logging"),
    profiles: textsOf(at(node, "profiles")),
    platform: trackedAt(node, "platform"),
    labels: assignments(at(node, "labels")),
  };
}

function commandAt(node: YamlMap, key: string): Tracked<CommandLine> | undefined {
  const value = at(node, key);
  if (value === undefined || (value.kind === "scalar" && value.value === null)) return undefined;
  return { value: commandLine(value), span: value.span };
}

/** A command as Compose means it: a text is split into words as a shell would, and run without a shell. */
function commandLine(node: YamlNode): CommandLine {
  if (node.kind !== "scalar") {
    const words = itemsOf(node).map((item) => (item.kind === "scalar" ? item.text : ""));
    return { form: "exec", words, text: words.join(" ") };
  }
  const words = cutWords(node.text, "\\").map(({ start, end }) => unquote(node.text.slice(start, end), "\\"));
  return { form: "exec", words, text: node.text };
}

function healthcheckOf(node: YamlNode | undefined): Tracked<Healthcheck> | undefined {
  if (node?.kind !== "map") return undefined;
  const test = at(node, "test");
  const words = itemsOf(test).map((item) => (item.kind === "scalar" ? item.text : ""));
  const disabled = textAt(node, "disable") === "true" || words[0] === "NONE";
  const retries = numberAt(node, "retries")?.value;
  const value: Healthcheck = {
    disabled,
    test: disabled ? undefined : probeOf(test, words),
    intervalMs: durationAt(node, "interval")?.value,
    timeoutMs: durationAt(node, "timeout")?.value,
    startPeriodMs: durationAt(node, "start_period")?.value,
    startIntervalMs: durationAt(node, "start_interval")?.value,
    retries,
  };
  return { value, span: test?.span ?? node.span };
}

function probeOf(test: YamlNode | undefined, words: readonly string[]): CommandLine | undefined {
  if (test === undefined) return undefined;
  if (test.kind === "scalar") {
    return test.value === null ? undefined : shellLine(test.text);
  }
  if (words[0] === "CMD-SHELL") return shellLine(words.slice(1).join(" "));
  const rest = words[0] === "CMD" ? words.slice(1) : words;
  return { form: "exec", words: rest, text: rest.join(" ") };
}

function shellLine(text: string): CommandLine {
  const words = cutWords(text, "\\").map(({ start, end }) => unquote(text.slice(start, end), "\\"));
  return { form: "shell", words, text };
}

function networksOf(node: YamlNode | undefined): readonly NetworkAttachment[] {
  return entriesOf(node).map(({ key, keySpan, value }) => {
    const aliases = textsOf(at(value, "aliases")).map((alias) => alias.value);
    return { name: key, aliases, span: keySpan };
  });
}

function dependenciesOf(node: YamlNode | undefined): readonly Dependency[] {
  return entriesOf(node).map(({ key, keySpan, value }) => ({
    service: key,
    condition: textAt(value, "condition") ?? "service_started",
    required: textAt(value, "required") !== "false",
    span: keySpan,
  }));
}

type Path = readonly string[];

function numberAt(node: YamlNode | undefined, ...path: Path): Tracked<number> | undefined {
  return converted(node, path, (text) => (/^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined));
}

function truthAt(node: YamlNode | undefined, ...path: Path): Tracked<boolean> | undefined {
  return converted(node, path, (text) => {
    return text === "true" ? true : text === "false" ? false : undefined;
  });
}

function bytesAt(node: YamlNode | undefined, ...path: Path): Tracked<number> | undefined {
  return converted(node, path, parseBytes);
}

function durationAt(node: YamlNode | undefined, ...path: Path): Tracked<number> | undefined {
  return converted(node, path, (text) => (text === "0" ? 0 : parseDuration(text)));
}

function converted<T>(
  node: YamlNode | undefined,
  path: Path,
  convert: (text: string) => T | undefined,
): Tracked<T> | undefined {
  const found = trackedAt(node, ...path);
  if (found === undefined || isDynamic(at(node, ...path))) return undefined;
  const value = convert(found.value.trim());
  return value === undefined ? undefined : { value, span: found.span };
}
