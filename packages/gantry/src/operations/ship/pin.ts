import { GantryError } from "../../base/errors.ts";
import { type Pin, type Upstream, upstreamsText } from "../../blueprint/gateway.ts";
import { execInContainer } from "../../engine/exec.ts";
import type { Session } from "../session.ts";
import { type Gateway, generationUrl } from "./gateway.ts";
import { deployProblems } from "./problems.ts";

/** How long nginx may take to take over a configuration that it accepted. */
const proveSeconds = 15;

/** Answers through each route that must come from the right containers. */
const proofsEach = 5;

/** Which containers must answer through a route. */
export interface Proof {
  readonly upstream: Upstream;
  /** What is asked for. */
  readonly path: string;
  /** Addresses of the containers. */
  readonly addresses: readonly string[];
}

/**
 * Makes the gateway send requests to these containers: writes the file, lets nginx test all of its configuration,
 * reloads, and asks until the new generation answers, every process from before is on its way out, and each route is
 * answered by whom the proofs name. A configuration that nginx refuses is taken back before anything was reloaded.
 */
export async function pinGateway(
  session: Session,
  gateway: Gateway,
  pin: Pin,
  proofs: readonly Proof[] = [],
): Promise<void> {
  await runInside(session, gateway, {
    text: upstreamsText(gateway.upstreams, pin),
    generation: pin.generation,
    proofs,
  });
}

/** Asks the same of a gateway that serves a generation already. */
export async function proveGateway(
  session: Session,
  gateway: Gateway,
  generation: string,
  proofs: readonly Proof[],
): Promise<void> {
  await runInside(session, gateway, { text: "", generation, proofs });
}

/** All in one command, because each takes a tenth of a second in which nothing happens. */
async function runInside(
  session: Session,
  gateway: Gateway,
  wanted: { readonly text: string; readonly generation: string; readonly proofs: readonly Proof[] },
): Promise<void> {
  const { urls, pattern } = questionsOf(gateway.facts.statusPort, wanted.proofs);
  const { exitCode, stdout, stderr } = await execInContainer(session.engine, gateway.id, {
    command: ["sh", "-c", script, "sh", ...urls.flatMap((url) => ["-o", "/dev/null", url])],
    environment: {
      TEXT: wanted.text,
      FILE: gateway.facts.upstreamsFile,
      URL: generationUrl(gateway.facts),
      GENERATION: wanted.generation,
      ANSWERS: String(urls.length),
      RIGHT: pattern,
      LIMIT: String(proveSeconds),
    },
    signal: session.signal,
  });
  const { generation, answers } = readAnswers(stdout);
  const notSwitched = (to: string, but: string): GantryError =>
    new GantryError(deployProblems.notSwitched(gateway.service, to, but === "" ? "nothing" : but), {
      exit: "unhealthy",
    });
  switch (exitCode) {
    case 0:
      return;
    case ends.notServed:
      throw notSwitched(wanted.generation, generation);
    case ends.staying:
      throw notSwitched("the new one", "the old one in one of its processes");
    case ends.others: {
      const addresses = new Set(wanted.proofs.flatMap((proof) => proof.addresses));
      throw notSwitched([...addresses].join(", "), [...new Set(answers)].join(", "));
    }
    default: {
      const said = `${stdout}${stderr}`.trim().split("\n");
      throw new GantryError(deployProblems.gatewayRefused(gateway.service, said.slice(-10)), {
        exit: "unhealthy",
      });
    }
  }
}

/** What to ask for each proof, and what the lines of all right answers look like; pure. */
export function questionsOf(
  statusPort: number,
  proofs: readonly Proof[],
): { readonly urls: readonly string[]; readonly pattern: string } {
  const urls: string[] = [];
  const patterns: string[] = [];
  for (const { upstream, path, addresses } of proofs) {
    const url = `http://127.0.0.1:${statusPort}/answers/${upstream.name}${path}`;
    const numbers = Array.from({ length: proofsEach }, (_, i) => urls.length + i);
    urls.push(...numbers.map((_, i) => `${url}${path.includes("?") ? "&" : "?"}proof=${i}`));
    const right = addresses.map((address) => address.replaceAll(".", "\\.")).join("|");
    // nginx lists all that it tried: the last one answered.
    patterns.push(`^(${numbers.join("|")}) [0-9]+ (.*[,:] )?(${right}):${upstream.port}$`);
  }
  return { urls, pattern: patterns.join("|") };
}

/** What the script below printed: the generation by itself in a line, and who gave each answer; pure. */
export function readAnswers(text: string): {
  readonly generation: string;
  readonly answers: readonly string[];
} {
  const lines = text.split("\n").filter((line) => line !== "");
  const answer = /^\d+ \d{3} (.*)$/;
  return {
    generation: lines.find((line) => !answer.test(line)) ?? "",
    answers: lines.flatMap((line) => answer.exec(line)?.[1] || []),
  };
}

/** Exit codes of the script below. */
const ends = { notServed: 75, staying: 76, others: 77 } as const;

/**
 * A rename is one step: nginx reads the old file or the new. Its master, the parent of all others, reloads on SIGHUP;
 * `nginx -s reload` would read all of the configuration once more to find it. That the old processes go is seen at
 * little cost, and nobody is asked before. Time is what the machine has run, which no clock changes.
 */
const script = `set -eu
now() { read -r up _ < /proc/uptime; echo "\${up%%.*}"; }
stays() { [ -n "$serving" ] && [ -n "$(grep -L 'shutting down' $serving 2>/dev/null)" ]; }
ask() {
  said=$(curl -s --parallel --max-time 3 -w '\\n%{urlnum} %{http_code} %header{x-answered-by}\\n' "$@" "$URL" || true)
  code=0
  if ! printf '%s\\n' "$said" | grep -Fxq "$GENERATION"; then code=${ends.notServed}
  elif [ "$ANSWERS" -gt 0 ] && [ "$(printf '%s\\n' "$said" | grep -Ec "$RIGHT")" -ne "$ANSWERS" ]; then code=${ends.others}
  fi
}
serving=
if [ -n "$TEXT" ]; then
  serving=$(grep -l '^nginx: worker process' /proc/[0-9]*/cmdline 2>/dev/null || true)
  printf %s "$TEXT" > "$FILE.new"
  cp "$FILE" "$FILE.before"
  mv "$FILE.new" "$FILE"
  if ! nginx -t; then
    mv "$FILE.before" "$FILE"
    exit 1
  fi
  one=\${serving%%/cmdline*}
  if read -r _ _ _ master _ < "$one/stat"; then kill -HUP "$master"; else nginx -s reload; fi
fi
end=$(($(now) + LIMIT))
while :; do
  code=${ends.staying}
  if ! stays; then ask "$@"; fi
  if [ "$code" -eq 0 ]; then exit 0; fi
  if [ "$(now)" -gt "$end" ]; then
    ask "$@"
    if [ "$code" -eq 0 ]; then code=${ends.staying}; fi
    printf '%s\\n' "$said"
    exit "$code"
  fi
  sleep 0.02
done`;
