import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { ensureEngine } from "../../../../testbed/engine.ts";
import { ensureImages } from "../../../../testbed/images.ts";
import { rules } from "../../src/check/rules/index.ts";
import { runChecks } from "../../src/check/run.ts";
import { type EngineClient, EngineFailure } from "../../src/engine/client.ts";
import { findImage, removeImage } from "../../src/engine/resources.ts";
import { inspectArchive, inspectImage } from "../../src/operations/inspect-images.ts";
import { withImages } from "../../src/read/image/facts.ts";
import type { InspectedImage } from "../../src/read/image/model.ts";
import { stackedFiles } from "../../src/read/image/questions.ts";
import { memoryFiles } from "../../src/read/memory-files.ts";
import { readProject } from "../../src/read/project.ts";
import { connectHere } from "./here.ts";

const reference = `gantry-test-audit-${process.pid}:1`;
const key =
  "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n-----END OPENSSH PRIVATE KEY-----\n";
const dockerfile = `FROM debian:trixie-slim
ENV API_TOKEN=Xk9vQ2mPz7-Lw4Ra8
COPY id_rsa /root/.ssh/id_rsa
RUN rm /root/.ssh/id_rsa
COPY big.bin /srv/big.bin
RUN chown -R 1000:1000 /srv
RUN head -c 3000000 /dev/urandom > /tmp/download.bin
RUN rm /tmp/download.bin && cp /bin/ls /usr/bin/elevated && chmod 4755 /usr/bin/elevated
EXPOSE 3000
USER 1000
CMD ["/usr/bin/elevated"]
`;

let engine: EngineClient;
let folder: string;

before(async () => {
  engine = await connectHere();
  await ensureImages(await ensureEngine(), ["debian:trixie-slim"]);
  folder = mkdtempSync(join(tmpdir(), "gantry-audit-"));
  mkdirSync(join(folder, "context"));
  writeFileSync(join(folder, "context/Dockerfile"), dockerfile);
  writeFileSync(join(folder, "context/id_rsa"), key);
  writeFileSync(join(folder, "context/big.bin"), Buffer.alloc(2_000_000, 5));
  await docker("build", "-q", "-t", reference, join(folder, "context"));
});
after(async () => {
  await removeImage(engine, reference);
  await engine[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const run = promisify(execFile);

async function docker(...args: readonly string[]): Promise<string> {
  return (await run("docker", args)).stdout;
}

function readReal(declared?: InspectedImage["declared"]): Promise<InspectedImage> {
  return inspectImage(engine, { reference, declared, budget: 10_000_000 });
}

test("an image of the engine is read as the engine sees it", async () => {
  const image = await readReal();
  const inspected = await findImage(engine, reference);
  assert.deepEqual(
    image.layers.map((layer) => layer.digest),
    (inspected as unknown as { RootFS: { Layers: readonly string[] } }).RootFS.Layers,
  );
  assert.equal(image.config.user, "1000");
  assert.deepEqual(image.config.exposed, ["3000/tcp"]);
  // What a container of it would see, by the engine's own export.
  const container = (await docker("create", reference)).trim();
  try {
    const exported = await run("sh", ["-c", `docker export ${container} | tar t`], { maxBuffer: 1 << 26 });
    const theirs = new Set(exported.stdout.split("\n").map((path) => `/${path.replace(/\/$/, "")}`));
    // The engine adds these to every container.
    const added = /^\/(?:dev|proc|sys|etc)(?:\/|$)|^\/(?:\.dockerenv)?$/;
    const ours = [...stackedFiles(image).visible.keys()].filter((path) => !added.test(path)).sort();
    assert.deepEqual(ours, [...theirs].filter((path) => !added.test(path)).sort());
    assert.ok(ours.length > 1000);
  } finally {
    await docker("rm", container);
  }
});

test("the audit finds what was put into the image, at the instruction that did it", async () => {
  const facts = readProject(
    memoryFiles({ Dockerfile: dockerfile.replace("EXPOSE 3000", "EXPOSE 3000 9090") }),
  );
  const [file] = facts.dockerfiles;
  const stage = file?.stages.at(-1);
  assert.ok(file !== undefined && stage !== undefined);
  const image = await readReal({ dockerfile: file, stage });
  const { findings, failures } = runChecks(
    withImages(facts, [image]),
    rules.filter((rule) => rule.family === "image"),
  );
  assert.deepEqual(failures, []);
  const said = (code: string): readonly string[] =>
    findings
      .filter((one) => one.code === code)
      .map((one) => {
        const line = image.source.text.split("\n")[one.line - 1] ?? "";
        return `${one.file === reference ? line : `${one.file}:${one.line}`} | ${one.message}`;
      });
  assert.deepEqual(said("GI001"), [
    "COPY id_rsa /root/.ssh/id_rsa | /root/.ssh/id_rsa holds a private key (-----BEGIN OPENSSH PRIVATE KEY-----), and is still in its layer although it was removed later.",
  ]);
  assert.deepEqual(said("GI002"), [
    "ENV API_TOKEN=Xk9vQ2mPz7-Lw4Ra8 | The history shows the value of API_TOKEN.",
  ]);
  assert.deepEqual(said("GI004"), []);
  assert.equal(
    said("GI005").some((one) => one.includes("/usr/bin/elevated runs with the rights of its owner")),
    true,
  );
  assert.deepEqual(said("GI008").toSorted(), [
    'COPY big.bin /srv/big.bin | 1.9 MB are stored twice (/srv/big.bin): "RUN chown -R 1000:1000 /srv" changed only owner or mode.',
    'RUN head -c 3000000 /dev/urandom > /tmp/download.bin | 2.9 MB are in this layer and in no container (/tmp/download.bin): "RUN rm /tmp/download.bin && cp /bin/ls /usr/bin/elevated && chmod 4..." removed them.',
  ]);
  assert.equal(said("GI011").length, 1);
  assert.deepEqual(said("GI014"), [
    `Dockerfile:9 | ${reference} has no port 9090/tcp, and the Dockerfile says EXPOSE 9090/tcp.`,
  ]);
});

test("an image that is not there is the engine's 404", async () => {
  await assert.rejects(inspectImage(engine, { reference: "gantry-test-no-such:1" }), (error: unknown) => {
    return error instanceof EngineFailure && error.status === 404;
  });
});

test("an archive on disk is read as the engine's own stream", async () => {
  const archive = join(folder, "image.tar");
  await docker("save", "-o", archive, reference);
  const fromDisk = await inspectArchive({ reference: archive });
  const fromEngine = await readReal();
  assert.deepEqual(fromDisk.layers, fromEngine.layers);
  assert.deepEqual(fromDisk.config, fromEngine.config);
});
