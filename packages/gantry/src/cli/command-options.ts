import type { ArgumentSpec, Completion, OptionSpec, ValueSpec } from "./spec.ts";

/** Nothing that a shell could offer. */
export const nothing: Completion = { kind: "nothing" };
/** Names of the stack's services. */
export const services: Completion = { kind: "services" };
/** One of these words. */
export const words = (...list: readonly string[]): Completion => ({ kind: "words", words: list });

/** Options that every command takes, before or after its name. */
export const globalOptions: readonly OptionSpec[] = [
  {
    name: "file",
    value: { name: "FILE", complete: { kind: "files" } },
    summary: "The stack; without it the nearest stack.ts, from here upwards",
  },
  {
    name: "env",
    short: "e",
    value: { name: "ENV", complete: words("dev", "test", "production"), type: "words" },
    summary: "Environment: dev, test or production; without it GANTRY_ENV, else dev",
  },
  {
    name: "format",
    value: { name: "FORMAT", complete: words("tty", "plain", "json"), type: "words" },
    summary:
      "tty redraws, plain prints a line per change, json prints events; without it tty on a terminal, plain in CI",
  },
  { name: "no-color", summary: "No colours; NO_COLOR in the environment does the same" },
  { name: "quiet", short: "q", summary: "No progress: only results and problems" },
  { name: "help", short: "h", summary: "Explain the command" },
  { name: "version", short: "V", summary: "Print Gantry's version" },
];

/** Variables for one command. */
export const environment = (name: string): OptionSpec => ({
  name,
  value: { name: "NAME=VALUE", complete: nothing, type: "pair" },
  repeat: true,
  summary: "Set a variable for the command",
});
/** Whom a command runs as. */
export const user: OptionSpec = {
  name: "user",
  short: "u",
  value: { name: "USER", complete: nothing },
  summary: "Run as this user, such as 1000:1000 or root",
};
/** Which copy of a service. */
export const replica: OptionSpec = {
  name: "replica",
  value: { name: "N", complete: nothing, type: "count" },
  summary: "Which replica, counted from 1; the first that runs without it",
};
/** For commands that build first. */
export const noBuild: OptionSpec = { name: "no-build", summary: "Use the images that are there" };
/** A span of time. */
export const span: ValueSpec = { name: "TIME", complete: words("0s", "5s", "30s") };
/** How long a deploy waits. */
export const patience: readonly OptionSpec[] = [
  {
    name: "soak",
    value: span,
    summary: "How long new containers must keep well before they get requests; 5s without it",
  },
  {
    name: "drain",
    value: span,
    summary: "Longest wait for requests in flight; the gateway's own without it",
  },
  {
    name: "watch",
    value: span,
    summary: "How long old containers stay beside the new after the switch, at least; 5s without it",
  },
];
/** For pipes. */
export const noTty: OptionSpec = { name: "no-tty", short: "T", summary: "Give the command no terminal" };
/** Any of the stack's services, or all. */
export const someServices: ArgumentSpec = {
  name: "SERVICE",
  summary: "Only these services; every one without it",
  many: true,
  complete: services,
};
