import { firstThings, groupFindings } from "../../check/summary.ts";
import type { Rank, ToldFinding } from "../../check/types.ts";
import { ranks } from "../../check/types.ts";
import type { CheckReport } from "../../operations/check/index.ts";
import type { ShownFinding } from "../../operations/check/shown.ts";
import { frameLines } from "./frame.ts";
import type { Palette, Tone } from "./palette.ts";
import { tame, wrap } from "./text.ts";

/** How findings are printed. */
export interface FindingsStyle {
  readonly paint: Palette;
  /** Width of the terminal; as wide as is good to read without one. */
  readonly columns: number;
  /** Every finding with its lines, instead of some of each rule. */
  readonly all: boolean;
  /** One line for each finding. */
  readonly oneLine: boolean;
  /** What `--fix` did or would do. */
  readonly fix: "plan" | "write" | undefined;
  /** Only findings: no summary, no notes. */
  readonly quiet: boolean;
}

const headings: Readonly<Record<Rank, string>> = {
  "will-fail": "Will fail",
  "loses-data": "Loses data",
  leaks: "Leaks",
  hardening: "Hardening",
  tidy: "Tidy",
};

/** For one finding, and for several. */
const verbs: Readonly<Record<Rank, readonly [string, string]>> = {
  "will-fail": ["will fail", "will fail"],
  "loses-data": ["loses data", "lose data"],
  leaks: ["leaks", "leak"],
  hardening: ["hardening", "hardening"],
  tidy: ["tidy", "tidy"],
};

const tones: Readonly<Record<Rank, Tone>> = {
  "will-fail": "bad",
  "loses-data": "bad",
  leaks: "bad",
  hardening: "warn",
  tidy: "busy",
};

/** With their lines; of the ranks below, one finding shows what is meant. */
const mostShown: Readonly<Record<Rank, number>> = {
  "will-fail": 5,
  "loses-data": 5,
  leaks: 5,
  hardening: 1,
  tidy: 1,
};
/** Longer lines are hard to read, however wide the terminal is. */
const widest = 100;

/** All that a check found, for people: by rank, then by rule, then the summary. */
export function findingsText(given: CheckReport, style: FindingsStyle): string {
  const report = { ...given, findings: given.findings.map(tamed) };
  const groups = style.oneLine
    ? [report.findings.map((finding) => lineOf(finding, style.paint)).join("\n")]
    : groupFindings(report.findings).flatMap(({ rank, rules }) => [
        headingOf(rank, rules.flatMap(({ findings }) => findings).length, style),
        ...rules.map(({ findings }) => ruleText(findings as readonly ShownFinding[], rank, style)),
      ]);
  const end = style.quiet ? [] : [notesText(report, style), summaryText(report, style)];
  return [...groups, ...end].filter((part) => part !== "").join("\n\n");
}

/** Names in somebody's files may hold what a terminal would obey. */
function tamed(finding: ShownFinding): ShownFinding {
  const { file, message, why, fix, related } = finding;
  return {
    ...finding,
    file: tame(file),
    message: tame(message),
    why: tame(why),
    fix: tame(fix),
    related: related.map((place) => ({ ...place, file: tame(place.file), message: tame(place.message) })),
  };
}

/** What is said when nothing there is of a kind that it reads. */
export function nothingText(report: CheckReport, style: FindingsStyle): string {
  const room = roomOf(style);
  const text =
    "Nothing to check: there is no Dockerfile, Compose file, Bake file or Kubernetes manifest here. Go to a project that has one, or name its folder: gantry check PATH.";
  return [notesText(report, style), wrap(text, room).join("\n")].filter((part) => part !== "").join("\n\n");
}

function roomOf({ columns }: FindingsStyle): number {
  return Math.max(40, Math.min(columns - 1, widest));
}

function headingOf(rank: Rank, count: number, style: FindingsStyle): string {
  const title = `${headings[rank]} `;
  const right = ` ${count}`;
  const line = "─".repeat(Math.max(2, roomOf(style) - title.length - right.length));
  return `${style.paint(tones[rank], style.paint("strong", title))}${style.paint("dim", line)}${right}`;
}

function lineOf({ file, line, column, rank, code, message }: ToldFinding, paint: Palette): string {
  return `${paint("link", `${file}:${line}:${column}`)} ${paint(tones[rank], rank)} ${code} ${message}`;
}

/** All findings of a rule: what they share is said once. */
function ruleText(findings: readonly ShownFinding[], rank: Rank, style: FindingsStyle): string {
  const { paint } = style;
  const room = roomOf(style);
  const [first] = findings;
  if (first === undefined) return "";
  const shown = style.all ? findings : findings.slice(0, mostShown[rank]);
  const more = findings.slice(shown.length);
  const same = (part: (finding: ToldFinding) => string): boolean =>
    findings.every((finding) => part(finding) === part(first));
  const once = { why: same(({ why }) => why), fix: same(({ fix }) => fix) };
  return [
    `${paint(tones[rank], first.code)} ${paint("strong", first.name)}`,
    ...shown.flatMap((finding) => [
      ...findingLines(finding, room, style),
      ...(once.why ? [] : labelled("why", finding.why, room, paint)),
      ...(once.fix ? [] : labelled("fix", finding.fix, room, paint)),
    ]),
    ...moreLines(more, room, paint),
    ...(once.why ? labelled("why", first.why, room, paint) : []),
    ...(once.fix ? labelled("fix", first.fix, room, paint) : []),
  ].join("\n");
}

function findingLines(finding: ShownFinding, room: number, { paint }: FindingsStyle): readonly string[] {
  const { file, line, column } = finding;
  const frame = finding.frame(finding);
  return [
    `  ${paint("link", `${file}:${line}:${column}`)}`,
    ...wrap(finding.message, room - 2).map((text) => `  ${text}`),
    ...(frame === undefined ? [] : frameLines(frame, room - 4, paint).map((text) => `    ${text}`)),
    ...finding.related.flatMap((place) => {
      const where = `${place.file}:${place.line}`;
      return wrap(`${where}  ${place.message}`, room - 7).map((text, index) =>
        index === 0
          ? `  ${paint("dim", "see")}  ${paint("link", where)}${text.slice(where.length)}`
          : `       ${text}`,
      );
    }),
  ];
}

/** Most places that are named when their lines are not shown. */
const mostPlaces = 6;

function moreLines(findings: readonly ToldFinding[], room: number, paint: Palette): readonly string[] {
  if (findings.length === 0) return [];
  const places = findings.slice(0, mostPlaces).map(({ file, line }) => `${file}:${line}`);
  const rest = findings.length - places.length;
  const text = `${places.join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
  return labelled("also", text, room, paint);
}

function labelled(label: string, text: string, room: number, paint: Palette): readonly string[] {
  if (text === "") return [];
  const indent = label.length + 4;
  return wrap(text, room - indent).map((line, index) =>
    index === 0 ? `  ${paint("dim", label)}  ${line}` : `${" ".repeat(indent)}${line}`,
  );
}

function notesText(report: CheckReport, style: FindingsStyle): string {
  if (style.quiet) return "";
  const { paint } = style;
  const room = roomOf(style);
  const idle = report.idleSuppressions.map(({ file, line, reason }) =>
    reason === ""
      ? `${file}:${line}  this comment gives no reason, so it silences nothing: add one after a colon`
      : `${file}:${line}  this comment silences nothing any more: remove it`,
  );
  const failures = report.failures.map(
    ({ code, message }) => `${code} failed, a defect of Gantry's, please report it: ${message}`,
  );
  const most = style.all ? Number.POSITIVE_INFINITY : 4;
  const lines = [...failures, ...idle, ...report.notes];
  const hidden = lines.length - most;
  return [...lines.slice(0, most), ...(hidden > 0 ? [`and ${hidden} more notes, which --all shows`] : [])]
    .flatMap((line) => labelled("note", line, room, paint).map((text) => text.slice(2)))
    .join("\n");
}

function summaryText(report: CheckReport, style: FindingsStyle): string {
  const { paint } = style;
  const room = roomOf(style);
  const { findings, files } = report;
  const looked = counted(files, report.images ? "image" : "file");
  const aside = [
    ...(report.accepted > 0 ? [`${report.accepted} in the baseline`] : []),
    ...(report.silenced > 0 ? [`${report.silenced} silenced by comments`] : []),
    ...(report.cured > 0
      ? [`${counted(report.cured, "entry", "entries")} of the baseline cured: --update-baseline drops them`]
      : []),
  ];
  const fixed =
    report.fixed === 0
      ? style.fix === undefined
        ? []
        : ["Nothing that --fix can cure safely."]
      : [
          `${style.fix === "write" ? `${paint("good", "✓")} Fixed` : "--fix would cure"} ${counted(report.fixed, "finding")} in ${counted(report.fixes.length, "file")}${style.fix === "write" ? "" : "; nothing was written"}.`,
        ];
  const wrote =
    report.wroteBaseline === undefined
      ? []
      : [`${paint("good", "✓")} Wrote ${report.wroteBaseline}: from now on only new findings are told.`];
  const tail = aside.length === 0 ? "" : ` (${aside.join(", ")})`;
  if (findings.length === 0) {
    const clean = `${paint("good", "✓")} Nothing found in ${looked}${tail}`;
    return [...fixed, ...wrote, clean].join("\n");
  }
  const counts = ranks.flatMap((rank) => {
    const count = findings.filter((finding) => finding.rank === rank).length;
    return count === 0 ? [] : [paint(tones[rank], `${count} ${verbs[rank][count === 1 ? 0 : 1]}`)];
  });
  const serious = findings.filter(({ rank }) => rank !== "tidy");
  const first = firstThings(serious.length > 0 ? serious : findings);
  const list = first.flatMap((finding, index) => {
    const where = `${finding.file}:${finding.line}`;
    const lines = wrap(`${where}  ${finding.message}`, room - 5);
    return lines.map((line, at) =>
      at === 0 ? `  ${index + 1}. ${paint("link", where)}${line.slice(where.length)}` : `     ${line}`,
    );
  });
  const hint = [
    ...(report.fixable > 0 && style.fix !== "write"
      ? [`gantry check --fix cures ${report.fixable} of them`]
      : []),
    `gantry explain ${first[0]?.code ?? ""} says more`,
  ].join("; ");
  return [
    ...fixed,
    ...wrote,
    `${paint("strong", `${counted(findings.length, "finding")} in ${looked}`)}: ${counts.join(", ")}${tail}`,
    ...(findings.length > 1 && serious.length > 0 ? ["", paint("strong", "Fix first"), ...list] : []),
    "",
    paint("dim", hint),
  ].join("\n");
}

function counted(count: number, word: string, many = `${word}s`): string {
  return `${count} ${count === 1 ? word : many}`;
}
