import assert from "node:assert/strict";
import { test } from "node:test";
import { nameColours, palette } from "../../src/cli/output/palette.ts";
import { type RecordStyle, recordLines } from "../../src/cli/output/records.ts";
import { servicesTable, whereItRuns } from "../../src/cli/output/services.ts";
import type { LogRecord } from "../../src/operations/logs.ts";
import type { ServiceStatus } from "../../src/operations/status.ts";
import { begin } from "./support/events.ts";

const none = palette(false);
const style: RecordStyle = {
  paint: none,
  colourOf: nameColours([], false),
  nameColumns: 8,
  offsetMinutes: () => 60,
};
const record = (more: Partial<LogRecord>): LogRecord => ({
  service: "api",
  replica: 1,
  time: begin + 43_441_123,
  stream: "stdout",
  text: "",
  level: undefined,
  message: undefined,
  fields: undefined,
  ...more,
});

test("a line of text: service, local time, text", () => {
  assert.deepEqual(recordLines(record({ text: "listening on \u001b[1m3000\u001b[0m" }), style), [
    "api-1    | 13:04:01.123 listening on 3000",
  ]);
});

test("a time at the start of the text is said once", () => {
  for (const stamp of [
    "2026-01-01 12:04:01.123 UTC ",
    "2026/01/01 12:04:01 ",
    "[2026-01-01T12:04:01,123+01:00] ",
    "2026-01-01T12:04:01Z ",
  ])
    assert.deepEqual(recordLines(record({ text: `${stamp}[1] LOG:  ready` }), style), [
      "api-1    | 13:04:01.123 [1] LOG:  ready",
    ]);
});

test("Redis says the time in the middle of its lines, which is left out too", () => {
  const text = "1:M 21 Nov 2026 09:18:15.323 * Ready to accept connections tcp";
  assert.deepEqual(recordLines(record({ text }), style), [
    "api-1    | 13:04:01.123 1:M * Ready to accept connections tcp",
  ]);
});

test("a line of JSON: level, message, then its fields, without what every line repeats", () => {
  const fields = {
    pid: 1,
    hostname: "x",
    port: 3000,
    req: { method: "GET", url: "/a b" },
    tags: ["x"],
    ok: true,
  };
  assert.deepEqual(recordLines(record({ level: "info", message: "ready", fields }), style), [
    'api-1    | 13:04:01.123 INFO  ready port=3000 req.method=GET req.url="/a b" tags=["x"] ok=true',
  ]);
});

test("a stack trace stands below the line, under the same name", () => {
  const fields = { err: { type: "Error", stack: "Error: no\n    at f (a.js:1:1)" } };
  assert.deepEqual(recordLines(record({ level: "error", message: "failed", fields }), style), [
    "api-1    | 13:04:01.123 ERROR failed err.type=Error",
    "api-1    |     Error: no",
    "api-1    |         at f (a.js:1:1)",
  ]);
});

const status = (service: string, more: Partial<ServiceStatus> = {}): ServiceStatus => ({
  service,
  replica: 1,
  role: "application",
  container: `parcel-dev-${service}-1`,
  id: "1f",
  image: "x",
  state: "running",
  health: "healthy",
  exitCode: undefined,
  well: true,
  uptimeMs: 192_000,
  restarts: 0,
  ports: [],
  cpuPercent: 0.42,
  memoryBytes: 44_300_000,
  memoryLimit: 536_870_912,
  ...more,
});
const stack: readonly ServiceStatus[] = [
  status("api", { replica: 1, cpuPercent: 12.3 }),
  status("api", { replica: 2, health: "starting", well: false, restarts: 2 }),
  status("db", {
    ports: [{ host: "127.0.0.1", port: 5432, target: 5432, url: undefined }],
    memoryBytes: 520_000_000,
  }),
  status("edge", { ports: [{ host: "0.0.0.0", port: 8080, target: 8080, url: "http://127.0.0.1:8080" }] }),
  status("migrate", {
    role: "job",
    state: "exited",
    exitCode: 0,
    health: undefined,
    uptimeMs: undefined,
    cpuPercent: undefined,
    memoryBytes: undefined,
  }),
  status("worker", {
    state: "missing",
    replica: 0,
    well: false,
    health: undefined,
    uptimeMs: undefined,
    cpuPercent: undefined,
    memoryBytes: undefined,
  }),
];

test("ps: every column where there is room", () => {
  assert.equal(
    servicesTable(stack, none, undefined),
    `SERVICE  STATE     UPTIME  PORTS          CPU            MEMORY  RESTARTS
api-1    healthy    3 min                12 %  42.2 MB / 512 MB
api-2    starting   3 min               0.4 %  42.2 MB / 512 MB         2
db       healthy    3 min  5432→5432    0.4 %   496 MB / 512 MB
edge     healthy    3 min  *:8080→8080  0.4 %  42.2 MB / 512 MB
migrate  done
worker   missing`,
  );
});

test("ps: a narrow terminal loses processor and memory first, and keeps restarts and ports", () => {
  assert.equal(
    servicesTable(stack.slice(1, 4), none, 50),
    `SERVICE  STATE     UPTIME  PORTS        RESTARTS
api      starting   3 min                      2
db       healthy    3 min  5432→5432
edge     healthy    3 min  *:8080→8080`,
  );
});

test("ps: a column that says nothing is not there", () => {
  assert.equal(servicesTable(stack.slice(5), none, 80), "SERVICE  STATE\nworker   missing");
});

test("ps: what died says with which code, on a terminal in red", () => {
  const dead = status("api", {
    state: "exited",
    exitCode: 137,
    health: undefined,
    well: false,
    uptimeMs: undefined,
  });
  assert.match(servicesTable([dead], none, 80), /api +exited \(137\)/);
  assert.ok(servicesTable([dead], palette(true), 80).includes("\u001b[31mexited (137)\u001b[39m"));
});

test("what up says at its end: what to open first, then other ports", () => {
  assert.deepEqual(whereItRuns(stack, none), ["  edge  http://127.0.0.1:8080", "  db    127.0.0.1:5432"]);
});
