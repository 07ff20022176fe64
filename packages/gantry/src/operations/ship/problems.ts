import type { Problem } from "../../base/errors.ts";
import { listing } from "../../base/names.ts";

/** Problems that deploys can have: permanent codes 6xxx, and the words for people. */
export const deployProblems = {
  notReady: (service: string, seconds: number, last: string, evidence: readonly string[]): Problem => ({
    code: "GTY6001",
    what: `${service} did not get ready within ${seconds} s`,
    why: `Asked from the gateway's network, it last answered: ${last}.`,
    fix: "Its last lines say what it waits for. If it only needs longer, raise `health.startPeriod` in the stack.",
    evidence,
  }),
  notSteady: (service: string, last: string, evidence: readonly string[]): Problem => ({
    code: "GTY6002",
    what: `${service} was ready, and then was not: ${last}`,
    why: "A new version that cannot keep well for a few seconds gets no requests.",
    fix: "Its last lines say what happened.",
    evidence,
  }),
  gatewayRefused: (gateway: string, evidence: readonly string[]): Problem => ({
    code: "GTY6003",
    what: `The gateway ${gateway} refuses its new configuration`,
    why: "nginx tested it before anything was changed; the old one still serves.",
    evidence,
  }),
  notSwitched: (gateway: string, wanted: string, seen: string): Problem => ({
    code: "GTY6004",
    what: `The gateway ${gateway} did not switch to generation ${wanted}`,
    why: `It says that it serves ${seen}. A reload that nginx rejects keeps the old configuration without a word.`,
    fix: `See \`gantry logs ${gateway} --tail 20\`, then deploy again.`,
  }),
  noRoom: (needed: string, free: string, services: readonly string[]): Problem => ({
    code: "GTY6005",
    what: `There is no room for old and new side by side: ${needed} are needed and ${free} are free`,
    why: `${listing(services)} ${services.length === 1 ? "starts" : "start"} beside what runs, and may use memory up to ${services.length === 1 ? "its limit" : "their limits"}.`,
    fix: "Deploy with --no-room-check if the limits are far above what is used, give the machine more memory, or lower `replicas`.",
  }),
  takenBack: (reason: string): Problem => ({
    code: "GTY6006",
    what: `Nothing was deployed: ${reason}`,
    why: "What ran before runs and serves again; the new containers are gone.",
  }),
  unknownGeneration: (wanted: string, known: readonly number[]): Problem => ({
    code: "GTY6007",
    what: `There is no generation ${wanted} to go back to`,
    ...(known.length === 0
      ? { why: "No other generation is kept." }
      : { why: `Kept are ${listing(known.map(String))}.` }),
    fix: "See `gantry history`.",
  }),
  generationPruned: (generation: number, images: readonly string[]): Problem => ({
    code: "GTY6008",
    what: `Generation ${generation} cannot come back: ${listing(images)} ${images.length === 1 ? "is" : "are"} gone`,
    why: "Somebody removed images that were kept for it.",
    fix: "Check out its commit (`gantry history` names it) and deploy that.",
  }),
  onlyProduction: (command: string): Problem => ({
    code: "GTY6009",
    what: `gantry ${command} is for production`,
    why: "In dev and test there is no gateway that could move requests; `gantry up` replaces what changed.",
    fix: "Leave out --env, or say --env production.",
  }),
  converged: (what: string): Problem => ({
    code: "GTY6010",
    what,
  }),
  badScale: (text: string): Problem => ({
    code: "GTY6011",
    what: `${text} does not say how many of which service`,
    fix: "Write SERVICE=N, such as api=3.",
  }),
  cannotScale: (service: string, why: string): Problem => ({
    code: "GTY6012",
    what: `${service} cannot run more than once`,
    why,
  }),
  lastChance: (service: string): Problem => ({
    code: "GTY6013",
    what: `${service} could not be started again after a failed deploy`,
    why: "Its old container was stopped, because two of it may never run at once.",
    fix: `Look at \`gantry logs ${service}\`, then run \`gantry deploy\` again.`,
  }),
  journalUnreadable: (file: string, why: string): Problem => ({
    code: "GTY6014",
    what: `The record of an unfinished deploy cannot be read: ${file}`,
    why,
    fix: "Look at `gantry ps --env production`; when everything there is well, delete the file.",
  }),
  nothingRuns: (): Problem => ({
    code: "GTY6015",
    what: "Nothing runs that could be changed",
    fix: "Deploy first: `gantry deploy`.",
  }),
  badDuration: (option: string, text: string): Problem => ({
    code: "GTY6016",
    what: `--${option} cannot be ${JSON.stringify(text)}`,
    fix: "Write a span of time such as 5s, 500ms or 2m.",
  }),
  away: (service: string, why: string, away: string): Problem => ({
    code: "GTY6017",
    what: `${service} will be away: ${away}`,
    why: `It stops before its successor starts, because ${why}.`,
  }),
  cutOff: (kind: string, generation: number, environment: string): Problem => ({
    code: "GTY6018",
    what: `The ${kind} of generation ${generation} was cut off, and its containers are still there`,
    why: "Old and new ones may run side by side, and `up` could remove those that serve.",
    fix: `\`gantry deploy --env ${environment}\` finishes what was begun or takes it back, whichever is shorter. Or \`gantry down --env ${environment}\` first; data stays.`,
  }),
  pagesLeft: (service: string, why: string): Problem => ({
    code: "GTY6019",
    what: `Pages that are open may miss files of their build: ${why}`,
    why: `The new ${service} gets the hashed files of the builds before, so that what such a page still asks for is there.`,
    fix: "Who reloads gets the new page, which has all of its own files.",
  }),
} as const;
