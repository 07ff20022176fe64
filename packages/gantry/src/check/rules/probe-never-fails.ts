import { hasAny } from "../../base/text.ts";
import type { CommandLine } from "../../read/dockerfile/model.ts";
import { commandsOf, hasOption } from "../../read/shell/questions.ts";
import { eachStage } from "../../read/walk.ts";
import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import type { Rule } from "../types.ts";

/** A health check that says "healthy" to an error page. */
export const probeNeverFails: Rule = {
  code: "GD035",
  name: "probe-never-fails",
  family: "dockerfile",
  rank: "hardening",
  what: "A HEALTHCHECK asks over HTTP but does not look at the answer's status, or throws its own result away.",
  why: "curl, requests.get and fetch succeed whenever a server answers, also with 500 or 503: the container is healthy while the application is not, and everything that waits for its health goes ahead.",
  fix: "Let the probe fail on errors: curl --fail, raise_for_status(), r.ok.",
  examples: {
    bad: [
      dockerfileExampleAt([2], "FROM nginx:1.29", "HEALTHCHECK CMD curl http://localhost/health || exit 1"),
      dockerfileExampleAt(
        [2],
        "FROM python:3.13",
        "HEALTHCHECK CMD python -c \"import requests; requests.get('http://localhost:8000/health/')\" || exit 1",
      ),
      dockerfileExampleAt([2], "FROM nginx:1.29", "HEALTHCHECK CMD curl -f http://localhost/health || true"),
      dockerfileExampleAt(
        [2],
        "FROM node:22",
        'HEALTHCHECK CMD ["node", "-e", "fetch(\'http://localhost:3000/health\')"]',
      ),
    ],
    good: [
      dockerfileExample("FROM nginx:1.29", "HEALTHCHECK CMD curl -fsS http://localhost/health || exit 1"),
      dockerfileExample("FROM nginx:1.29", "HEALTHCHECK CMD wget -q --spider http://localhost/health"),
      dockerfileExample("FROM nginx:1.29", "HEALTHCHECK CMD curl -s http://localhost/health | grep -q ok"),
      dockerfileExample(
        "FROM nginx:1.29",
        "HEALTHCHECK CMD test $(curl -s -o /dev/null -w '%{http_code}' http://localhost/) = 200",
      ),
      dockerfileExample(
        "FROM python:3.13",
        "HEALTHCHECK CMD python -c \"import requests; requests.get('http://localhost:8000/').raise_for_status()\"",
      ),
      dockerfileExample(
        "FROM node:22",
        'HEALTHCHECK CMD ["node", "-e", "fetch(\'http://localhost:3000/health\').then(r => process.exit(r.ok ? 0 : 1))"]',
      ),
    ],
  },
  *check(facts) {
    for (const { stage } of eachStage(facts)) {
      const setting = stage.config.healthcheck;
      if (setting?.value.test === undefined || setting.instruction.stage !== stage.index) continue;
      const problem = whyItNeverFails(setting.value.test);
      if (problem !== undefined) yield { at: setting.instruction.span, ...problem };
    }
  },
};

function whyItNeverFails(test: CommandLine): { message: string; fix: string } | undefined {
  const script = test.form === "exec" ? test.words.join(" ") : test.text;
  if (/(?:\|\||;)\s*(?:true|:|exit\s+0|echo\b[^|&;]*)\s*$/.test(script)) {
    return {
      message: "This probe cannot fail: what stands at its end succeeds always.",
      fix: "Take away what stands behind || (or write exit 1 there).",
    };
  }
  const commands = commandsOf(test);
  const [first] = commands;
  if (first === undefined || first.piped || first.depth > 0 || hasAny(script, ["$(", "`"])) return undefined;
  if (first.name === "curl" && commands.every((one) => one.name === "curl" || one.name === "exit")) {
    if (
      hasOption(
        first,
        "-f",
        "--fail",
        "--fail-with-body",
        "--fail-early",
        "-w",
        "--write-out",
        "-K",
        "--config",
      )
    )
      return undefined;
    if (!first.words.some(({ value }) => hasAny(value, ["http://", "https://", "localhost", "127.0.0.1"])))
      return undefined;
    return {
      message:
        "curl succeeds with any answer, so this container stays healthy while the application answers 500.",
      fix: "Write curl --fail.",
    };
  }
  const code = first.words.find(
    ({ value }) => value.includes("(") && /requests\.(?:get|head)\(|\bfetch\(/.test(value),
  )?.value;
  if (code === undefined) return undefined;
  if (/raise_for_status|status|\.ok\b|assert|sys\.exit|process\.exit|\bexit\(|json\(/.test(code))
    return undefined;
  return code.includes("requests.")
    ? {
        message:
          "requests.get succeeds with any answer, so this container stays healthy while the application answers 500.",
        fix: "Write requests.get(...).raise_for_status().",
      }
    : {
        message:
          "fetch succeeds with any answer, so this container stays healthy while the application answers 500.",
        fix: "Write fetch(...).then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1)).",
      };
}
