import assert from "node:assert/strict";
import { test } from "node:test";
import type { ServiceBlueprint } from "../../src/blueprint/model.ts";
import type { ContainerInspect, ContainerState } from "../../src/engine/api-types.ts";
import { stopOrder } from "../../src/operations/cleanup.ts";
import { probeText } from "../../src/operations/evidence.ts";
import { explainExit } from "../../src/operations/exit-meaning.ts";
import {
  allWell,
  chainHeights,
  type Expectation,
  longestFirst,
  type Member,
  type Phase,
  phases,
  withNeeded,
} from "../../src/operations/lifecycle.ts";
import { sampleService } from "./sample-blueprint.ts";

function container(state: Partial<ContainerState>, restarts = 0): ContainerInspect {
  return {
    Id: "x",
    Name: "/x",
    Image: "",
    Created: "",
    RestartCount: restarts,
    State: {
      Status: "created",
      Running: state.Status === "running",
      OOMKilled: false,
      ExitCode: 0,
      Error: "",
      StartedAt: "",
      FinishedAt: "",
      ...state,
    },
    Config: { Image: "", Labels: {}, Tty: false, User: "", Cmd: null, Entrypoint: null },
    HostConfig: { Memory: 0, NanoCpus: 0, PortBindings: null },
    NetworkSettings: { Ports: null },
  };
}

const health = (Status: "starting" | "healthy" | "unhealthy"): Partial<ContainerState> => ({
  Status: "running",
  Health: { Status, FailingStreak: 0, Log: [] },
});

function member(
  service: string,
  state: Partial<ContainerState> | undefined,
  part: Partial<Member> = {},
): Member {
  return {
    id: `${service}-${part.replica ?? 1}`,
    service,
    replica: 1,
    begun: false,
    fresh: false,
    container: state === undefined ? undefined : container(state),
    ...part,
  };
}

const expectations = new Map<string, Expectation>(
  [
    { name: "db", job: false, after: [] },
    { name: "migrate", job: true, after: [{ service: "db", condition: "healthy" as const }] },
    {
      name: "api",
      job: false,
      after: [
        { service: "migrate", condition: "completed" as const },
        { service: "db", condition: "healthy" as const },
      ],
    },
    { name: "tail", job: false, after: [{ service: "api", condition: "started" as const }] },
  ].map((expectation) => [expectation.name, expectation]),
);

function phaseOf(members: readonly Member[], id: string): Phase | undefined {
  return phases(members, expectations).get(id);
}

test("what waits says for what, and starts when all of that is well", () => {
  const api = member("api", { Status: "created" });
  const begun = { begun: true };
  const at = (...others: readonly Member[]): Phase | undefined => phaseOf([api, ...others], "api-1");
  assert.deepEqual(at(member("db", health("starting"), begun), member("migrate", { Status: "created" })), {
    kind: "waiting",
    for: ["migrate", "db"],
  });
  assert.deepEqual(at(member("db", health("healthy")), member("migrate", { Status: "running" }, begun)), {
    kind: "waiting",
    for: ["migrate"],
  });
  assert.deepEqual(at(member("db", health("healthy")), member("migrate", { Status: "exited" }, begun)), {
    kind: "startable",
    how: "start",
  });
});

test("every replica of what is waited for counts", () => {
  const migrate = member("migrate", { Status: "created" });
  const one = member("db", health("healthy"));
  const two = member("db", health("starting"), { replica: 2, begun: true });
  assert.deepEqual(phaseOf([migrate, one, two], "migrate-1"), { kind: "waiting", for: ["db"] });
});

test("what is started is enough where no more is asked", () => {
  const tail = member("tail", { Status: "created" });
  const api = member("api", health("starting"), { begun: true });
  assert.equal(phaseOf([tail, api], "tail-1")?.kind, "startable");
});

test("a service that this run began fails by dying, restarting, turning unhealthy or vanishing", () => {
  const begun = { begun: true };
  const failure = (
    state: Partial<ContainerState> | undefined,
    part: Partial<Member> = {},
  ): Phase | undefined => phaseOf([member("db", state, { ...begun, ...part })], "db-1");
  assert.deepEqual(failure({ Status: "exited" }), { kind: "failed", failure: "exited" });
  assert.deepEqual(failure({ Status: "restarting" }), { kind: "failed", failure: "exited" });
  assert.deepEqual(failure({}, { container: container(health("starting"), 1) }), {
    kind: "failed",
    failure: "exited",
  });
  assert.deepEqual(failure(health("unhealthy")), { kind: "failed", failure: "unhealthy" });
  assert.deepEqual(failure(undefined), { kind: "failed", failure: "gone" });
});

test("what was in a bad state before is started anew instead", () => {
  const how = (state: Partial<ContainerState>): Phase | undefined => phaseOf([member("db", state)], "db-1");
  assert.deepEqual(how({ Status: "exited" }), { kind: "startable", how: "start" });
  assert.deepEqual(how(health("unhealthy")), { kind: "startable", how: "restart" });
  assert.deepEqual(how({ Status: "restarting" }), { kind: "startable", how: "restart" });
  assert.deepEqual(how({ Status: "paused" }), { kind: "startable", how: "restart" });
});

test("a job that succeeded runs again only when what it waits for is new", () => {
  const done = member("migrate", { Status: "exited" });
  const old = member("db", health("healthy"));
  assert.deepEqual(phaseOf([done, old], "migrate-1"), { kind: "well", state: "completed" });
  assert.equal(phaseOf([done, { ...old, fresh: true }], "migrate-1")?.kind, "startable");
  const failed = member("migrate", { Status: "exited", ExitCode: 1 });
  assert.equal(phaseOf([failed, old], "migrate-1")?.kind, "startable");
  assert.deepEqual(phaseOf([{ ...failed, begun: true }, old], "migrate-1"), {
    kind: "failed",
    failure: "exited",
  });
});

test("all is well when services are healthy, or run without a check, and jobs are done", () => {
  const members = [
    member("db", health("healthy")),
    member("migrate", { Status: "exited" }),
    member("api", { Status: "running" }),
  ];
  assert.equal(allWell(phases(members, expectations)), true);
  assert.equal(allWell(phases([...members, member("tail", { Status: "created" })], expectations)), false);
});

test("services bring what they need, through any number of steps", () => {
  const services = Object.fromEntries(
    [
      sampleService("edge", { uses: ["api"] }),
      sampleService("api", { uses: ["db"], after: [{ service: "migrate", condition: "completed" }] }),
      sampleService("migrate", { after: [{ service: "db", condition: "healthy" }] }),
      sampleService("db"),
      sampleService("other"),
    ].map((service) => [service.name, service]),
  );
  assert.deepEqual([...withNeeded(services, ["edge"])].sort(), ["api", "db", "edge", "migrate"]);
});

test("what is needed stops after what needs it, and a circle does not hang", () => {
  const one = (service: string): { Labels: Record<string, string> } => ({
    Labels: { "com.docker.compose.service": service },
  });
  const order = (needs: Record<string, string[]>): string[][] =>
    stopOrder(["db", "api", "edge"].map(one), new Map(Object.entries(needs))).map((wave) =>
      wave.map(({ Labels }) => Labels["com.docker.compose.service"] as string),
    );
  assert.deepEqual(order({ api: ["db"], edge: ["api", "db"] }), [["edge"], ["api"], ["db"]]);
  assert.deepEqual(order({}), [["db", "api", "edge"]]);
  assert.deepEqual(order({ db: ["api"], api: ["db"] }), [["edge"], ["db", "api"]]);
});

test("exits are explained by code, by the kernel's word and by the log", () => {
  const how = (state: Partial<ContainerState>, lines: readonly string[] = []): string => {
    const meaning = explainExit(
      { ExitCode: 1, OOMKilled: false, Error: "", ...state },
      { memory: 64 * 1024 * 1024 },
      lines,
    );
    return `${meaning.how} | ${meaning.fix}`;
  };
  assert.match(how({ ExitCode: 137, OOMKilled: true }), /over its memory limit of 64 MB/);
  assert.match(how({ ExitCode: 137 }), /SIGKILL.*its limit is 64 MB/);
  assert.match(how({ ExitCode: 127 }), /not found/);
  assert.match(
    how({ ExitCode: 127, Error: 'exec: "x": executable file not found in $PATH' }),
    /whether the image has that program/,
  );
  assert.match(how({ ExitCode: 0 }), /the program finished/);
  assert.match(how({ ExitCode: 139 }), /SIGSEGV/);
  assert.match(how({ ExitCode: 134 }, ["FATAL ERROR: JavaScript heap out of memory"]), /max-old-space-size/);
  assert.match(how({ ExitCode: 130 }), /exit code 130 \(SIGINT\)/);
  assert.match(how({}, ["FATAL: password authentication failed for user"]), /gantry down --volumes/);
  assert.match(how({}, ["Error: EROFS: read-only file system"]), /scratch folder/);
  assert.match(how({}, ["whatever"]), /last lines/);
});

test("a probe is shown as one would type it", () => {
  assert.equal(probeText(["CMD", "node", "probe.mjs"]), "node probe.mjs");
  assert.equal(probeText(["CMD-SHELL", "curl -f localhost || exit 1"]), "curl -f localhost || exit 1");
  const script = "exec 3<>/dev/tcp/127.0.0.1/8000\nprintf 'GET /healthz HTTP/1.0\\r\\n' >&3";
  assert.equal(probeText(["CMD", "bash", "-c", script]), "GET http://127.0.0.1:8000/healthz");
});

const stackOf = (after: Readonly<Record<string, readonly string[]>>, database = ""): ServiceBlueprint[] =>
  Object.entries(after).map(([name, needs]) =>
    sampleService(name, {
      role: name === database ? "database" : "application",
      after: needs.map((service) => ({ service, condition: "healthy" })),
    }),
  );

test("a service is as high as the longest chain of those that wait for it", () => {
  const heights = chainHeights(
    stackOf({ db: [], api: ["db"], edge: ["api", "page"], page: [], worker: ["db"] }),
  );
  assert.deepEqual(Object.fromEntries(heights), { db: 3, api: 2, edge: 1, page: 2, worker: 1 });
});

test("made first is what the longest chains begin with, a database before all", () => {
  const chain = { cache: [], db: [], page: [], api: ["db", "cache"], edge: ["api", "page"] };
  assert.deepEqual(longestFirst(stackOf(chain)), ["cache", "db"]);
  assert.deepEqual(longestFirst(stackOf(chain, "db")), ["db"]);
  assert.deepEqual(longestFirst(stackOf({ one: [], two: [] })), ["one", "two"]);
});

test("what Python's servers say about a name that is wrong, and a variable that is missing, becomes advice", () => {
  const fix = (line: string): string =>
    explainExit({ ExitCode: 3, OOMKilled: false, Error: "" }, { memory: undefined }, line.split("\n")).fix;
  for (const [line, words] of [
    [
      "ModuleNotFoundError: No module named 'shop.wsgi'",
      /no Python module shop\.wsgi: correct its name in `command`/,
    ],
    ['ERROR:    Error loading ASGI app. Could not import module "mian".', /no Python module mian/],
    ["gunicorn.errors.AppImportError: Failed to find attribute 'app' in 'wsgi'.", /module wsgi has no app/],
    ['ERROR: Error loading ASGI app. Attribute "api" not found in module "main".', /module main has no api/],
    ["KeyError: 'SECRET_KEY'", /wants SECRET_KEY/],
    ["ImproperlyConfigured: Set the DJANGO_KEY environment variable", /wants DJANGO_KEY/],
    [
      "ValidationError: 1 validation error for Settings\njwt_secret\n  Field required [type=missing]",
      /wants JWT_SECRET/,
    ],
    ['Error: error returned from database: relation "letters" does not exist', /no table letters/],
    ["getaddrinfo ENOTFOUND db", /name that service in `uses`/],
  ] as const)
    assert.match(fix(line), words, line);
});
