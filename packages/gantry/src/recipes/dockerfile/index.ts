import { command, flag, list, object, record, size, text } from "../../base/shape.ts";
import { parseBytes } from "../../base/units.ts";
import { joinPath } from "../../blueprint/files.ts";
import type { ContextSource, DockerfileBase, ImageTraits, Recipe } from "../../blueprint/plan.ts";
import { extraCaSecret, probePrograms, recipeProblem } from "../common.ts";
import type { PlanInput, PlanResult, RecipeDefinition } from "../types.ts";

/** A Dockerfile of your own; Gantry builds and runs it, and leaves its text alone. */
export interface DockerfileOptions {
  /** Folder that is sent to the builder, relative to `stack.ts`. Default: `.`. */
  readonly context?: string;
  /** The Dockerfile, relative to `context`. Default: `Dockerfile`. */
  readonly file?: string;
  /** Stage to build; by environment when they differ. */
  readonly target?: string | { readonly dev?: string; readonly test?: string; readonly production?: string };
  /** Build arguments. Never secrets. */
  readonly args?: Readonly<Record<string, string>>;
  /** Other services' images that it builds on (`FROM web`), by the name in the Dockerfile; the last stage's gives user, programs and probe, too. */
  readonly extends?: Readonly<Record<string, string>>;
  /** Numeric `uid:gid` that it runs as. Default: the extended image's; otherwise unknown, so Gantry sets no user. */
  readonly user?: string;
  /** Programs in the image that a health probe may use, most wanted first: `bash`, `curl`, `wget`, `node`, `python`. Default: the extended image's; those of official Node and Python images; otherwise none known. */
  readonly programs?: readonly string[];
  /** Whether the image has `/bin/sh`. Default: as the extended image; otherwise true. */
  readonly shell?: boolean;
  /** Largest accepted size. */
  readonly budget?: string;
  /** What runs. Default: the image's own command. */
  readonly command?: readonly string[];
}

/** Bring your own Dockerfile. */
export function dockerfile(options: DockerfileOptions = {}): Recipe {
  return { recipe: "dockerfile", options: { ...options } };
}

function planDockerfile({ options, files, path }: PlanInput<DockerfileOptions>): PlanResult {
  const context = joinPath(options.context ?? ".");
  const file = joinPath(context, options.file ?? "Dockerfile");
  const source = files.read(file);
  if (source === undefined) {
    return {
      problems: [
        recipeProblem(
          "GTY2201",
          path,
          `there is no ${file}`,
          "dockerfile() builds a Dockerfile that you wrote.",
          "Set `context` and `file`, or let a recipe such as node() write it.",
        ),
      ],
    };
  }
  const stages = new Set(
    [...source.matchAll(/^\s*FROM\s+.*?\s+AS\s+(\S+)\s*$/gim)].map((match) =>
      (match[1] as string).toLowerCase(),
    ),
  );
  const target =
    typeof options.target === "string"
      ? { dev: options.target, test: options.target, production: options.target }
      : (options.target ?? {});
  for (const [environment, stage] of Object.entries(target)) {
    if (stages.has(stage.toLowerCase())) continue;
    return {
      problems: [
        recipeProblem(
          "GTY2202",
          `${path}.target`,
          `${file} has no stage ${JSON.stringify(stage)} (for ${environment})`,
          `Its stages are ${[...stages].join(", ") || "without names"}.`,
          "Give one of its stages, or name one with `FROM … AS name`.",
        ),
      ],
    };
  }
  const contexts: Record<string, ContextSource> = {};
  for (const [name, image] of Object.entries(options.extends ?? {}))
    contexts[name] = { kind: "image", image };
  const [uid = 0, gid = uid] = (options.user ?? "").split(":").map(Number);
  const base = baseOf(source, options, target.production);
  return {
    plan: {
      context: context === "" ? "." : context,
      stages: [],
      targets: {
        dev: target.dev ?? "",
        test: target.test ?? target.production ?? "",
        production: target.production ?? "",
      },
      ignore: [],
      image: {
        user: { uid, gid },
        workdir: /^\s*WORKDIR\s+(\/\S*)/im.exec(source)?.[1] ?? "/",
        programs: options.programs ?? knownPrograms(source, target.production),
        shell: options.shell ?? true,
        command: options.command ?? [],
        scratch: ["/tmp"],
        ...(options.budget === undefined ? {} : { budget: parseBytes(options.budget) as number }),
      },
      args: options.args ?? {},
      contexts,
      secrets: source.includes(`id=${extraCaSecret.id}`) ? [extraCaSecret] : [],
      develop: undefined,
      dockerfile: { path: file, ...(base === undefined ? {} : { base }) },
    },
  };
}

interface WrittenStage {
  readonly name: string | undefined;
  readonly from: string;
  readonly text: string;
}

function stagesOf(source: string): readonly WrittenStage[] {
  return source.split(/^(?=\s*FROM\s)/im).flatMap((text) => {
    const match = /^\s*FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?/i.exec(text);
    return match === null ? [] : [{ from: match[1] as string, name: match[2]?.toLowerCase(), text }];
  });
}

/** The stage that runs, and those that it is made from, down to one that is made from an image. */
function chainOf(source: string, target: string | undefined): readonly WrittenStage[] {
  const stages = stagesOf(source);
  const chain: WrittenStage[] = [];
  let stage = stages.findLast(({ name }) => target === undefined || name === target.toLowerCase());
  while (stage !== undefined) {
    chain.push(stage);
    const from = stage.from.toLowerCase();
    // Only a stage above may be named.
    stage = stages.slice(0, stages.indexOf(stage)).findLast(({ name }) => name === from);
  }
  return chain;
}

/** What a probe may use in official images of Node and Python below the stage that runs. */
function knownPrograms(source: string, target: string | undefined): readonly string[] {
  const from = chainOf(source, target).at(-1)?.from ?? "";
  const [, interpreter, tag] = /^(?:docker\.io\/)?(?:library\/)?(node|python)(?::(\S+))?$/.exec(from) ?? [];
  return interpreter === undefined ? [] : probePrograms(tag, interpreter);
}

/** The image of the stack below the stage that runs, and which of its traits neither the options nor the text change. */
function baseOf(
  source: string,
  options: DockerfileOptions,
  target: string | undefined,
): DockerfileBase | undefined {
  const imageOf = ({ from }: WrittenStage): string | undefined =>
    options.extends?.[from] ?? options.extends?.[from.replace(/:latest$/, "")];
  const chain = chainOf(source, target);
  const lowest = chain.findIndex((stage) => imageOf(stage) !== undefined);
  if (lowest === -1) return undefined;
  const image = imageOf(chain[lowest] as WrittenStage) as string;
  const text = chain
    .slice(0, lowest + 1)
    .map((stage) => stage.text)
    .reverse()
    .join("\n");
  const user = [...text.matchAll(/^\s*USER\s+(\S+)/gim)].at(-1)?.[1];
  const keeps: (keyof ImageTraits)[] = ["scratch", "probe", "parallelism"];
  if (options.user === undefined) keeps.push("user", "userName");
  if (options.programs === undefined) keeps.push("programs");
  if (options.shell === undefined) keeps.push("shell");
  if (!/^\s*WORKDIR\s/im.test(text)) keeps.push("workdir");
  if (options.command === undefined && !/^\s*(?:CMD|ENTRYPOINT)\s/im.test(text)) keeps.push("command");
  return { image, keeps, ...(user === undefined ? {} : { userName: user }) };
}

/** Dockerfiles written by hand. */
export const dockerfileRecipe: RecipeDefinition<DockerfileOptions> = {
  name: "dockerfile",
  shape: object({
    context: text,
    file: text,
    target: {
      is: "a stage",
      check: (value, path, report) =>
        typeof value === "string"
          ? undefined
          : object({ dev: text, test: text, production: text }).check(value, path, report),
    },
    args: record(text),
    extends: record(text),
    user: text,
    programs: list(text),
    shell: flag,
    budget: size,
    command,
  }),
  plan: planDockerfile,
};
