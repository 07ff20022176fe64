import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { linkGantry } from "../../../../testbed/copy.ts";
import { freePort, startSample, until } from "../../../../testbed/sample.ts";
import { watchSample } from "../../../../testbed/watched.ts";

const fixtures = fileURLToPath(new URL("fixtures/yarn", import.meta.url));

/** Yarn 1 alone and in a workspace, and Yarn 4 in one. Two packages of a workspace want different versions of `ms`. */
const services = {
  classic: { build: 'node({ context: "classic" })', answer: "classic one" },
  workspace: {
    build: 'node({ context: "workspace", workspace: "apps/api" })',
    answer: "workspace one, 2.1.2, words one 172800000 2.1.3",
  },
  berry: {
    build: 'node({ context: "berry", workspace: "apps/api" })',
    answer: "berry one, 2.1.2, words one 172800000 2.1.3",
  },
} as const;
type Service = keyof typeof services;
const names = Object.keys(services) as Service[];

interface Project extends Disposable {
  readonly folder: string;
  readonly name: string;
  ask(service: Service): Promise<string>;
}

/** The three in one stack, in a folder of its own. */
async function newProject(): Promise<Project> {
  const folder = mkdtempSync(join(tmpdir(), "gantry-yarn-"));
  cpSync(fixtures, folder, { recursive: true });
  linkGantry(folder);
  const ports = new Map<string, string>();
  for (const service of names) ports.set(service, await freePort());
  const name = `yarn-${randomBytes(3).toString("hex")}`;
  writeFileSync(
    join(folder, "stack.ts"),
    `import { defineStack, node } from "gantry";
export default defineStack({
  name: "${name}",
  services: {
${names.map((service) => `    ${service}: { build: ${services[service].build}, port: 3000, publish: ${ports.get(service)} },`).join("\n")}
  },
  test: { service: "berry", command: ["yarn", "test"] },
});
`,
  );
  return {
    folder,
    name,
    ask: async (service) => (await fetch(`http://127.0.0.1:${ports.get(service)}/`)).text(),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function edit(file: string, from: string, to: string): void {
  const text = readFileSync(file, "utf8");
  assert.ok(text.includes(from), `${file} holds ${from}`);
  writeFileSync(file, text.replace(from, to));
}

test("production has what runs and nothing else, and tests have the rest; a lock file that does not fit says what helps", async () => {
  using project = await newProject();
  await using running = await startSample(project.folder);
  for (const service of names) {
    assert.equal(await project.ask(service), services[service].answer);
    const has = async (module: string): Promise<boolean> =>
      (
        await running.gantry(["exec", service, "node", "-p", `require.resolve("${module}")`], {
          mayFail: true,
        })
      ).code === 0;
    assert.ok(await has(service === "classic" ? "express" : "@acme/words"), service);
    assert.ok(!(await has("is-odd")), `${service} has packages of development`);
    assert.ok(!(await has("left-pad")), `${service} has packages of another service`);
  }
  assert.match((await running.gantry(["verify", "--calm"])).out, /0 failed/);
  assert.match((await running.gantry(["check"])).out, /Nothing found/);
  assert.match((await running.gantry(["test"])).out, /pass 1\b[\s\S]*tests passed/);
  for (const [manifest, command] of [
    ["classic/package.json", /fix +Bring the lock file up to date with `yarn install`/],
    [
      "berry/apps/api/package.json",
      /fix +Bring the lock file up to date with `yarn install --mode=update-lockfile`/,
    ],
  ] as const) {
    const file = join(project.folder, manifest);
    edit(file, "4.21.2", "4.21.1");
    const { code, out } = await running.gantry(["build"], { mayFail: true });
    assert.notEqual(code, 0);
    assert.match(out.replaceAll(/\s+/g, " "), command);
    edit(file, "4.21.1", "4.21.2");
  }
  // Yarn 1 itself would not look at the packages of a workspace.
  edit(join(project.folder, "workspace/apps/api/package.json"), "2.1.2", "2.1.1");
  const { out } = await running.gantry(["build"], { mayFail: true });
  assert.match(out, /GTY2110 .*ms@2\.1\.1/);
  edit(join(project.folder, "workspace/apps/api/package.json"), "2.1.1", "2.1.2");
  await running.gantry(["down", "--volumes"]);
  await running.docker("image", "rm", ...names.map((service) => `${project.name}-${service}:latest`));
});

test("in development changed sources are synced, those of a workspace's other packages too", async () => {
  using project = await newProject();
  await using watched = await watchSample(project.folder, { name: project.name, ports: [] });
  for (const service of names) assert.equal(await project.ask(service), services[service].answer);
  const changes: readonly (readonly [service: Service, file: string])[] = [
    ["classic", "classic/src/server.js"],
    ["berry", "berry/apps/api/src/server.js"],
    ["berry", "berry/packages/words/src/index.js"],
    // Built anew: it has no script for development.
    ["workspace", "workspace/packages/words/src/index.js"],
  ];
  for (const [service, file] of changes) {
    watched.edit(file, " one", " two");
    const word = file.includes("words") ? "words two" : `${service} two`;
    await until(
      () => project.ask(service),
      (answer) => answer.includes(word),
    );
  }
});
