import assert from "node:assert/strict";
import { test } from "node:test";
import { containerdConfiguration, dockerdArguments } from "../engine/daemon.ts";
import { judgeEngine } from "../engine/find.ts";
import { engineProcesses } from "../engine/leftovers.ts";
import { statePaths, stateRoot } from "../engine/state.ts";

const PLUGINS = [
  { Name: "buildx", Version: "v0.13.1" },
  { Name: "compose", Version: "v2.26.1-4" },
];
const info = (change: object) =>
  JSON.stringify({ ServerVersion: "26.1.5", ClientInfo: { Plugins: PLUGINS }, ...change });

test("an engine of version 25 or newer with both plugins is usable", () => {
  const search = judgeEngine(info({}), "", "tcp://10.0.0.1:2375");
  assert.deepEqual(search, { kind: "usable", engine: { host: "tcp://10.0.0.1:2375", version: "26.1.5" } });
});

test("an engine that cannot serve says everything that is wrong with it", () => {
  const old = judgeEngine(info({ ServerVersion: "24.0.7", ClientInfo: { Plugins: [] } }), "", undefined);
  assert.ok(old.kind === "unusable");
  assert.match(old.why, /24\.0\.7.*25.*Buildx.*Compose/);
  assert.equal(old.running, true);
});

test("a Compose of version 1 does not count", () => {
  const search = judgeEngine(
    info({ ClientInfo: { Plugins: [PLUGINS[0], { Name: "compose", Version: "1.29.2" }] } }),
    "",
    undefined,
  );
  assert.ok(search.kind === "unusable");
});

test("no engine at all is told from one that may not be used", () => {
  const none = judgeEngine(
    info({ ServerVersion: "", ServerErrors: ["Cannot connect to the Docker daemon"] }),
    "",
    undefined,
  );
  assert.deepEqual(none, { kind: "unusable", why: "Cannot connect to the Docker daemon", running: false });
  const forbidden = judgeEngine("", "permission denied while trying to connect to the socket", undefined);
  assert.ok(forbidden.kind === "unusable" && forbidden.running);
  const noise = judgeEngine("not json", "", undefined);
  assert.ok(noise.kind === "unusable");
});

test("all state of the engine lies below one folder", () => {
  const paths = statePaths("/s");
  for (const value of Object.values(paths)) assert.match(value, /^\/s(\/|$)/);
  for (const argument of dockerdArguments(paths, 1400, 0).filter((word) => word.startsWith("/"))) {
    assert.match(argument, /^\/s\//);
  }
  assert.doesNotMatch(containerdConfiguration(paths), /"\/(?!s\/)/);
});

test("the state folder can be chosen, and follows XDG_STATE_HOME otherwise", () => {
  assert.equal(stateRoot({ GANTRY_TESTBED_STATE: "/elsewhere" }), "/elsewhere");
  const ordinary = stateRoot({ XDG_STATE_HOME: "/x" });
  assert.equal(ordinary, process.getuid?.() === 0 ? "/var/lib/gantry-testbed" : "/x/gantry/testbed");
});

test("the bridges get the packet size of the way out", () => {
  const words = dockerdArguments(statePaths("/s"), 1400, 0);
  assert.ok(words.join(" ").includes("--mtu 1400"));
  assert.ok(words.includes("bridge=com.docker.network.driver.mtu=1400"));
});

test("only processes of this engine are taken for leftovers", () => {
  const paths = statePaths("/s");
  const found = engineProcesses(
    [
      { pid: 10, words: ["/usr/sbin/dockerd", "--host", "unix:///s/run/docker.sock"] },
      { pid: 11, words: ["/usr/sbin/dockerd", "--host", "unix:///run/docker.sock"] },
      { pid: 12, words: ["containerd", "--config", "/s/containerd.toml"] },
      { pid: 13, words: ["containerd", "--config", "/etc/containerd/config.toml"] },
      { pid: 14, words: ["/usr/bin/containerd-shim-runc-v2", "-address", "/s/run/containerd.sock"] },
      { pid: 15, words: ["/usr/bin/containerd-shim-runc-v2", "-address", "/run/containerd/containerd.sock"] },
      { pid: 16, words: ["tail", "-f", "unix:///s/run/docker.sock"] },
    ],
    paths,
  );
  assert.deepEqual(found, { dockerd: [10], containerd: [12], shims: [14] });
});
