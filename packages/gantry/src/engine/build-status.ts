/** What BuildKit reports of a build, as `--progress=rawjson` prints it. Fields that Gantry does not read are left out. */
export interface SolveStatus {
  readonly vertexes?: readonly {
    readonly digest: string;
    readonly name: string;
    readonly started?: string;
    readonly completed?: string;
    readonly cached?: boolean;
    readonly error?: string;
  }[];
  readonly logs?: readonly {
    readonly vertex: string;
    readonly stream: number;
    /** Base64. */
    readonly data: string;
  }[];
}

/** One step of a build, for people. */
export interface BuildStep {
  readonly id: string;
  /** Bake target; the only one when there is one. */
  readonly target: string;
  /** As in `[api build 3/7] RUN npm ci`, without the brackets' target: `build 3/7 RUN npm ci`. */
  readonly title: string;
  /** The instruction alone: `RUN npm ci`. */
  readonly instruction: string;
  /** Stage of the Dockerfile; `internal` for what BuildKit does beside it. */
  readonly stage: string;
  readonly internal: boolean;
  /** It runs without network. */
  readonly offline: boolean;
  readonly state: "waiting" | "running" | "done" | "cached" | "failed";
  readonly error: string | undefined;
  /** The last lines that it printed. */
  readonly output: readonly string[];
  /** Whether the last of them goes on in the next report. */
  readonly unfinished: boolean;
}

/** A build as far as it has come. */
export interface BuildStatus {
  readonly steps: ReadonlyMap<string, BuildStep>;
}

/** Lines of a step's output that are kept: npm says what is wrong before it explains itself. */
const keptLines = 300;

/** Nothing yet. */
export const emptyBuild: BuildStatus = { steps: new Map() };

/** `status` with a report taken in, and the steps that it changed. */
export function takeReport(
  status: BuildStatus,
  report: SolveStatus,
  targets: readonly string[],
): { readonly status: BuildStatus; readonly changed: readonly BuildStep[] } {
  const steps = new Map(status.steps);
  const changed = new Map<string, BuildStep>();
  const put = (step: BuildStep): void => {
    steps.set(step.id, step);
    changed.set(step.id, step);
  };
  for (const vertex of report.vertexes ?? []) {
    const before = steps.get(vertex.digest);
    const state =
      vertex.error !== undefined && vertex.error !== ""
        ? "failed"
        : vertex.cached === true
          ? "cached"
          : vertex.completed !== undefined
            ? "done"
            : vertex.started !== undefined
              ? "running"
              : "waiting";
    // A step that two targets share is reported once more by the second one, as cached: the work counts.
    const kept = before !== undefined && before.state === "done" && state === "cached" ? "done" : state;
    put({
      ...parseStepName(vertex.name, targets),
      id: vertex.digest,
      state: kept,
      error: vertex.error === "" ? undefined : vertex.error,
      output: before?.output ?? [],
      unfinished: before?.unfinished ?? false,
    });
  }
  for (const log of report.logs ?? []) {
    const step = steps.get(log.vertex);
    if (step === undefined) continue;
    const text = Buffer.from(log.data, "base64").toString("utf8");
    put({ ...step, output: appendOutput(step, text), unfinished: !text.endsWith("\n") });
  }
  return { status: { steps }, changed: [...changed.values()] };
}

/** Steps of one target that stand in its Dockerfile. */
export function stepsOf(status: BuildStatus, target: string): readonly BuildStep[] {
  return [...status.steps.values()].filter((step) => step.target === target && !step.internal);
}

/** The step that failed first, if one did; steps that were cancelled because of it come after. */
export function failedStep(status: BuildStatus): BuildStep | undefined {
  const failed = [...status.steps.values()].filter(({ state }) => state === "failed");
  return failed.find(({ error }) => !/context canceled|^canceled/i.test(error ?? "")) ?? failed[0];
}

/** Takes `[target stage 3/7] INSTRUCTION` apart; a build of one target leaves its name out. */
export function parseStepName(
  name: string,
  targets: readonly string[],
): Pick<BuildStep, "target" | "title" | "instruction" | "stage" | "internal" | "offline"> {
  const only = targets.length === 1 ? (targets[0] as string) : "";
  const match = /^\[([^\]]*)\]\s*([\s\S]*)$/.exec(name);
  if (match === null)
    return { target: only, title: name, instruction: name, stage: "", internal: true, offline: false };
  const words = (match[1] as string).split(" ");
  const named = targets.length > 1 && targets.includes(words[0] as string);
  const target = named ? (words.shift() as string) : only;
  const instruction = shortInstruction(match[2] as string);
  const position = /^\d+\/\d+$/.test(words.at(-1) ?? "") ? words.pop() : undefined;
  const stage = words.join(" ");
  return {
    target,
    title: [stage, position, instruction].filter((part) => part !== undefined && part !== "").join(" "),
    instruction,
    stage,
    internal: position === undefined,
    offline: /^RUN [^\n]*--network=none/.test(match[2] as string),
  };
}

/** An instruction without what says nothing about the work: flags, mounts, and what it takes from the network that builds. */
function shortInstruction(text: string): string {
  return text
    .replaceAll(/\s+/g, " ")
    .replace(/^(RUN|COPY|ADD)((?: --[\w-]+(?:=\S+)?)+)/, "$1")
    .replaceAll(/ if \[ -[sn] (?:\/run\/secrets\/extra-ca|"\$HTTPS_PROXY") \]; then [^;]*; fi &&/g, "");
}

/**
 * Finds the JSON values in the lines that Buildx prints: one to a line in newer versions, spread over lines with the
 * closing brace in the first column in 0.13. Everything else is text for people, and is returned as such.
 */
export class ReportReader {
  #open: string[] | undefined;

  /** A report, a line of text, or nothing yet. */
  push(line: string): { readonly report: SolveStatus } | { readonly text: string } | undefined {
    if (this.#open !== undefined) {
      this.#open.push(line);
      if (line !== "}") return undefined;
      const text = this.#open.join("\n");
      this.#open = undefined;
      return parse(text);
    }
    if (line === "{") {
      this.#open = [line];
      return undefined;
    }
    return line.startsWith("{") ? parse(line) : { text: line };
  }
}

function parse(text: string): { readonly report: SolveStatus } | { readonly text: string } {
  try {
    return { report: JSON.parse(text) as SolveStatus };
  } catch {
    return { text };
  }
}

function appendOutput({ output, unfinished }: BuildStep, text: string): readonly string[] {
  // Reports end wherever the program stopped to write: `E:` in one, the rest of the line in the next.
  const kept = unfinished ? output.slice(0, -1) : output;
  // Progress bars rewrite their line with carriage returns; only what stood there last counts.
  const added = `${unfinished ? (output.at(-1) ?? "") : ""}${text}`.replace(/\n$/, "").split("\n");
  return [...kept, ...added.map((line) => line.slice(line.replace(/\r$/, "").lastIndexOf("\r") + 1))].slice(
    -keptLines,
  );
}
