import assert from "node:assert/strict";
import { liveTest } from "./support.ts";

const IMAGE = "node:24-trixie-slim";

liveTest("Node's entry point tells scripts and options from programs", [IMAGE], async (bench) => {
  assert.equal(await bench.docker("run", "--rm", IMAGE, "-p", "21 * 2"), "42");
  assert.equal(await bench.docker("run", "--rm", IMAGE, "sh", "-c", "echo shell"), "shell");
  const script = "echo 'console.log(\"script\")' >/tmp/a.js && exec docker-entrypoint.sh /tmp/a.js";
  assert.equal(await bench.docker("run", "--rm", IMAGE, "sh", "-c", script), "script");
});

liveTest(
  "Node has its package managers, its user, and no certificates of the machine",
  [IMAGE],
  async (bench) => {
    const versions = await bench.docker(
      "run",
      "--rm",
      IMAGE,
      "sh",
      "-c",
      "node -v; npm -v; npx -v; yarn -v; corepack -v",
    );
    assert.match(versions, /^v24\.\d+\.\d+\n11\.\S+\n11\.\S+\n1\.22\.\d+\n0\.\S+$/);
    assert.equal(
      await bench.docker("run", "--rm", "--user", "node", IMAGE, "sh", "-c", "id -u; pwd; echo $HOME"),
      "1000\n/\n/home/node",
    );
    assert.equal(
      await bench.docker("run", "--rm", IMAGE, "sh", "-c", "command -v node"),
      "/usr/local/bin/node",
    );
    const certificates = await bench.docker(
      "run",
      "--rm",
      IMAGE,
      "sh",
      "-c",
      "find / -xdev -name '*.crt' | wc -l",
    );
    assert.equal(certificates, "0");
  },
);

liveTest("a build reaches apt from the slim image", [IMAGE], async (bench) => {
  const built = await bench.tryDocker(
    "run",
    "--rm",
    IMAGE,
    "sh",
    "-c",
    "apt-get update -q && apt-get install -s -q tini",
  );
  assert.equal(built.code, 0, built.stderr);
  assert.match(built.stdout, /Inst tini/);
});
