import { join, relative, resolve, sep } from "node:path";
import { GantryError } from "../../base/errors.ts";
import type { EnvironmentName } from "../../blueprint/plan.ts";
import {
  type Allowance,
  allowanceOf,
  type Baseline,
  type BaselineEntry,
  baselineOf,
  entriesFor,
  formatBaseline,
  parseBaseline,
} from "../../check/baseline.ts";
import { type FixedFile, planFixes } from "../../check/fix.ts";
import { rules } from "../../check/rules/index.ts";
import { byRank, type RuleFailure } from "../../check/run.ts";
import {
  type CheckSettings,
  noSettings,
  parseSettings,
  settingsCodes,
  settingsFile,
} from "../../check/settings.ts";
import type { Suppression } from "../../check/suppressions.ts";
import type { Rank } from "../../check/types.ts";
import { diskFiles } from "../../read/disk-files.ts";
import type { ProjectFacts, ProjectFiles } from "../../read/facts.ts";
import { isLarge, partsOf } from "../../read/parts.ts";
import { readProject } from "../../read/project.ts";
import { fixAll, type Judge, judged } from "./judge.ts";
import { collectGarbage, keepYoungSpaceSmall } from "./memory.ts";
import { overlaid } from "./overlay.ts";
import { isWithin, type Place, placesOf } from "./places.ts";
import { framesOf, keeper, type ShownFinding, withoutThose } from "./shown.ts";

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
  const { cwd, signal, budget } = request;
  const onDisk = diskFiles(root, { whenMany: keepYoungSpaceSmall });
  const settings = readSettings(onDisk);
  const stack = await loadStack(root, request);
  const files = overlaid(onDisk, stack.files);
  const images = [...request.images, ...stack.images];
  const judge: Judge = { settings, only: place.only, images: new Set(images) };
  const baselinePath = baselineFile(root, settings, request);
  const baseline = baselinePath === undefined ? undefined : await readBaseline(baselinePath, request);
  let allowance: Allowance = baseline === undefined ? new Map() : allowanceOf(baseline);
  const prefix = toShown(cwd, root);
  const shown = (path: string): string =>
    prefix === "" || images.includes(path) ? path : `${prefix}/${path}`;
  // Read anew for each finding that is shown, and as the fixes leave them.
  let frameOf: ShownFinding["frame"] = () => undefined;
  const kept = keeper(shown, (finding) => frameOf(finding));
  const found: ShownFinding[] = [];
  const fixes: FixedFile[] = [];
  const idle: Suppression[] = [];
  const entries: BaselineEntry[] = [];
  const failures = new Map<string, RuleFailure>();
  const notes = new Set<string>();
  const strays: ShownFinding[] = [];
  let [silenced, accepted, fixed, fixable, looked] = [0, 0, 0, 0, 0];
  let holdsMain = false;
  // Images are held against all that the project says.
  const large = images.length === 0 && isLarge(files);
  if (large) keepYoungSpaceSmall();
  const parts = large ? partsOf(files) : undefined;
  for (const part of parts ?? [undefined]) {
    const read = readProject(files, part);
    const inspected =
      images.length === 0
        ? []
        : await (await import("./images.ts")).inspectAll(read, images, { cwd, budget, signal });
    const facts =
      inspected.length === 0 ? read : (await import("../../read/image/facts.ts")).withImages(read, inspected);
    const accepts = allowance;
    let now = judged(facts, judge, accepts);
    if (request.fix !== undefined) {
      const cured = fixAll(files, part, now, (after) => judged(after, judge, accepts));
      fixes.push(...cured.files);
      fixed += cured.fixed;
      now = cured.now;
    }
    if (request.updateBaseline === true)
      entries.push(...entriesFor(now.facts, [...now.fresh, ...now.accepted]));
    else {
      const own = part === undefined ? undefined : new Set(part.paths);
      for (const finding of now.fresh)
        (own?.has(finding.file) === false ? strays : found).push(kept(finding));
    }
    accepted += now.accepted.length + (request.updateBaseline === true ? now.fresh.length : 0);
    allowance = now.left;
    silenced += now.silenced;
    idle.push(...now.idle);
    for (const failure of now.failures) failures.set(failure.code, failure);
    for (const note of now.facts.notes) notes.add(note);
    fixable += planFixes(now.facts, now.fresh).fixed.length;
    holdsMain ||= hasMain(now.facts, place.only);
    looked += images.length > 0 ? now.facts.images.length : sourcesIn(now.facts, place.only);
    signal.throwIfAborted();
    if (parts !== undefined) collectGarbage();
  }
  found.push(...withoutThose(strays, found));
  // Ignore and env files alone describe no container.
  if (images.length === 0 && !holdsMain) looked = 0;
  if (request.fix === "write" && fixes.length > 0) await (await import("./write.ts")).writeFixed(root, fixes);
  let wroteBaseline: string | undefined;
  if (request.updateBaseline === true && baselinePath !== undefined) {
    const { writeAtomic } = await import("../../engine/files.ts");
    await writeAtomic(baselinePath, formatBaseline(baselineOf(entries)));
    wroteBaseline = toShown(cwd, baselinePath);
  }
  frameOf = framesOf(overlaid(files, new Map(fixes.map(({ path, after }) => [path, after]))));
  return {
    findings: found.sort(byRank),
    silenced,
    accepted,
    // What was not looked at is not cured, and what was just written anew has nothing to lose.
    cured:
      judge.only === undefined && images.length === 0 && wroteBaseline === undefined ? allowance.size : 0,
    idleSuppressions: idle.map((one) => ({ ...one, file: shown(one.file) })),
    failures: [...failures.values()],
    notes: [...notes, ...stackNotes(onDisk, looked, request)],
    files: looked,
    images: images.length > 0,
    fixes: fixes.map((file) => ({ ...file, path: shown(file.path) })),
    fixed,
    fixable: request.updateBaseline === true ? 0 : fixable,
    failOn: settings.failOn,
    wroteBaseline,
  };
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
function stackNotes(files: ProjectFiles, looked: number, { stack }: CheckRequest): readonly string[] {
  if (looked > 0 || stack !== undefined || !files.list().includes("stack.ts")) return [];
  return [
    "stack.ts is not run by a check: gantry render writes its files, gantry check --file stack.ts checks them as they would be",
  ];
}

/** Whether facts hold a file that describes containers, or one that should and cannot be read. */
function hasMain(facts: ProjectFacts, only: readonly string[] | undefined): boolean {
  const kinds = [
    facts.dockerfiles,
    facts.bakeFiles,
    facts.kubernetesFiles,
    facts.composeProjects.flatMap((one) => one.sources),
  ];
  const counted = ({ path }: { readonly path: string }): boolean =>
    only === undefined || isWithin(path, only);
  return facts.problems.length > 0 || kinds.some((list) => list.some(counted));
}

function sourcesIn(facts: ProjectFacts, only: readonly string[] | undefined): number {
  return only === undefined
    ? facts.sources.size
    : [...facts.sources.keys()].filter((path) => isWithin(path, only)).length;
}

function toShown(cwd: string, path: string): string {
  return relative(cwd, path).split(sep).join("/");
}
