import assert from "node:assert/strict";
import { test } from "node:test";
import { type PluginSources, withoutDocker } from "../../src/engine/plugins.ts";

const sources = (
  programs: readonly string[],
  others: { environment?: Record<string, string>; files?: Record<string, string> } = {},
): PluginSources => ({
  environment: others.environment ?? {},
  home: "/home/me",
  isProgram: (path) => programs.includes(path),
  readText: (path) => others.files?.[path],
});
const system = "/usr/libexec/docker/cli-plugins/docker-compose";
const own = "/home/me/.docker/cli-plugins/docker-compose";
const compose = { program: "docker", args: ["compose", "-p", "shop", "up"], environment: { A: "b" } };

test("a plugin is run by itself, with the same words and variables", () => {
  assert.deepEqual(withoutDocker(compose, sources([system])), {
    program: system,
    args: ["-p", "shop", "up"],
    environment: { A: "b" },
  });
});

test("the user's own comes first, as with Docker, wherever its configuration lies", () => {
  assert.equal(withoutDocker(compose, sources([system, own])).program, own);
  const elsewhere = sources([own, system, "/etc/dc/cli-plugins/docker-compose"], {
    environment: { DOCKER_CONFIG: "/etc/dc" },
  });
  assert.equal(withoutDocker(compose, elsewhere).program, "/etc/dc/cli-plugins/docker-compose");
});

const further = "/opt/plugins/docker-compose";
const config = (text: string): { files: Record<string, string> } => ({
  files: { "/home/me/.docker/config.json": text },
});

test("folders that Docker's configuration names come before the system's", () => {
  const named = config('{ "cliPluginsExtraDirs": ["/opt/empty", "/opt/plugins"] }');
  assert.equal(withoutDocker(compose, sources([system, further], named)).program, further);
  assert.equal(withoutDocker(compose, sources([system], named)).program, system);
  assert.equal(withoutDocker(compose, sources([system], config('{ "auths": {} }'))).program, system);
});

test("Docker is asked where several are first, where one is missing, or none is meant", () => {
  assert.equal(withoutDocker(compose, sources([])), compose);
  const named = config('{ "cliPluginsExtraDirs": ["/opt/plugins"] }');
  assert.equal(withoutDocker(compose, sources([own, further], named)), compose);
  assert.equal(withoutDocker(compose, sources([system], config("{ not JSON"))), compose);
  const ps = { program: "docker", args: ["ps"] };
  assert.equal(withoutDocker(ps, sources([system])), ps);
});
