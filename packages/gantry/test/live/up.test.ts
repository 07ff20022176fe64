import assert from "node:assert/strict";
import { createServer } from "node:net";
import { test } from "node:test";
import { GantryError } from "../../src/base/errors.ts";
import type { Event } from "../../src/base/events.ts";
import type { ServiceBlueprint } from "../../src/blueprint/model.ts";
import { composeLabels, listContainers, ofProject } from "../../src/engine/containers.ts";
import { removeImage } from "../../src/engine/resources.ts";
import { serviceOf, surveyProject } from "../../src/operations/cleanup.ts";
import { down } from "../../src/operations/down.ts";
import { up } from "../../src/operations/up.ts";
import { chain, chainBlueprint, composeText } from "./chain.ts";
import { type Stage, setStage, story } from "./stage.ts";

/** The error of an operation that must fail. */
async function failure(work: Promise<unknown>): Promise<GantryError> {
  const error = await work.then(
    () => assert.fail("it should have failed"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof GantryError, String(error));
  return error;
}

async function remains(stage: Stage): Promise<{ containers: string[]; networks: number; volumes: number }> {
  const found = await surveyProject(stage.engine, `${stage.name}-dev`);
  return {
    containers: found.containers.map(serviceOf).sort(),
    networks: found.networks.size,
    volumes: found.volumes.length,
  };
}

const nothing = { containers: [], networks: 0, volumes: 0 };

/** A signal that aborts when an event of the operation says so. */
function abortWhen(stage: Stage, when: (event: Event) => boolean): AbortSignal {
  const controller = new AbortController();
  const push = stage.events.push.bind(stage.events);
  stage.events.push = (...events) => {
    if (events.some(when)) controller.abort();
    return push(...events);
  };
  return controller.signal;
}

test("a chain comes up in order, answers, is quick the second time, and goes away", async () => {
  await using stage = await setStage(chain());
  const first = await up(stage.context());
  assert.equal(first.unchanged, false);
  assert.deepEqual(
    first.services.map(({ service, state, well }) => [service, state, well]),
    [
      ["api", "running", true],
      ["db", "running", true],
      ["edge", "running", true],
      ["migrate", "exited", true],
    ],
  );
  const order = stage.events
    .filter((event) => event.kind === "finished" && /^service:/.test(event.id))
    .map((event) => event.id);
  assert.deepEqual(order, ["service:db", "service:migrate", "service:api", "service:edge"]);
  assert.deepEqual(story(stage.events, "service:migrate").slice(0, 2), ["waiting for db", "starting"]);
  assert.deepEqual(story(stage.events, "service:api").at(-1), "ok: healthy");
  const url = first.services.find(({ service }) => service === "edge")?.ports[0]?.url;
  assert.equal(await (await fetch(url as string)).text(), "ok");

  const labels = (await listContainers(stage.engine, ofProject(`${stage.name}-dev`))).map(
    ({ Labels }) => Labels[composeLabels.project],
  );
  assert.deepEqual(new Set(labels), new Set([`${stage.name}-dev`]));

  stage.events.length = 0;
  const second = await up(stage.context());
  assert.equal(second.unchanged, true);
  assert.deepEqual(
    second.services.map(({ id }) => id),
    first.services.map(({ id }) => id),
  );
  assert.deepEqual(story(stage.events, "service:migrate"), ["unchanged: completed"]);
  assert.deepEqual(story(stage.events, "up").at(-1), "unchanged: already up");

  const gone = await down(stage.context());
  assert.deepEqual(gone.kept, [`${stage.name}-dev_data`]);
  assert.deepEqual(await remains(stage), { containers: [], networks: 0, volumes: 1 });
  await down(stage.context(), { volumes: true });
  assert.deepEqual(await remains(stage), nothing);
});

test("only what changed is made anew, and a job runs again only when its database is new", async () => {
  await using stage = await setStage(chain());
  const first = await up(stage.context());
  stage.render({ "deploy/compose.yaml": composeText(stage.name, { api: ", COLOUR: blue" }) });
  stage.events.length = 0;
  const second = await up(stage.context());
  const kept = second.services.filter(({ id }, i) => id === first.services[i]?.id);
  // Compose makes edge anew too, because it waits for api.
  assert.deepEqual(
    kept.map(({ service }) => service),
    ["db", "migrate"],
  );
  assert.deepEqual(story(stage.events, "service:migrate"), ["unchanged: completed"]);
});

test("a job that fails ends it at once, with its exit code and last lines, and leaves nothing", async () => {
  await using stage = await setStage(chain({ migrate: "console.error('table is odd'); process.exit(3)" }));
  const error = await failure(up(stage.context()));
  assert.equal(error.exit, "unhealthy");
  assert.equal(error.problems[0]?.code, "GTY5003");
  assert.match(error.problems[0]?.what ?? "", /migrate failed: exit code 3/);
  assert.deepEqual(error.problems[0]?.evidence, ["table is odd"]);
  assert.deepEqual(await remains(stage), nothing);
});

test("a service that exits at once is explained by its log", async () => {
  await using stage = await setStage(chain({ api: ", FAIL: exit" }));
  const error = await failure(up(stage.context()));
  assert.equal(error.problems[0]?.code, "GTY5002");
  assert.match(error.problems[0]?.what ?? "", /api ended although it should run on: exit code 7/);
  assert.deepEqual(error.problems[0]?.evidence, ["cannot go on: no luck"]);
});

test("a service that its restart policy would start again and again ends it at its first death", async () => {
  await using stage = await setStage(
    chain({ api: ", FAIL: exit", apiExtra: "\n    restart: unless-stopped" }),
  );
  const error = await failure(up(stage.context()));
  assert.match(error.problems[0]?.what ?? "", /api ended although it should run on: exit code 7/);
});

test("a service that runs out of memory is told from one that was killed", async () => {
  const command = 'command: [ node, -e, "const all = []; for (;;) all.push(Buffer.alloc(1e6, 1))" ]';
  await using stage = await setStage(chain({ apiExtra: `\n    mem_limit: 64m\n    ${command}` }));
  const error = await failure(up(stage.context()));
  assert.match(
    error.problems[0]?.what ?? "",
    /exit code 137, killed by the kernel because it went over its memory limit of 64 MB/,
  );
});

test("without a build, images that are not there are named instead of asked for at a registry", async () => {
  await using stage = await setStage(chain());
  const error = await failure(up(stage.context(), { build: false }));
  assert.equal(error.problems[0]?.code, "GTY3017");
  assert.deepEqual(await remains(stage), nothing);
});

test("an image that no registry has is named, and nothing is left", async () => {
  await using stage = await setStage({
    ...chain(),
    blueprint: (name) => {
      const blueprint = chainBlueprint(name);
      const db = blueprint.services["db"] as ServiceBlueprint;
      const image = { kind: "reference", reference: "gantry.invalid/postgres:0" } as const;
      return { ...blueprint, services: { ...blueprint.services, db: { ...db, image } } };
    },
  });
  const error = await failure(up(stage.context()));
  assert.match(error.problems[0]?.what ?? "", /gantry\.invalid\/postgres:0/);
  assert.match(story(stage.events, "image:gantry.invalid/postgres:0").at(-1) ?? "", /^failed: not pulled/);
  assert.deepEqual(await remains(stage), nothing);
});

test("a check that turns unhealthy is explained by the probe's own output", async () => {
  await using stage = await setStage(chain({ api: ", FAIL: health" }));
  const error = await failure(up(stage.context()));
  assert.equal(error.problems[0]?.code, "GTY5004");
  assert.match(error.problems[0]?.evidence?.join("\n") ?? "", /probe: status 503 database is away/);
  assert.deepEqual(await remains(stage), nothing);
});

test("a failure of a later run leaves what ran before", async () => {
  await using stage = await setStage(chain());
  const first = await up(stage.context(), { services: ["db"] });
  assert.deepEqual(
    first.services.map(({ service }) => service),
    ["db"],
  );
  stage.render({ "deploy/compose.yaml": composeText(stage.name, { api: ", FAIL: exit" }) });
  await failure(up(stage.context()));
  assert.deepEqual(await remains(stage), { containers: ["db"], networks: 1, volumes: 1 });
  const now = await listContainers(stage.engine, ofProject(`${stage.name}-dev`));
  assert.equal(now[0]?.Id, first.services[0]?.id);
  assert.equal(now[0]?.State, "running");
});

for (const [moment, when] of [
  ["while an image is built", (event: Event) => event.kind === "started" && event.id === "image:app"],
  ["while containers are made", (event: Event) => event.kind === "progress" && event.state === "creating"],
  ["while the first starts", (event: Event) => event.id === "service:db" && event.kind === "progress"],
  [
    "when the last starts",
    (event: Event) => event.id === "service:edge" && event.kind === "progress" && event.state === "running",
  ],
] as const) {
  test(`Ctrl-C ${moment} leaves nothing`, async () => {
    await using stage = await setStage(chain());
    const error = await failure(up(stage.context(abortWhen(stage, when))));
    assert.equal(error.exit, "interrupted");
    assert.deepEqual(await remains(stage), nothing);
    const open = new Set(stage.events.filter(({ kind }) => kind === "started").map(({ id }) => id));
    for (const { id, kind } of stage.events) if (kind === "finished") open.delete(id);
    assert.deepEqual([...open], [], "every task has an end");
  });
}

test("a port in use is named with its owner: a process", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  try {
    await using stage = await setStage(chain({ edgePort: port }));
    const error = await failure(up(stage.context()));
    assert.equal(error.problems[0]?.code, "GTY5001");
    assert.equal(error.problems[0]?.what, `Port ${port} is in use, and edge wants to publish it`);
    assert.match(error.problems[0]?.why ?? "", new RegExp(`the process \\S+ \\(${process.pid}\\)`));
    assert.deepEqual(story(stage.events, "service:db"), [], "it is known before anything starts");
    assert.deepEqual(await remains(stage), nothing);
  } finally {
    server.close();
  }
});

test("a port in use is named with its owner: a container of another project", async () => {
  await using first = await setStage(chain());
  const running = await up(first.context());
  const port = running.services.find(({ service }) => service === "edge")?.ports[0]?.port as number;
  await using second = await setStage(chain({ edgePort: port }));
  const error = await failure(up(second.context()));
  assert.equal(error.problems[0]?.code, "GTY5001");
  assert.match(
    error.problems[0]?.why ?? "",
    new RegExp(`the container ${first.name}-dev-edge-1 of the project ${first.name}-dev`),
  );
});

test("a second run of the same environment is told who is busy", async () => {
  await using stage = await setStage(chain());
  const first = up(stage.context());
  const error = await failure(
    new Promise((resolve, reject) => {
      const timer = setInterval(() => {
        if (!stage.events.some(({ id }) => id === "image:app")) return;
        clearInterval(timer);
        up(stage.context()).then(resolve, reject);
      }, 5);
    }),
  );
  assert.equal(error.problems[0]?.code, "GTY5012");
  assert.match(error.problems[0]?.why ?? "", new RegExp(`process ${process.pid} `));
  await first;
});

test("a secret is made, kept, delivered as a file, and shown nowhere", async () => {
  await using stage = await setStage(chain());
  await up(stage.context());
  const { execInContainer } = await import("../../src/engine/exec.ts");
  const containers = await listContainers(stage.engine, ofProject(`${stage.name}-dev`));
  const api = containers.find((container) => serviceOf(container) === "api");
  const { stdout } = await execInContainer(stage.engine, api?.Id as string, {
    command: ["cat", "/run/secrets/SESSION_KEY"],
    user: "1000",
  });
  assert.match(stdout, /^[\w-]{43}$/);
  const inspected = await stage.engine.json<unknown>({ path: `/containers/${api?.Id}/json` });
  assert.ok(!JSON.stringify(inspected).includes(stdout));
  assert.ok(!JSON.stringify(stage.events).includes(stdout));
});

test("a tag in the .env beside the Compose file is that of the build, too", async () => {
  const settings = chain();
  await using stage = await setStage({
    ...settings,
    files: { ...settings.files, "deploy/.env": "TAG=seven\n" },
  });
  const image = `${stage.name}-app:seven`;
  const context = stage.context();
  try {
    const missing = await failure(up(context, { services: ["api"], build: false }));
    assert.match(missing.problems[0]?.what ?? "", new RegExp(image));
    const { services } = await up(context, { services: ["api"] });
    assert.deepEqual(
      services.filter(({ service }) => service === "api").map(({ image }) => image),
      [image],
    );
  } finally {
    await down(context, { volumes: true });
    await removeImage(stage.engine, image);
  }
});
