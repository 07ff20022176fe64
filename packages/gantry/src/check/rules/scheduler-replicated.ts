import { effectiveCommand, imageIn } from "../../read/compose/questions.ts";
import { commandsOf, wordValues } from "../../read/shell/questions.ts";
import { eachService } from "../../read/walk.ts";
import { dedent } from "../dedent.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const schedulerReplicated: Rule = {
  code: "GX033",
  name: "scheduler-replicated",
  family: "across",
  rank: "will-fail",
  what: "A scheduler of periodic tasks runs in several replicas.",
  why: "Celery beat (also inside a worker with `-B`), rqscheduler and their kind do not know of each other: every task is sent once by each replica. Invoices go out twice.",
  fix: "Run one replica of the scheduler, in a service of its own.",
  examples: {
    bad: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              beat:
                image: shop/api:2
                command: celery -A shop beat
                deploy:
                  replicas: 2
              worker:
                image: shop/api:2
                command: ["celery", "-A", "shop", "worker", "-B"]
                scale: 4
          `,
        },
        at: ["compose.yaml:6", "compose.yaml:10"],
      },
    ],
    good: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              beat:
                image: shop/api:2
                command: celery -A shop beat
              worker:
                image: shop/api:2
                command: celery -A shop worker
                scale: 4
              redbeat:
                image: shop/api:2
                command: celery -A shop beat -S redbeat.RedBeatScheduler
                scale: 2
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const { project, service } of eachService(facts)) {
      const { replicas } = service;
      if (replicas === undefined || replicas.value < 2) continue;
      const line = effectiveCommand(service, imageIn(project, service))?.command;
      const scheduler =
        line === undefined ? undefined : commandsOf(line).map(wordValues).map(schedulerIn).find(Boolean);
      if (scheduler === undefined) continue;
      yield {
        at: replicas.span,
        message: `Every periodic task of ${service.name} is sent ${replicas.value} times: ${scheduler} runs in ${replicas.value} replicas.`,
      };
    }
  },
};

/** Schedulers that take no lock; RedBeat does. */
function schedulerIn(words: readonly string[]): string | undefined {
  const text = words.join(" ");
  if (text.toLowerCase().includes("redbeat")) return undefined;
  const celery = words.findIndex((word) => word === "celery" || word.endsWith("/celery"));
  if (celery !== -1) {
    const rest = words.slice(celery + 1);
    if (rest.includes("beat")) return "Celery beat";
    if (rest.includes("worker") && (rest.includes("-B") || rest.includes("--beat")))
      return "Celery beat (`-B`)";
  }
  return text.includes("rqscheduler") && /\brqscheduler\b/.test(text) ? "rqscheduler" : undefined;
}
