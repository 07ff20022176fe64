import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type BuildStatus,
  emptyBuild,
  failedStep,
  parseStepName,
  ReportReader,
  type SolveStatus,
  stepsOf,
  takeReport,
} from "../../src/engine/build-status.ts";
import { bakeCommand, dockerfilePlace } from "../../src/engine/buildx.ts";

const targets = ["api-dev", "web-dev"];

function after(...reports: readonly SolveStatus[]): BuildStatus {
  return reports.reduce((status, report) => takeReport(status, report, targets).status, emptyBuild);
}

test("a step's name says target, stage and instruction", () => {
  const cases: [string, readonly string[], string[]][] = [
    ["[api-dev build 3/7] RUN npm ci", targets, ["api-dev", "build", "build 3/7 RUN npm ci"]],
    ["[api-dev 2/7] COPY a b", targets, ["api-dev", "", "2/7 COPY a b"]],
    [
      '[api-dev build 3/7] RUN --mount=type=secret,id=extra-ca if [ -s /run/secrets/extra-ca ]; then export A=/run/secrets/extra-ca; fi && if [ -n "$HTTPS_PROXY" ]; then export B="${HTTP_PROXY:-$HTTPS_PROXY}"; fi && yarn install',
      targets,
      ["api-dev", "build", "build 3/7 RUN yarn install"],
    ],
    ["[build 3/7] RUN npm ci", ["api-dev"], ["api-dev", "build", "build 3/7 RUN npm ci"]],
    [
      "[web-dev internal] load build context",
      targets,
      ["web-dev", "internal", "internal load build context"],
    ],
    ["[web-dev] exporting to image", targets, ["web-dev", "", "exporting to image"]],
    ["exporting to image", ["api-dev"], ["api-dev", "", "exporting to image"]],
    [
      "[internal] load local bake definitions",
      targets,
      ["", "internal", "internal load local bake definitions"],
    ],
  ];
  for (const [name, all, [target, stage, title]] of cases) {
    const step = parseStepName(name, all);
    assert.deepEqual([step.target, step.stage, step.title], [target, stage, title], name);
    assert.equal(step.internal, !/\d\/\d/.test(name), name);
  }
});

test("steps go from running to done, cached or failed, and keep the end of their output", () => {
  const data = (text: string): string => Buffer.from(text).toString("base64");
  const status = after(
    { vertexes: [{ digest: "a", name: "[api-dev 1/2] FROM x", started: "t", completed: "t", cached: true }] },
    { vertexes: [{ digest: "b", name: "[api-dev 2/2] RUN y", started: "t" }] },
    { logs: [{ vertex: "b", stream: 1, data: data("10%\r50%\rdone\nnext") }] },
    { logs: [{ vertex: "unknown", stream: 1, data: data("nobody") }] },
    { vertexes: [{ digest: "b", name: "[api-dev 2/2] RUN y", started: "t", completed: "t", error: "bad" }] },
  );
  assert.deepEqual(
    stepsOf(status, "api-dev").map(({ state, output }) => [state, output]),
    [
      ["cached", []],
      ["failed", ["done", "next"]],
    ],
  );
  assert.equal(failedStep(status)?.instruction, "RUN y");
});

test("the step that failed is told from those that were cancelled because of it", () => {
  const status = after({
    vertexes: [
      { digest: "a", name: "[web-dev 1/1] RUN slow", error: "context canceled" },
      { digest: "b", name: "[api-dev 1/1] RUN broken", error: "exit code: 1" },
    ],
  });
  assert.equal(failedStep(status)?.target, "api-dev");
});

test("reports are found in both forms that Buildx prints, between lines for people", () => {
  const reader = new ReportReader();
  const lines = ["{", '  "logs": [', "    {}", "  ]", "}", '{"vertexes":[]}', "ERROR: no", "{not json"];
  assert.deepEqual(
    lines.map((line) => reader.push(line)),
    [
      undefined,
      undefined,
      undefined,
      undefined,
      { report: { logs: [{}] } },
      { report: { vertexes: [] } },
      { text: "ERROR: no" },
      { text: "{not json" },
    ],
  );
});

test("the place in the Dockerfile is the line above the frame", () => {
  const text = ["something", "api.Dockerfile:4", "--------------------", "   4 | >>> RUN exit 3"];
  assert.deepEqual(dockerfilePlace(text), { file: "api.Dockerfile", line: 4 });
  assert.equal(dockerfilePlace(["api.Dockerfile:4", "no frame"]), undefined);
});

test("values of variables are in the environment of Bake, never in its arguments", () => {
  const command = bakeCommand({
    file: "/s/deploy/docker-bake.hcl",
    folder: "/s",
    targets: ["api-dev"],
    nameOf: (target) => target,
    variables: { EXTRA_CA: "/ca.pem" },
    noCache: true,
    pull: false,
  });
  assert.deepEqual(command.args, [
    "buildx",
    "bake",
    "--progress=rawjson",
    "--load",
    "--no-cache",
    "--file",
    "/s/deploy/docker-bake.hcl",
    "api-dev",
  ]);
  assert.equal(command.environment?.["EXTRA_CA"], "/ca.pem");
});

test("a line that arrives in two reports is one line", () => {
  const data = (text: string): string => Buffer.from(text).toString("base64");
  const status = after(
    { vertexes: [{ digest: "b", name: "[api-dev 1/1] RUN y", started: "t" }] },
    ...["Reading...", "\n", "E:", " nothing of that\nE: name\n", "end"].map((text) => ({
      logs: [{ vertex: "b", stream: 1, data: data(text) }],
    })),
  );
  assert.deepEqual(stepsOf(status, "api-dev")[0]?.output, [
    "Reading...",
    "E: nothing of that",
    "E: name",
    "end",
  ]);
});
