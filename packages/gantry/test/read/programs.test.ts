import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseDockerfile } from "../../src/read/dockerfile/parse.ts";
import { resolveImageReference } from "../../src/read/image-reference.ts";
import { probePrograms, programsInStage, programsLikelyIn } from "../../src/read/programs.ts";

function inImage(reference: string, program: string): string {
  return programsLikelyIn(resolveImageReference(reference)).has(program);
}

function inStage(lines: readonly string[], program: string): string {
  const stage = parseDockerfile("Dockerfile", lines.join("\n")).stages.at(-1);
  assert.ok(stage);
  return programsInStage(stage).has(program);
}

describe("programs of well-known images", () => {
  const cases: readonly (readonly [string, string, "yes" | "no" | "unknown"])[] = [
    ["python:3.13-slim", "curl", "no"],
    ["python:3.13", "curl", "yes"],
    ["python:3.13-slim", "python3", "yes"],
    ["node:22-alpine", "wget", "yes"],
    ["node:22-alpine", "curl", "no"],
    ["node:22-alpine", "bash", "no"],
    ["node:22-bookworm", "curl", "yes"],
    ["node:22-bookworm-slim", "curl", "no"],
    ["postgres:17", "pg_isready", "yes"],
    ["postgres:17-alpine", "bash", "unknown"],
    ["nginx:1.29", "curl", "yes"],
    ["nginx:1.29-alpine-slim", "curl", "no"],
    ["mariadb:11", "mysqladmin", "no"],
    ["mariadb:10.11", "mysqladmin", "unknown"],
    ["gcr.io/distroless/nodejs22-debian12", "sh", "no"],
    ["gcr.io/distroless/nodejs22-debian12", "node", "yes"],
    ["gcr.io/distroless/static:debug", "sh", "yes"],
    ["ubuntu:24.04", "ps", "unknown"],
    ["example.com/own", "curl", "unknown"],
    ["python:3.13-slim", "celery", "unknown"],
  ];
  for (const [reference, program, expected] of cases) {
    it(`${reference} has ${program}: ${expected}`, () => assert.equal(inImage(reference, program), expected));
  }
});

describe("programs of a stage", () => {
  const base = "FROM debian:13-slim AS base";
  const cases: readonly (readonly [string, readonly string[], "yes" | "no" | "unknown"])[] = [
    ["nothing installed", [base], "no"],
    [
      "installed",
      [base, "RUN apt-get update && apt-get install -y --no-install-recommends curl ca-certificates"],
      "yes",
    ],
    ["installed with a version", [base, "RUN apt-get install -y curl=8.*"], "yes"],
    ["installed below", [base, "RUN apt-get install -y curl", "FROM base", "USER app"], "yes"],
    ["installed in another stage", [base, "RUN apt-get install -y curl", "FROM debian:13-slim"], "no"],
    [
      "installed in a here-document",
      [base, "RUN <<EOF", "apt-get update", "apt-get install -y \\", "  curl", "EOF"],
      "yes",
    ],
    ["copied", [base, "COPY --from=x /usr/bin/curl /usr/local/bin/"], "yes"],
    ["copied with many others", [base, "COPY --from=x /usr/bin/ /usr/bin/"], "unknown"],
    ["packages in a variable", [base, "RUN apt-get install -y $PACKAGES"], "unknown"],
    ["a script of the project", [base, "COPY setup.sh /tmp/", "RUN /tmp/setup.sh"], "unknown"],
    ["a script from the network", [base, "RUN wget -qO- https://example.com/install | sh"], "unknown"],
    ["an unknown base", ["FROM example.com/base"], "unknown"],
    ["scratch", ["FROM scratch"], "no"],
  ];
  for (const [name, lines, expected] of cases) {
    it(`with ${name}: curl is there: ${expected}`, () => assert.equal(inStage(lines, "curl"), expected));
  }
});

describe("programs that a probe needs", () => {
  const cases: readonly (readonly ["exec" | "shell", readonly string[], readonly string[]])[] = [
    ["exec", ["curl", "-f", "http://x"], ["curl"]],
    ["exec", ["/usr/bin/curl", "x"], ["curl"]],
    ["exec", ["/app/probe"], []],
    ["shell", ["curl -f http://x || exit 1"], ["sh", "curl"]],
    ["shell", ["test -f /x && wget -q y | grep z"], ["sh", "wget", "grep"]],
    ["exec", ["sh", "-c", "redis-cli ping | grep PONG"], ["sh", "redis-cli", "grep"]],
    ["shell", ["timeout 5 curl x"], ["sh", "timeout", "curl"]],
    ["shell", ['[ "$(psql -tA)" = 1 ]'], ["sh", "psql"]],
    ["shell", ["$PROBE x"], ["sh"]],
  ];
  for (const [form, words, expected] of cases) {
    it(`as ${JSON.stringify(words)}`, () => {
      assert.deepEqual(
        [...probePrograms({ form, words, text: words.join(" ") })].sort(),
        [...expected].sort(),
      );
    });
  }
});
