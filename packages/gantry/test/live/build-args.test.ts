import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { imageOf } from "../../src/read/compose/questions.ts";
import type { Stage } from "../../src/read/dockerfile/model.ts";
import { memoryFiles } from "../../src/read/memory-files.ts";
import { readProject } from "../../src/read/project.ts";
import { connectHere } from "./here.ts";

/** What an image says of itself, as the file's reader and the engine both can tell it. */
interface Told {
  readonly user: string;
  readonly workdir: string;
  readonly ports: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly env: readonly string[];
}

const settings = [
  "USER ${ACCOUNT}",
  "WORKDIR /srv/${PLACE:-nowhere}",
  "EXPOSE ${PORT}",
  "LABEL place=$PLACE account=${ACCOUNT:+set}",
  "ENV MODE=${MODE}",
].join("\n");
const declared = "ARG ACCOUNT=1000\nARG PORT=80\nARG PLACE\nARG MODE=plain\n";

const files: Readonly<Record<string, string>> = {
  ".env": "PORT_OF_ENV=9090\n",
  "own/Dockerfile": `FROM scratch\n${declared}${settings}\n`,
  // The builder's own stage declares nothing: what it leaves behind with ONBUILD does, in the stage after it.
  "onbuild/Dockerfile": `FROM scratch AS maker\n${(declared + settings).replace(/^/gm, "ONBUILD ")}\nFROM maker AS app\nFROM app AS grandchild\nLABEL more=$PLACE\n`,
  "global/Dockerfile": `ARG MODE=global\nARG BASE=first\nFROM scratch AS first\nLABEL from=first\nFROM scratch AS second\nLABEL from=second\nFROM \${BASE}\nARG MODE\nARG ACCOUNT=5 PORT=1 PLACE=\${MODE}ly\n${settings}\n`,
  "late/Dockerfile": `FROM scratch\nENV MODE=of-env\n${settings.replace("MODE=${MODE}", "SEEN=$MODE")}\n${declared}LABEL mode=$MODE port=$PORT\n`,
  "base.yaml":
    'services:\n  base:\n    build: { context: own, args: { ACCOUNT: "7", PORT: "8443", PLACE: base } }\n',
  "compose.yaml": `
x-build: &build { context: own, args: &args { ACCOUNT: "42", PLACE: shared } }
services:
  defaults: { build: own }
  list: { build: { context: own, args: [ACCOUNT=3, PORT=8080, "PLACE=a b"] } }
  map: { build: { context: own, args: { ACCOUNT: 4, PORT: "\${PORT_OF_ENV}", MODE: "" } } }
  anchor: { build: *build }
  merged: { build: { <<: *build, args: { <<: *args, PORT: 1 } } }
  extended: { extends: { file: base.yaml, service: base }, build: { args: { PORT: 5 } } }
  trigger: { build: { context: onbuild, target: app, args: { ACCOUNT: 9, PLACE: late } } }
  grandchild: { build: { context: onbuild, target: grandchild, args: { ACCOUNT: 9, PLACE: late } } }
  maker: { build: { context: onbuild, target: maker, args: { ACCOUNT: 9 } } }
  global: { build: { context: global, args: { BASE: second, MODE: given } } }
  untouched: { build: { context: global } }
  relabelled: { build: { context: late } }
  late: { build: { context: late, args: { MODE: of-arg, PORT: 1, ACCOUNT: 2 } } }
`,
};

const name = `buildargs${randomBytes(3).toString("hex")}`;
const project = readProject(memoryFiles(files)).composeProjects.find((one) =>
  one.files.includes("compose.yaml"),
);
const services = project?.services ?? [];
const folder = mkdtempSync(join(tmpdir(), "gantry-build-args-"));

before(async () => {
  const engine = await connectHere();
  await engine[Symbol.asyncDispose]();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  docker("compose", "--project-name", name, "build", "--quiet");
});

after(() => {
  const images = services.map((service) => `${name}-${service.name}`);
  docker("image", "rm", "--force", ...images);
  rmSync(folder, { recursive: true, force: true });
});

describe("arguments of a build, in every form that Compose has for them", () => {
  for (const service of services) {
    it(`${service.name}: read as the engine builds it`, () => {
      const image = imageOf(service);
      assert.equal(image.kind, "built");
      if (image.kind === "built") assert.deepEqual(readAs(image.stage), builtAs(service.name));
    });
  }

  it("looks at every service", () => assert.equal(services.length, 13));
});

/** What nobody gave a value the reader leaves open, as a command line could; here nobody does, and the engine has nothing. */
function readAs({ config }: Stage): Told {
  const { user, workdir, exposed, labels, env } = config;
  const set = exposed.filter(({ port }) => port !== undefined);
  return {
    user: user?.value.startsWith("$") === true ? "" : (user?.value ?? ""),
    workdir: workdir?.value ?? "/",
    ports: set.map(({ port, protocol }) => `${port}/${protocol}`).sort(),
    labels: Object.fromEntries([...labels].map(([label, { value }]) => [label, value ?? ""])),
    env: [...env].map(([variable, { value }]) => `${variable}=${value ?? ""}`).sort(),
  };
}

function builtAs(service: string): Told {
  const { Config: config } = JSON.parse(
    docker("image", "inspect", "--format", "{{json .}}", `${name}-${service}`),
  ) as {
    readonly Config: {
      readonly User: string;
      readonly WorkingDir: string;
      readonly ExposedPorts?: Readonly<Record<string, unknown>> | null;
      readonly Labels: Readonly<Record<string, string>> | null;
      readonly Env: readonly string[] | null;
    };
  };
  const own = Object.entries(config.Labels ?? {}).filter(([label]) => !label.startsWith("com.docker."));
  return {
    user: config.User,
    workdir: config.WorkingDir || "/",
    ports: Object.keys(config.ExposedPorts ?? {}).sort(),
    labels: Object.fromEntries(own),
    // Every image has a PATH.
    env: (config.Env ?? []).filter((one) => !one.startsWith("PATH=")).sort(),
  };
}

function docker(...args: readonly string[]): string {
  return execFileSync("docker", args, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}
