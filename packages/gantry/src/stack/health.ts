import type { Problem } from "../base/errors.ts";
import { parseDuration } from "../base/units.ts";
import { patiently, shellWord } from "../blueprint/helpers.ts";
import type { HealthBlueprint, Probe } from "../blueprint/model.ts";
import type { ImageTraits } from "../blueprint/plan.ts";
import type { HealthInput, HealthTiming } from "./types.ts";

/** Times of a probe: quick while it starts, calm afterwards. */
export const probeTimes: Readonly<
  Record<"intervalMs" | "timeoutMs" | "retries" | "startPeriodMs" | "startIntervalMs", number>
> = {
  intervalMs: 15_000,
  timeoutMs: 3_000,
  retries: 3,
  startPeriodMs: 60_000,
  // The engine asks this often only inside start_period.
  startIntervalMs: 100,
};

/** A probe that boots an interpreter takes 50 ms of a processor and more: asked less often, or it slows down what it waits for. */
const interpreterStartIntervalMs = 500;

/** Health of a user's own service, with a probe that its image can run. */
export function healthOf(
  input: HealthInput | undefined,
  port: number | undefined,
  image: ImageTraits | undefined,
  path: string,
): { health: HealthBlueprint; problems: readonly Problem[] } {
  const probe = probeOf(input, port);
  const timing: HealthTiming = typeof input === "object" && !("none" in input) ? input : {};
  const problems: Problem[] = [];
  if (probe === undefined) {
    problems.push({
      code: "GTY1301",
      path: `${path}.health`,
      what: "nothing says how one knows that it is well",
      why: "It listens on no port, so that nothing can be asked; others would start before it works, and a hanging one would never be seen.",
      fix: 'Give health: { file: "/tmp/alive" } (touched while it makes progress), { command: [...] }, or { none: "why" }.',
    });
  }
  const chosen = probe ?? { kind: "none", because: "not given" };
  const test = probeTest(chosen, image);
  if (test === "impossible") {
    problems.push({
      code: "GTY1302",
      path: `${path}.health`,
      what: "its image has no program that could ask",
      why: `An HTTP probe runs inside the container; this image is said to have ${image?.programs.join(", ") || "no programs"} and ${image?.shell === true ? "a shell" : "no shell"}.`,
      fix: "Give health: { command: [...] } with a program of the image, or name one in `programs`.",
    });
  }
  return {
    problems,
    health: {
      probe: chosen,
      test: test === "impossible" ? undefined : test,
      intervalMs: ms(timing.interval, probeTimes.intervalMs),
      timeoutMs: ms(timing.timeout, probeTimes.timeoutMs),
      retries: timing.retries ?? probeTimes.retries,
      startPeriodMs: ms(timing.startPeriod, probeTimes.startPeriodMs),
      startIntervalMs: ms(
        timing.startInterval,
        test !== "impossible" && bootsInterpreter(test, image)
          ? interpreterStartIntervalMs
          : probeTimes.startIntervalMs,
      ),
      livenessPath: typeof input === "object" && "http" in input ? input.live : undefined,
    },
  };
}

const lightPrograms: readonly (string | undefined)[] = ["bash", "curl", "wget"];

/** A probe's own program, or a command of the user's, which is most often written in the language of the image. */
function bootsInterpreter(test: readonly string[] | undefined, image: ImageTraits | undefined): boolean {
  const interpreters = image?.programs.filter((program) => program === "node" || program === "python") ?? [];
  return interpreters.length > 0 && test?.[0] === "CMD" && !lightPrograms.includes(test[1]);
}

const ms = (text: string | undefined, otherwise: number): number => parseDuration(text ?? "") ?? otherwise;

function probeOf(input: HealthInput | undefined, port: number | undefined): Probe | undefined {
  if (input === undefined) return port === undefined ? undefined : { kind: "tcp", port };
  if (typeof input === "string") return port === undefined ? undefined : { kind: "http", port, path: input };
  if ("http" in input) {
    const asked = input.port ?? port;
    return asked === undefined ? undefined : { kind: "http", port: asked, path: input.http };
  }
  if ("tcp" in input) return { kind: "tcp", port: input.tcp };
  if ("command" in input) return { kind: "command", command: input.command };
  if ("file" in input) return { kind: "file", path: input.file, maxAgeMs: ms(input.maxAge, 30_000) };
  return { kind: "none", because: input.none };
}

/** Compose's `test` for a probe: exec form with what the image has. The output of a failing one says what it saw. */
export function probeTest(
  probe: Probe,
  image: ImageTraits | undefined,
): readonly string[] | undefined | "impossible" {
  switch (probe.kind) {
    case "none":
      return undefined;
    case "command":
      return ["CMD", ...probe.command];
    case "file":
      return fileTest(probe.path, Math.round(probe.maxAgeMs / 1000), image);
    case "tcp":
      return networkTest(image, {
        node: `require("node:net").connect(${probe.port},"127.0.0.1",()=>process.exit(0)).on("error",e=>{console.error(e.message);process.exit(1)})`,
        python: `import socket; socket.create_connection(("127.0.0.1", ${probe.port}), 2).close()`,
        curl: ["curl", "--silent", "--max-time", "2", `telnet://127.0.0.1:${probe.port}`],
        shell: `nc -z -w 2 127.0.0.1 ${probe.port} || bash -c '</dev/tcp/127.0.0.1/${probe.port}'`,
        bash: connectByBash(probe.port),
        own: `tcp://127.0.0.1:${probe.port}`,
      });
    case "http": {
      const url = `http://127.0.0.1:${probe.port}${probe.path}`;
      return networkTest(image, {
        node: `require("node:http").get("${url}",{timeout:2500},r=>{r.pipe(process.stdout);process.exitCode=r.statusCode<300?0:1}).on("timeout",function(){this.destroy(Error("no answer in 2.5 s"))}).on("error",e=>{console.error(e.message);process.exit(1)})`,
        python: `import sys, urllib.request, urllib.error
try: print(urllib.request.urlopen("${url}", timeout=2.5).read(300).decode())
except urllib.error.HTTPError as e: sys.exit(f"{e.code} {e.read(300).decode()}")
except OSError as e: sys.exit(str(e))`,
        curl: ["curl", "--fail-with-body", "--silent", "--show-error", "--max-time", "2.5", url],
        shell: `wget -q -T 2 -O - ${url} || curl --fail-with-body -sS -m 2.5 ${url}`,
        bash: httpByBash(probe.port, probe.path),
        own: url,
      });
    }
    default:
      return probe satisfies never;
  }
}

function connectByBash(port: number): string {
  return `${patiently(`{ exec 3<>/dev/tcp/127.0.0.1/${port}; } 2>/dev/null`)}
[[ -e /dev/fd/3 ]] || { echo "nothing listens on port ${port}"; exit 1; }`;
}

/** HTTP 1.0, so that the body comes in one piece: it is what a failing probe is explained with. */
function httpByBash(port: number, path: string): string {
  const literally = path.replaceAll("\\", "\\\\").replaceAll("%", "%%");
  const request = `GET ${literally} HTTP/1.0\\r\\nHost: 127.0.0.1:${port}\\r\\n\\r\\n`;
  return `${connectByBash(port)}
printf ${shellWord(request)} >&3
read -rt 2.5 _ status <&3 || { echo "no answer in 2.5 s"; exit 1; }
[[ $status = 2* ]] || echo "$status"
while IFS= read -r line && [[ $line != $'\\r' ]]; do :; done <&3
cat <&3
[[ $status = 2* ]]`;
}

interface Forms {
  readonly node: string;
  readonly python: string;
  readonly curl: readonly string[];
  readonly shell: string;
  readonly bash: string;
  readonly own: string;
}

function networkTest(image: ImageTraits | undefined, forms: Forms): readonly string[] | "impossible" {
  // Nothing is known of an image that was only named: most have a shell and one of the two programs.
  if (image === undefined) return ["CMD-SHELL", forms.shell];
  if (image.probe !== undefined) return ["CMD", ...image.probe, forms.own];
  for (const program of image.programs) {
    if (program === "bash") return ["CMD", "bash", "-c", forms.bash];
    if (program === "curl") return ["CMD", ...forms.curl];
    if (program === "wget") return ["CMD", "wget", "-q", "-T", "2", "-O", "-", forms.own];
    if (program === "node") return ["CMD", "node", "-e", forms.node];
    if (program === "python") return ["CMD", "python", "-c", forms.python];
  }
  return "impossible";
}

/** A file from the future was touched before the clock was set back: by whoever may be dead since. */
function fileTest(
  path: string,
  seconds: number,
  image: ImageTraits | undefined,
): readonly string[] | "impossible" {
  if (image === undefined || image.shell) {
    return [
      "CMD-SHELL",
      `${patiently(`[ -e ${path} ]`)}
age=$(($(date +%s) - $(stat -c %Y ${path}))) && echo "${path} is $age s old" && [ "\${age#-}" -le ${seconds} ]`,
    ];
  }
  if (image.programs.includes("node"))
    return [
      "CMD",
      "node",
      "-e",
      `process.exit(Math.abs(Date.now()-require("node:fs").statSync("${path}").mtimeMs)<${seconds * 1000}?0:1)`,
    ];
  if (image.programs.includes("python"))
    return [
      "CMD",
      "python",
      "-c",
      `import os, sys, time; sys.exit(abs(time.time() - os.stat("${path}").st_mtime) > ${seconds})`,
    ];
  if (image.probe !== undefined) return ["CMD", ...image.probe, `file://${path}?maxAge=${seconds}`];
  return "impossible";
}
