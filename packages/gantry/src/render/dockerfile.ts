import type { BuildPlan, IgnoreLine, Mount, Stage, Step } from "../blueprint/plan.ts";
import { header } from "./header.ts";

/** A Dockerfile of a plan; `extra` lines end its last stage. */
export function renderDockerfile(plan: BuildPlan, source: string, extra: readonly string[] = []): string {
  const blocks = plan.stages.map((stage) => renderStage(stage));
  const text = [header(source), ...blocks].join("\n\n");
  return `${text}${extra.length === 0 ? "" : `\n# From the stack's overrides.\n${extra.join("\n")}`}\n`;
}

function renderStage(stage: Stage): string {
  const platform = stage.onBuildPlatform === true ? "--platform=$BUILDPLATFORM " : "";
  return [
    ...comment(stage.comment),
    `FROM ${platform}${stage.from} AS ${stage.name}`,
    ...stage.steps.flatMap(renderStep),
  ].join("\n");
}

function renderStep(step: Step): readonly string[] {
  return [...comment(step.comment), ...instruction(step)];
}

function instruction(step: Step): readonly string[] {
  switch (step.kind) {
    case "run":
      return run(step.script, [
        ...(step.network === "none" ? ["--network=none"] : []),
        ...(step.mounts ?? []).map(mount),
      ]);
    case "copy": {
      const flags = [
        ...(step.link === true ? ["--link"] : []),
        ...(step.from === undefined ? [] : [`--from=${step.from}`]),
        ...(step.owner === undefined ? [] : [`--chown=${step.owner.uid}:${step.owner.gid}`]),
        ...(step.mode === undefined ? [] : [`--chmod=${step.mode}`]),
      ];
      const paths = [...step.sources, step.to];
      return [
        [
          "COPY",
          ...flags,
          paths.some((path) => /\s/.test(path)) ? JSON.stringify(paths) : paths.join(" "),
        ].join(" "),
      ];
    }
    case "file":
      return [
        `COPY ${step.mode === undefined ? "" : `--chmod=${step.mode} `}<<'EOF' ${step.path}`,
        ...step.lines,
        "EOF",
      ];
    case "env":
      return aligned("ENV", step.values);
    case "label":
      return aligned("LABEL", step.values);
    case "arg":
      return [`ARG ${step.name}${step.value === undefined ? "" : `=${quoted(step.value)}`}`];
    case "workdir":
      return [`WORKDIR ${step.path}`];
    case "user":
      return [`USER ${step.uid}:${step.gid}`];
    case "expose":
      return [`EXPOSE ${step.port}`];
    case "stopSignal":
      return [`STOPSIGNAL ${step.signal}`];
    case "volume":
      return [`VOLUME ${JSON.stringify([step.path])}`];
    case "entrypoint":
      return [`ENTRYPOINT ${list(step.command)}`];
    case "cmd":
      return step.command.length === 0 ? [] : [`CMD ${list(step.command)}`];
    default:
      return step satisfies never;
  }
}

/** Flags and commands each on a line of its own when there is more than one. */
function run(script: readonly string[], flags: readonly string[]): readonly string[] {
  const parts = [
    ...flags,
    ...script.map((line, index) => `${line}${index < script.length - 1 ? " &&" : ""}`),
  ];
  if (parts.length === 1) return [`RUN ${parts[0]}`];
  return parts.map(
    (part, index) => `${index === 0 ? "RUN " : "    "}${part}${index < parts.length - 1 ? " \\" : ""}`,
  );
}

function mount(entry: Mount): string {
  const fields: readonly (readonly [string, string | number | boolean | undefined])[] = (() => {
    switch (entry.kind) {
      case "cache":
        return [
          ["type", "cache"],
          ["id", entry.id],
          ["target", entry.target],
          ["sharing", entry.sharing],
          ["uid", entry.uid],
          ["gid", entry.gid],
        ] as const;
      case "bind":
        return [
          ["type", "bind"],
          ["from", entry.from],
          ["source", entry.source],
          ["target", entry.target],
          ["rw", entry.readWrite === true ? true : undefined],
        ] as const;
      case "secret":
        return [
          ["type", "secret"],
          ["id", entry.id],
          ["target", entry.target],
          ["env", entry.env],
          ["required", entry.required === true ? true : undefined],
          ["uid", entry.uid],
        ] as const;
      case "tmpfs":
        return [
          ["type", "tmpfs"],
          ["target", entry.target],
        ] as const;
      default:
        return entry satisfies never;
    }
  })();
  return `--mount=${fields
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => (value === true ? key : `${key}=${value}`))
    .join(",")}`;
}

function aligned(word: string, values: Readonly<Record<string, string>>): readonly string[] {
  const entries = Object.entries(values).map(([key, value]) => `${key}=${quoted(value)}`);
  return entries.map(
    (entry, index) =>
      `${index === 0 ? `${word} ` : " ".repeat(word.length + 1)}${entry}${index < entries.length - 1 ? " \\" : ""}`,
  );
}

/** As it is when no character means anything to Docker. */
function quoted(value: string): string {
  return /^[\w./:@%+,=-]+$/.test(value) ? value : `"${value.replaceAll(/["\\$]/g, "\\$&")}"`;
}

const list = (words: readonly string[]): string =>
  `[${words.map((word) => JSON.stringify(word)).join(", ")}]`;

const comment = (text: string | undefined): readonly string[] =>
  text === undefined ? [] : text.split("\n").map((line) => `# ${line}`);

/** The image's own ignore file, which BuildKit reads instead of one in the context. */
export function renderIgnore(lines: readonly IgnoreLine[], source: string): string {
  const body = lines.flatMap((line) => ("pattern" in line ? [line.pattern] : ["", `# ${line.comment}`]));
  return `${[header(source, ["What the builder never sees of this image's context."]), ...body].join("\n")}\n`;
}
