import type { Parallelism } from "../../blueprint/plan.ts";

/**
 * How servers learn their number of processes. Left alone, they count the host's processors (benoitc/gunicorn#2028):
 * a worker with half a processor on a machine of 64 would start 64. gunicorn and uvicorn read WEB_CONCURRENCY; the
 * figures are gunicorn's own advice (docs.gunicorn.org, "How Many Workers?") and one event loop per processor.
 */
export const pythonParallelism: readonly Parallelism[] = [
  { variable: "WEB_CONCURRENCY", word: "uvicorn", perCpu: 1, plus: 0 },
  { variable: "WEB_CONCURRENCY", word: "gunicorn", perCpu: 2, plus: 1 },
  // os.cpu_count() since Python 3.13; thread pools, multiprocessing and Celery's prefork pool go by it.
  { variable: "PYTHON_CPU_COUNT", perCpu: 1, plus: 0 },
];

/** The same program, reloading when a file changes; `undefined` where it cannot, and is restarted instead. */
export function reloading(
  command: readonly string[],
  has: (name: string) => boolean,
  django: boolean,
): readonly string[] | undefined {
  const [program, ...rest] = command;
  if (program === "uvicorn") return [program, ...withoutOption(rest, ["--workers"]), "--reload"];
  if (program === "gunicorn") {
    const port = /:(\d+)$/.exec(optionValue(rest, ["--bind", "-b"]) ?? "")?.[1] ?? "8000";
    if (django) return ["python", "manage.py", "runserver", `0.0.0.0:${port}`];
    const application = rest.find((word) => /^[\w.]+:[\w.]+$/.test(word));
    const asynchronous = /uvicorn/.test(optionValue(rest, ["--worker-class", "-k"]) ?? "");
    // gunicorn's own reload does not reach uvicorn's workers (Kludex/uvicorn#2133); uvicorn alone reloads well.
    if (asynchronous && application !== undefined && has("uvicorn"))
      return ["uvicorn", application, "--host", "0.0.0.0", "--port", port, "--reload"];
    // One worker, whatever its file says: each watches the sources. One with threads ends only when the gateway's open
    // connections have, half a minute later, unless it is told otherwise.
    const kept = withoutOption(rest, ["--workers", "-w", "--preload", "--graceful-timeout"]);
    return [program, ...kept, "--workers", "1", "--graceful-timeout", "1", "--reload"];
  }
  if (program === "flask" && rest.includes("run"))
    return rest.includes("--debug") ? command : [...command, "--debug"];
  if (program === "fastapi" && rest[0] === "run") return [program, ...rest, "--reload"];
  return undefined;
}

/** The program under debugpy, which waits for nobody. */
export function debugging(command: readonly string[], port: number): readonly string[] {
  const listen = ["python", "-Xfrozen_modules=off", "-m", "debugpy", "--listen", `0.0.0.0:${port}`];
  return command[0] === "python" ? [...listen, ...command.slice(1)] : [...listen, "-m", ...command];
}

function optionValue(words: readonly string[], names: readonly string[]): string | undefined {
  for (const [index, word] of words.entries()) {
    if (names.includes(word)) return words[index + 1];
    const [name, value] = word.split("=", 2);
    if (value !== undefined && names.includes(name as string)) return value;
  }
  return undefined;
}

function withoutOption(words: readonly string[], names: readonly string[]): readonly string[] {
  return words.filter(
    (word, index) =>
      !names.includes(word) &&
      !names.some((name) => word.startsWith(`${name}=`)) &&
      !(names.includes(words[index - 1] ?? "") && !(words[index - 1] ?? "").includes("preload")),
  );
}
