import type { CommandSpec, Completion } from "./spec.ts";

const nothing: Completion = { kind: "nothing" };
const files: Completion = { kind: "files" };

/** The commands that look at files, of any project: no stack is needed. */
export const checkCommands: readonly CommandSpec[] = [
  {
    name: "check",
    summary: "Find what will break, leak or lose data, before it runs",
    details: [
      "Reads the Dockerfiles, Compose and Bake files, .dockerignore and env files and Kubernetes manifests of any project, and holds them against one another. No stack.ts is needed, nothing of the project is run, and nothing goes over the network.",
      "Findings come worst first: will-fail, loses-data, leaks, hardening, tidy. It ends with the code of the worst one when that is as bad as --fail-on says, and with 0 otherwise.",
      "A comment silences a finding, with a reason: # gantry ignore=CODE: why. Settings of a project stand in .gantry-check.json: rules, baseline, failOn, skip. docs/checks.md has both.",
    ],
    group: "Check",
    formats: {
      words: ["tty", "plain", "json", "sarif", "github", "junit"],
      summary:
        "tty shows code, plain a line per finding, json, sarif, github and junit are for machines; tty without it",
    },
    arguments: [
      {
        name: "PATH",
        summary: "Files and folders; everything here without it",
        many: true,
        complete: files,
      },
    ],
    options: [
      {
        name: "fail-on",
        value: {
          name: "RANK",
          complete: { kind: "words", words: ["will-fail", "loses-data", "leaks", "hardening", "tidy"] },
          type: "words",
        },
        summary: "End with an exit code of its own from this rank on; leaks without it",
      },
      { name: "fix", summary: "Show what cures the findings that can be cured safely, then write it" },
      { name: "dry-run", summary: "With --fix: only show it" },
      { name: "all", summary: "Show the code of every finding, also where a rule has many" },
      {
        name: "baseline",
        value: { name: "FILE", complete: files },
        summary: "Tell only what is not in this file; without it the one of .gantry-check.json",
      },
      {
        name: "update-baseline",
        summary: "Accept what is found now: write the baseline (.gantry-baseline.json without a name)",
      },
      {
        name: "image",
        value: { name: "REF", complete: nothing },
        repeat: true,
        summary: "Look into an image of the engine, or an archive of docker save, instead",
      },
      {
        name: "images",
        summary: "Look into every image of the stack, in the environment that --env names; loads stack.ts",
      },
      {
        name: "budget",
        value: { name: "SIZE", complete: nothing },
        summary: "With --image or --images: size that each may have, such as 200m; more ends with 1",
      },
    ],
    examples: [
      { line: "gantry check", says: "everything below this folder" },
      { line: "gantry check --fix --dry-run", says: "what could be cured at once" },
      { line: "gantry check --format sarif --fail-on hardening", says: "for code scanning in CI" },
      { line: "gantry check --image shop-api:1.4.2 --budget 200m", says: "what a built image holds" },
    ],
    streams: true,
    exits: ["noEngine", "tidy", "hardening", "leaks", "losesData", "willFail", "nothingToCheck"],
  },
  {
    name: "explain",
    summary: "Explain a rule of check: what, why, fix, examples",
    details: [
      "Without CODE it lists all rules. Names work as well as codes, and so do codes of other tools.",
    ],
    group: "Check",
    formats: { words: ["tty", "plain", "json"], summary: "json for machines; tty without it" },
    arguments: [{ name: "CODE", summary: "Code or name of a rule; all rules without it", complete: nothing }],
    options: [],
    examples: [
      { line: "gantry explain GX001", says: "a rule with its examples" },
      { line: "gantry explain DL3008", says: "what corresponds to a rule of hadolint" },
    ],
    streams: true,
    exits: [],
  },
];
