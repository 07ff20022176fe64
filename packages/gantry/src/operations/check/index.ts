import { join, relative, resolve, sep } from "node:path";
import { GantryError } from "../../base/errors.ts";
import type { EnvironmentName } from "../../blueprint/plan.ts";
import {
  type Baseline,
  baselineOf,
  compareWithBaseline,
  formatBaseline,
  parseBaseline,
} from "../../check/baseline.ts";
import { type FixedFile, planFixes } from "../../check/fix.ts";
import { type CodeFrame, codeFrame } from "../../check/frame.ts";
import { rules } from "../../check/rules/index.ts";
import { byRank, type CheckOptions, type RuleFailure, runChecks } from "../../check/run.ts";
import {
  type CheckSettings,
  noSettings,
  parseSettings,
  settingsCodes,
  settingsFile,
} from "../../check/settings.ts";
import type { Suppression } from "../../check/suppressions.ts";
import type { Finding, Rank } from "../../check/types.ts";
import { diskFiles } from "../../read/disk-files.ts";
import type { ProjectFacts, ProjectFiles } from "../../read/facts.ts";
import { readProject } from "../../read/project.ts";
import { overlaid } from "./overlay.ts";
import { isWithin, type Place, placesOf } from "./places.ts";

/** What to check. */
export interface CheckRequest {
  readonly cwd: string;
  /** Files and folders, relative to `cwd`; `cwd` itself without any. */
  readonly paths: readonly string[];
  /** Images of the engine, or archives on disk; then only findings about them are told. */
  readonly images: readonly string[];
  /** Looks into every image of the stack in this environment too. */
  readonly imagesOf?: EnvironmentName | undefined;
  /** Bytes that an image may have. */
  readonly budget?: number | undefined;
  /** Stack whose files are checked as it would render them now. Without it nothing that is checked is ever run. */
  readonly stack?: string | undefined;
  /** Baseline instead of the one of the settings, relative to `cwd`. */
  readonly baseline?: string | undefined;
  /** Accept all that is found from now on. */
  readonly updateBaseline?: boolean;
  /** `plan` works out what `write` writes. */
  readonly fix?: "plan" | "write" | undefined;
  readonly signal: AbortSignal;
}

/** A finding with its lines, if it stands in a file. */
export interface ShownFinding extends Finding {
  readonly frame: CodeFrame | undefined;
}

/** What a check found; paths are relative to where it ran. */
export interface CheckReport {
  /** Worst first. */
  readonly findings: readonly ShownFinding[];
  /** Findings that comments silence, and those of the baseline. */
  readonly silenced: number;
  readonly accepted: number;
  /** Entries of the baseline that nothing matches any more. */
  readonly cured: number;
  /** Comments that silence nothing, or give no reason. */
  readonly idleSuppressions: readonly Suppression[];
  readonly failures: readonly RuleFailure[];
  /** What was passed over, one sentence each. */
  readonly notes: readonly string[];
  /** How many files (and images) were looked at; none when nothing there is of a kind that it reads. */
  readonly files: number;
  /** Whether those were images. */
  readonly images: boolean;
  /** Files that `--fix` changes, before and after, and how many findings that cures. */
  readonly fixes: readonly FixedFile[];
  readonly fixed: number;
  /** Findings that a further `--fix` could cure. */
  readonly fixable: number;
  /** From the settings. */
  readonly failOn: Rank | undefined;
  /** Path of the baseline that was written. */
  readonly wroteBaseline: string | undefined;
}

/** Checks projects and images. Expected problems are findings; throws a {@link GantryError} when it cannot do its work. */
export async function check(request: CheckRequest): Promise<CheckReport> {
  const places = placesOf(request.cwd, request.paths);
  if (places.length > 1 && (request.baseline !== undefined || request.updateBaseline === true)) {
    throw new GantryError(
      {
        code: "GTY2508",
        what: "a baseline belongs to one project, and these paths are several",
        fix: "Check them one by one.",
      },
      { exit: "usage" },
    );
  }
  const reports: CheckReport[] = [];
  for (const place of places) reports.push(await checkPlace(place, request));
  const first = reports[0] as CheckReport;
  if (reports.length === 1) return first;
  const all = <T>(part: (report: CheckReport) => readonly T[]): readonly T[] => reports.flatMap(part);
  const sum = (part: (report: CheckReport) => number): number =>
    reports.reduce((total, report) => total + part(report), 0);
  return {
    findings: all((report) => report.findings).toSorted(byRank),
    silenced: sum((report) => report.silenced),
    accepted: sum((report) => report.accepted),
    cured: sum((report) => report.cured),
    idleSuppressions: all((report) => report.idleSuppressions),
    failures: all((report) => report.failures),
    notes: all((report) => report.notes),
    files: sum((report) => report.files),
    images: first.images,
    fixes: all((report) => report.fixes),
    fixed: sum((report) => report.fixed),
    fixable: sum((report) => report.fixable),
    failOn: first.failOn,
    wroteBaseline: undefined,
  };
}

async function checkPlace(place: Place, request: CheckRequest): Promise<CheckReport> {
  const { root } = place;
  const onDisk = diskFiles(root);
  const settings = readSettings(onDisk);
  const stack = await loadStack(root, request);
  const files = overlaid(onDisk, stack.files);
  const read = readProject(files);
  const { cwd, signal, budget } = request;
  const images = [...request.images, ...stack.images];
  const inspected =
    images.length === 0
      ? []
      : await (await import("./images.ts")).inspectAll(read, images, { cwd, budget, signal });
  const facts =
    inspected.length === 0 ? read : (await import("../../read/image/facts.ts")).withImages(read, inspected);
  const judge: Judge = { settings, only: place.only, images: new Set(images) };
  const baselinePath = baselineFile(root, settings, request);
  const baseline = baselinePath === undefined ? undefined : await readBaseline(baselinePath, request);
  let now = judged(facts, judge, baseline);
  let fixes: readonly FixedFile[] = [];
  let fixed = 0;
  if (request.fix !== undefined) {
    const cured = fixAll(files, facts, now, (after) => judged(after, judge, baseline));
    fixes = cured.files;
    fixed = cured.fixed;
    now = cured.now;
    if (request.fix === "write" && fixes.length > 0)
      await (await import("./write.ts")).writeFixed(root, fixes);
  }
  let wroteBaseline: string | undefined;
  if (request.updateBaseline === true && baselinePath !== undefined) {
    const all = [...now.fresh, ...now.accepted];
    const { writeAtomic } = await import("../../engine/files.ts");
    await writeAtomic(baselinePath, formatBaseline(baselineOf(now.facts, all)));
    wroteBaseline = toShown(cwd, baselinePath);
    now = { ...now, fresh: [], accepted: all, cured: 0 };
  }
  const looked = filesLookedAt(now.facts, place.only, images.length > 0);
  const prefix = toShown(cwd, root);
  const shown = (path: string): string =>
    prefix === "" || images.includes(path) ? path : `${prefix}/${path}`;
  return {
    findings: now.fresh.map((finding) => ({
      ...finding,
      file: shown(finding.file),
      related: finding.related.map((one) => ({ ...one, file: shown(one.file) })),
      frame: codeFrame(now.facts, finding),
    })),
    silenced: now.silenced,
    accepted: now.accepted.length,
    cured: now.cured,
    idleSuppressions: now.idle.map((one) => ({ ...one, file: shown(one.file) })),
    failures: now.failures,
    notes: [...now.facts.notes, ...stackNotes(now.facts, looked, request)],
    files: looked,
    images: images.length > 0,
    fixes: fixes.map((file) => ({ ...file, path: shown(file.path) })),
    fixed,
    fixable: planFixes(now.facts, now.fresh).fixed.length,
    failOn: settings.failOn,
    wroteBaseline,
  };
}

/** What decides which findings count. */
interface Judge {
  readonly settings: CheckSettings;
  readonly only: readonly string[] | undefined;
  /** When there are some, only findings about them count. */
  readonly images: ReadonlySet<string>;
}

interface Judged {
  readonly facts: ProjectFacts;
  readonly fresh: readonly Finding[];
  readonly accepted: readonly Finding[];
  readonly cured: number;
  readonly silenced: number;
  readonly idle: readonly Suppression[];
  readonly failures: readonly RuleFailure[];
}

function judged(facts: ProjectFacts, judge: Judge, baseline: Baseline | undefined): Judged {
  const counts = ({ file }: { readonly file: string }): boolean =>
    (judge.images.size === 0 || judge.images.has(file)) &&
    (judge.only === undefined || isWithin(file, judge.only)) &&
    !isWithin(file, judge.settings.skip);
  const chosen = rules.filter((rule) => judge.images.size === 0 || rule.family === "image");
  const result = runChecks(facts, chosen, judge.settings.rules satisfies CheckOptions);
  const found = result.findings.filter(counts);
  const compared =
    baseline === undefined
      ? { fresh: found, accepted: [], cured: [] }
      : compareWithBaseline(facts, found, baseline);
  return {
    facts,
    fresh: compared.fresh,
    accepted: compared.accepted,
    // What was not looked at is not cured.
    cured: judge.only === undefined && judge.images.size === 0 ? compared.cured.length : 0,
    silenced: result.silenced.filter(counts).length,
    idle: judge.images.size === 0 ? result.idleSuppressions.filter(counts) : [],
    failures: result.failures,
  };
}

/** Most rounds of fixing: one fix may uncover the next, and two that meet take turns. */
const mostRounds = 8;

/** Applies safe fixes in memory until none is left, so that the difference is shown and written as a whole. */
function fixAll(
  files: ProjectFiles,
  facts: ProjectFacts,
  begun: Judged,
  judge: (facts: ProjectFacts) => Judged,
): { readonly files: readonly FixedFile[]; readonly fixed: number; readonly now: Judged } {
  const texts = new Map<string, string>();
  let now = begun;
  let fixed = 0;
  for (let round = 0; round < mostRounds; round++) {
    const plan = planFixes(now.facts, now.fresh);
    if (plan.files.length === 0) break;
    fixed += plan.fixed.length;
    for (const { path, after } of plan.files) texts.set(path, after);
    now = judge({ ...readProject(overlaid(files, texts)), images: facts.images });
  }
  const changed = [...texts].flatMap(([path, after]) => {
    const before = files.read(path);
    return before === undefined || before === after ? [] : [{ path, before, after }];
  });
  return { files: changed.sort((a, b) => (a.path < b.path ? -1 : 1)), fixed, now };
}

function readSettings(files: ProjectFiles): CheckSettings {
  const text = files.read(settingsFile);
  if (text === undefined) return noSettings;
  const { settings, problems } = parseSettings(text, rules);
  if (problems.length > 0) throw new GantryError(problems, { exit: "usage" });
  return settings;
}

function baselineFile(root: string, settings: CheckSettings, request: CheckRequest): string | undefined {
  if (request.baseline !== undefined) return resolve(request.cwd, request.baseline);
  if (settings.baseline !== undefined) return resolve(root, settings.baseline);
  return request.updateBaseline === true ? join(root, ".gantry-baseline.json") : undefined;
}

async function readBaseline(path: string, request: CheckRequest): Promise<Baseline | undefined> {
  const { readText } = await import("../../engine/files.ts");
  const text = await readText(path);
  const baseline = text === undefined ? undefined : parseBaseline(text);
  if (baseline !== undefined || request.updateBaseline === true) return baseline;
  throw new GantryError(
    {
      code: settingsCodes.unreadable,
      what: `${toShown(request.cwd, path)} ${text === undefined ? "is not there" : "holds no baseline"}`,
      fix: "gantry check --update-baseline writes one.",
    },
    { exit: "usage" },
  );
}

/** The files of a stack as it renders them now, and the images that were asked for; nothing without a stack. */
async function loadStack(
  root: string,
  { stack, imagesOf }: CheckRequest,
): Promise<{ readonly files: ReadonlyMap<string, string>; readonly images: readonly string[] }> {
  if (stack === undefined) return { files: new Map(), images: [] };
  const { loadProject } = await import("../load.ts");
  const project = await loadProject({ cwd: root, file: stack, typeCheck: false });
  const from = toShown(root, project.root);
  const files = new Map(
    [...project.files()].map(([path, text]) => [from === "" ? path : `${from}/${path}`, text]),
  );
  if (imagesOf === undefined) return { files, images: [] };
  const { imageReference } = await import("../../blueprint/helpers.ts");
  const blueprint = project.blueprint(imagesOf);
  return { files, images: Object.keys(blueprint.images).map((name) => imageReference(blueprint, name)) };
}

/** A stack that was never rendered would look like a folder with nothing in it. */
function stackNotes(facts: ProjectFacts, looked: number, { stack }: CheckRequest): readonly string[] {
  if (looked > 0 || stack !== undefined || !facts.paths.includes("stack.ts")) return [];
  return [
    "stack.ts is not run by a check: gantry render writes its files, gantry check --file stack.ts checks them as they would be",
  ];
}

function filesLookedAt(facts: ProjectFacts, only: readonly string[] | undefined, images: boolean): number {
  if (images) return facts.images.length;
  const counted = (path: string): boolean => only === undefined || isWithin(path, only);
  const kinds = [
    facts.dockerfiles,
    facts.bakeFiles,
    facts.kubernetesFiles,
    facts.composeProjects.flatMap((one) => one.sources),
  ];
  const main = kinds.some((list) => list.some(({ path }) => counted(path)));
  // Ignore and env files alone describe no container.
  return main || facts.problems.length > 0 ? [...facts.sources.keys()].filter(counted).length : 0;
}

function toShown(cwd: string, path: string): string {
  return relative(cwd, path).split(sep).join("/");
}
