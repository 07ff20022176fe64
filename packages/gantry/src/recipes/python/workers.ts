import type { FileTree } from "../../blueprint/files.ts";
import type { Guess, SuggestedHealth } from "../../blueprint/suggestion.ts";
import { procfileOf } from "../clues/procfile.ts";
import type { Source } from "../clues/sources.ts";
import { unseenProgress } from "../clues/web.ts";
import { moduleOf } from "./applications.ts";
import type { Services } from "./processes.ts";

/** Variable in which RQ's command looks for its server. */
export const rqAddress = "RQ_REDIS_URL";

/** Workers of queues beside Celery: arq, RQ, Dramatiq, Huey and Taskiq, each started as its documentation says. */
export function queueWorkers(
  files: FileTree,
  sources: readonly Source[],
  packages: ReadonlySet<string>,
  guesses: Guess[],
): Services {
  const at = (pattern: RegExp): { readonly module: string; readonly name: string } | undefined => {
    for (const source of sources) {
      const name = pattern.exec(source.text)?.[1];
      if (name !== undefined) return { module: moduleOf(files, sources, source).module, name };
    }
    return undefined;
  };
  const django = files.read("manage.py") !== undefined;
  const arq = packages.has("arq") ? at(/^class (\w*WorkerSettings)\b/m) : undefined;
  if (arq !== undefined) {
    const settings = `${arq.module}.${arq.name}`;
    // A worker that ends deletes the record that both share, and its successor writes it anew after that time.
    const interval = Number(
      sources
        .map(({ text }) => /\bhealth_check_interval\s*[=:]\s*(\d+)/.exec(text)?.[1])
        .find((found) => found !== undefined) ?? 3600,
    );
    if (interval <= 60)
      return {
        worker: {
          command: ["arq", settings],
          health: { command: ["arq", "--check", settings], timeout: "10s" },
        },
      };
    guesses.push({
      about: "build",
      text: `Say \`health_check_interval = 10\` in ${arq.name}; then \`health: { command: ["arq", "--check", "${settings}"], timeout: "10s" }\` tells how the worker is: its record is written once an hour without it.`,
    });
    return {
      worker: {
        command: ["arq", settings],
        health: {
          none: "arq writes down once an hour that it lives, unless health_check_interval says less",
        },
      },
    };
  }
  if (packages.has("django-rq") && django)
    return {
      worker: { command: ["python", "manage.py", "rqworker", ...queuesIn(sources)], health: unseenProgress },
    };
  if (packages.has("rq"))
    return { worker: { command: ["rq", "worker", ...queuesIn(sources)], health: rqHealth } };
  if (packages.has("django-dramatiq") && django)
    return { worker: { command: ["python", "manage.py", "rundramatiq"], health: unseenProgress } };
  const dramatiq = packages.has("dramatiq") ? at(/^@((?:dramatiq\.)?actor)\b/m) : undefined;
  if (dramatiq !== undefined)
    return { worker: { command: ["dramatiq", dramatiq.module], health: unseenProgress } };
  const huey = packages.has("huey") ? at(/^(\w+)\s*=\s*(?:huey\.)?\w*Huey\(/m) : undefined;
  if (packages.has("huey") && django && huey === undefined)
    return { worker: { command: ["python", "manage.py", "run_huey"], health: unseenProgress } };
  if (huey !== undefined)
    return { worker: { command: ["huey_consumer", `${huey.module}.${huey.name}`], health: unseenProgress } };
  const taskiq = packages.has("taskiq") ? at(/^(\w+)\s*(?::[^=\n]+)?=\s*\(?\s*\w*Broker\(/m) : undefined;
  if (taskiq !== undefined)
    return {
      worker: { command: ["taskiq", "worker", `${taskiq.module}:${taskiq.name}`], health: unseenProgress },
    };
  return {};
}

/** RQ's workers write down where they run, and are forgotten minutes after they stop saying that they live. */
const rqHealth: SuggestedHealth = {
  command: [
    "python",
    "-c",
    [
      "import os, socket, sys",
      "from redis import Redis",
      "from rq import Worker",
      `workers = Worker.all(connection=Redis.from_url(os.environ["${rqAddress}"]))`,
      "sys.exit(all(worker.hostname != socket.gethostname() for worker in workers))",
    ].join("; "),
  ],
  timeout: "10s",
};

/** Names of the queues that the sources fill. */
function queuesIn(sources: readonly Source[]): readonly string[] {
  const named = sources.flatMap(({ text }) =>
    [...text.matchAll(/\bQueue\(\s*(?:name\s*=\s*)?["']([\w.-]+)["']|@job\(\s*["']([\w.-]+)["']/g)].map(
      (match) => (match[1] ?? match[2]) as string,
    ),
  );
  const other = sources.some(({ text }) => /\bQueue\(\s*(?:connection|\))/.test(text));
  const all = [...new Set([...named, ...(other || named.length === 0 ? ["default"] : [])])];
  return all.sort();
}

/** Processes as a Procfile starts them: what it says counts more than what is usual; `web` stays what was found. */
export function withProcfile(files: FileTree, found: Services): Services {
  const told = Object.entries(procfileOf(files)).filter(([name]) => !/^(web|release)$/.test(name));
  const named = Object.fromEntries(
    told.map(([name, command]) => {
      const key = name.toLowerCase().replaceAll("_", "-");
      const same = found[key];
      const beat = /\bcelery\b.*\bbeat\b|scheduler|clock/.test(command.join(" "));
      return [key, { health: unseenProgress, ...(beat ? { single: true } : {}), ...same, command }];
    }),
  );
  return { ...found, ...named };
}

/** The job that a Procfile wants before each release. */
export function releaseOf(files: FileTree): readonly string[] | undefined {
  return procfileOf(files)["release"];
}
