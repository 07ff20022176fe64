import type { Step } from "./model.ts";

const stepWords: Readonly<Record<Step, string>> = {
  begun: "beginning",
  pinned: "requests stay with what runs",
  created: "new containers are made",
  prepared: "jobs are done",
  started: "new containers are ready",
  ready: "new containers keep well",
  switching: "switching the gateway",
  switched: "the gateway has switched",
  replaced: "the rest is replaced",
  drained: "nothing is in flight",
  stopped: "old containers are gone",
  done: "done",
};

/** Words of each step, as its event says them. */
export function wordsOf(step: Step): string {
  return stepWords[step];
}
