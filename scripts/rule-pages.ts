// The pages of docs/rules/ and docs/checks.md, made from the rules.
import { rules } from "../packages/gantry/src/check/rules/index.ts";
import { type Rank, type Rule, type RuleFamily, ranks } from "../packages/gantry/src/check/types.ts";
import { otherTools } from "./other-checks.ts";

const made = "<!-- Made from packages/gantry/src/check/rules/ by `npm run docs`; change it there. -->";

const families: Readonly<Record<RuleFamily, string>> = {
  across: "Across files",
  dockerfile: "Dockerfile",
  compose: "Compose",
  bake: "Bake",
  image: "Images",
  kubernetes: "Kubernetes",
};

const rankTexts: Readonly<Record<Rank, string>> = {
  "will-fail": "it will fail",
  "loses-data": "it loses data",
  leaks: "it leaks a secret, or opens what should be closed",
  hardening: "a way in that could be closed",
  tidy: "it works, and could be better",
};

/** Path below docs/ to text. */
export function rulePages(): Readonly<Record<string, () => string>> {
  checkNumbers();
  return {
    "rules/README.md": listPage,
    "checks.md": comparisonPage,
    ...Object.fromEntries(rules.map((rule) => [`rules/${rule.code}.md`, () => rulePage(rule)])),
  };
}

function rulePage(rule: Rule): string {
  const { code, name, rank, family, what, why, fix, examples, aliases = [] } = rule;
  return [
    `# ${code} ${name}`,
    "",
    made,
    "",
    markup(what),
    "",
    `${families[family]} · ${rank}: ${rankTexts[rank]}${rule.enabled === false ? ` · off by default: \`{ "rules": { "${code}": "on" } }\` in \`.gantry-check.json\` turns it on` : ""}`,
    "",
    "## Why",
    "",
    markup(why),
    "",
    "## What to do",
    "",
    markup(fix),
    ...examplesOf("Found", examples.bad),
    ...examplesOf("Not found", examples.good),
    ...(aliases.length === 0
      ? []
      : ["", "## Elsewhere", "", aliases.map(({ tool, id }) => `${tool} \`${id}\``).join(", ")]),
    "",
    "## Leave it",
    "",
    "```",
    `# gantry ignore=${code}: why it is right here`,
    "```",
    "",
  ].join("\n");
}

function examplesOf(heading: string, examples: Rule["examples"]["bad"]): readonly string[] {
  if (examples.length === 0) return [];
  return [
    "",
    `## ${heading}`,
    ...examples.flatMap(({ title, files }) => [
      ...(title === undefined ? [] : ["", `**${markup(title)}**`]),
      ...(Object.keys(files).length === 0 ? ["", "An image that was looked into; see the rule's file."] : []),
      ...Object.entries(files).flatMap(([path, text]) => [
        "",
        `\`${path}\``,
        "",
        `${fenceFor(text)}${languageOf(path)}`,
        text.replace(/\n$/, ""),
        fenceFor(text),
      ]),
    ]),
  ];
}

/** Longer than any fence in the text. */
function fenceFor(text: string): string {
  return text.includes("```") ? "````" : "```";
}

function languageOf(path: string): string {
  if (/Dockerfile|Containerfile/.test(path) && !path.endsWith("ignore")) return "dockerfile";
  return /\.ya?ml$/.test(path) ? "yaml" : (/\.(hcl|json|sh|py|js|ts|toml|conf)$/.exec(path)?.[1] ?? "");
}

/** Angle brackets would be read as markup outside of code. */
function markup(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith("`") ? part : part.replaceAll("<", "&lt;")))
    .join("");
}

function listPage(): string {
  return [
    "# Rules",
    "",
    made,
    "",
    `${rules.length} rules. \`gantry explain CODE\` shows a page of them in the terminal. Codes never change and are never used again.`,
    ...(Object.keys(families) as RuleFamily[]).flatMap((family) => {
      const own = rules.filter((rule) => rule.family === family);
      if (own.length === 0) return [];
      return [
        "",
        `## ${families[family]}`,
        "",
        "| rule | rank | what it finds |",
        "| --- | --- | --- |",
        ...own.map(
          ({ code, name, rank, what, enabled }) =>
            `| [${code}](${code}.md) ${name} | ${rank}${enabled === false ? ", off by default" : ""} | ${cell(what)} |`,
        ),
      ];
    }),
    "",
  ].join("\n");
}

function cell(text: string): string {
  return markup(text).replaceAll("|", "\\|");
}

function comparisonPage(): string {
  const tools = Object.entries(otherTools);
  const known = new Set(tools.map(([tool]) => tool));
  const shared = rules.filter((rule) => rule.aliases?.some(({ tool }) => known.has(tool)));
  const own = rules.filter((rule) => (rule.aliases ?? []).length === 0);
  const ids = (rule: Rule, tool: string): string =>
    (rule.aliases ?? [])
      .filter((alias) => alias.tool === tool)
      .map(({ id }) => id)
      .join(", ");
  const others = (rule: Rule): string =>
    (rule.aliases ?? [])
      .filter(({ tool }) => !known.has(tool))
      .map(({ tool, id }) => `${tool} ${id}`)
      .join(", ");
  return [
    "# gantry check",
    "",
    made.replace("packages/gantry/src/check/rules/", "the rules and scripts/other-checks.ts"),
    "",
    ...usage,
    "",
    "## Beside other tools",
    "",
    `Of ${rules.length} rules ${rules.length - own.length} have something like them elsewhere, ${own.length} do not. The same number does not mean the same answer: a rule here also looks at the other files (a cache mount, the stage's base image, \`.dockerignore\`, the service that runs the image) before it says something.`,
    "",
    `| rule | ${tools.map(([, { name }]) => name).join(" | ")} | others |`,
    `| --- |${" --- |".repeat(tools.length + 1)}`,
    ...shared.map(
      (rule) =>
        `| [${rule.code}](rules/${rule.code}.md) ${rule.name} | ${tools.map(([tool]) => ids(rule, tool)).join(" | ")} | ${others(rule)} |`,
    ),
    "",
    "Compared with other tools only:",
    "",
    ...rules
      .filter((rule) => !shared.includes(rule) && !own.includes(rule))
      .map((rule) => `- [${rule.code}](rules/${rule.code}.md) ${rule.name}: ${others(rule)}`),
    "",
    "## Nowhere else",
    "",
    ...own.map(({ code, what, rank }) => `- [${code}](rules/${code}.md) (${rank}) ${markup(what)}`),
    "",
    "## Left out on purpose",
    ...tools.flatMap(([, { name, list, leftOut, ids: all }]) => {
      const out = leftOut.flatMap((entry) => entry.ids);
      return [
        "",
        `### ${name}`,
        "",
        `${all.length - out.length} of its ${all.length} [checks](${list}) have a rule here. The others:`,
        "",
        ...leftOut.map((entry) => `- ${entry.ids.join(", ")}: ${markup(entry.why)}`),
      ];
    }),
    "",
  ].join("\n");
}

const usage = [
  "`gantry check` reads the Dockerfiles, Compose files, Bake files, `.dockerignore` and env files and Kubernetes manifests of a project and holds them against one another. It needs no `stack.ts`, runs nothing of what it reads, and asks no network. [All rules](rules/README.md); the options are in [cli.md](cli.md#gantry-check).",
  "",
  "## Ranks and exit codes",
  "",
  "| rank | meaning | exit code |",
  "| --- | --- | --- |",
  ...ranks.map((rank, index) => `| ${rank} | ${rankTexts[rank]} | ${14 - index} |`),
  "",
  "It ends with the code of the worst finding when that is at least as bad as `--fail-on` (leaks without it), else with 0; with 15 when there is nothing to check.",
  "",
  "## Living with it",
  "",
  "A comment silences a rule over the instruction, or the key and all below it, that follows or stands on the same line. It needs a reason:",
  "",
  "```dockerfile",
  "# gantry ignore=GD029: the entrypoint drops its rights itself",
  "FROM debian:13",
  "```",
  "",
  "`# gantry ignore-file=CODE: why` holds for a whole file. `# hadolint ignore=` and `# check=skip=` are honoured for the rules that correspond. Comments that silence nothing are noted.",
  "",
  "Settings of a project stand in `.gantry-check.json`, in the folder that is checked:",
  "",
  "```json",
  "{",
  '  "rules": { "GD058": "off", "secret-may-be-empty": "will-fail" },',
  '  "failOn": "hardening",',
  '  "baseline": ".gantry-baseline.json",',
  '  "skip": ["test/fixtures"]',
  "}",
  "```",
  "",
  "A rule, by code or name, is `off`, `on`, or has another rank. `skip` leaves out findings in files and folders; they still count as part of the project.",
  "",
  "An old project begins with `gantry check --update-baseline`: what is there is accepted, and only new findings are told. Lines may move. Entries that nothing matches any more are counted, so that the baseline only shrinks.",
  "",
  "`gantry check --fix` cures what can be cured without changing what the project does, shows it as a diff, and leaves every other byte as it is; `--dry-run` only shows it.",
  "",
  "## Large projects, and files that were made to do harm",
  "",
  "A project is read in parts that hang together, so that 10,000 files take little more memory than 1,000. A Compose file in a folder below whose paths are only there when they count from a folder above (`-f compose.yaml -f extra/search.yaml`, `--project-directory`) is read so. Files above 4 MB, binary ones, links that lead out of the folder, devices and pipes are passed over, with a note, and so are templates for other tools (Helm, Jinja, ytt, Maven, Coolify and more) and manifests in `testdata` or `fixtures`; a file that does not parse, aliases that stand for more than 200,000 values, values nested more than 200 deep, and circles of `extends` and `include` are findings about that file alone. `npm run fuzz` feeds 200,000 broken files to readers and rules: none may crash, or take a second of processor time.",
  "",
  "## In CI",
  "",
  "`--format github` puts findings beside the lines of a pull request, `--format sarif` is for code scanning, `--format junit` for reports of tests, `--format json` for everything else:",
  "",
  "```json",
  '{ "findings": [{ "code": "GX001", "name": "probe-program-missing", "rank": "will-fail", "file": "compose.yaml", "line": 7,',
  '    "column": 13, "message": "…", "why": "…", "fix": "…", "related": [{ "file": "Dockerfile", "line": 1, "column": 6, "message": "…" }] }] }',
  "```",
];

/** Every number of another tool has a rule or a reason, and not both. */
function checkNumbers(): void {
  const wrong: string[] = [];
  for (const [tool, { ids, leftOut }] of Object.entries(otherTools)) {
    const out = leftOut.flatMap((entry) => entry.ids);
    const ours = new Set(
      rules.flatMap((rule) =>
        (rule.aliases ?? []).filter((alias) => alias.tool === tool).map(({ id }) => id),
      ),
    );
    for (const id of ids) {
      if (ours.has(id) === out.includes(id))
        wrong.push(
          `${tool} ${id} has ${ours.has(id) ? "a rule and" : "neither a rule nor"} a reason to be left out`,
        );
    }
    for (const id of out) if (!ids.includes(id)) wrong.push(`${tool} has no ${id}`);
    for (const id of ours)
      if (!ids.includes(id) && !id.startsWith("KSV")) wrong.push(`${tool} has no ${id} (an alias)`);
  }
  if (wrong.length > 0) throw new Error(`scripts/other-checks.ts: ${wrong.join("; ")}`);
}
