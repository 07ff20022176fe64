import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { GantryError } from "../../src/base/errors.ts";
import {
  addressText,
  type ConnectionSources,
  findEngine,
  parseAddress,
} from "../../src/engine/connection.ts";
import { dialCommand } from "../../src/engine/dial.ts";

function sources(
  environment: Readonly<Record<string, string>>,
  files: Readonly<Record<string, unknown>> = {},
): ConnectionSources {
  return {
    environment,
    home: "/home/me",
    readText: (path) => (files[path] === undefined ? undefined : JSON.stringify(files[path])),
  };
}

const id = (name: string): string => createHash("sha256").update(name).digest("hex");
const meta = (name: string, folder = "/home/me/.docker"): string =>
  `${folder}/contexts/meta/${id(name)}/meta.json`;
const endpoint = (Host: string): unknown => ({ Endpoints: { docker: { Host } } });
const current = { "/home/me/.docker/config.json": { currentContext: "colima" } };

test("without anything it is the default socket", () => {
  assert.deepEqual(findEngine(sources({})), {
    kind: "unix",
    path: "/var/run/docker.sock",
    via: "the default socket",
  });
  assert.equal(findEngine(sources({ DOCKER_CONTEXT: "default" }, current)).via, "the default socket");
});

test("DOCKER_HOST comes before DOCKER_CONTEXT, and that before the current context", () => {
  const files = {
    ...current,
    [meta("colima")]: endpoint("unix:///colima.sock"),
    [meta("other")]: endpoint("unix:///other.sock"),
  };
  const find = (environment: Record<string, string>): string =>
    addressText(findEngine(sources(environment, files)));
  assert.equal(find({ DOCKER_HOST: "unix:///x.sock", DOCKER_CONTEXT: "other" }), "unix:///x.sock");
  assert.equal(find({ DOCKER_CONTEXT: "other" }), "unix:///other.sock");
  assert.equal(find({}), "unix:///colima.sock");
});

test("DOCKER_CONFIG moves the contexts", () => {
  const files = {
    "/cfg/config.json": { currentContext: "remote" },
    [meta("remote", "/cfg")]: endpoint("tcp://build:2376"),
  };
  assert.equal(addressText(findEngine(sources({ DOCKER_CONFIG: "/cfg" }, files))), "tcp://build:2376");
});

test("certificates come from DOCKER_CERT_PATH when TLS is asked for", () => {
  const found = findEngine(
    sources({ DOCKER_HOST: "tcp://build", DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: "/certs" }),
  );
  assert.deepEqual(found, {
    kind: "tcp",
    host: "build",
    port: 2376,
    via: "DOCKER_HOST",
    tls: { ca: "/certs/ca.pem", cert: "/certs/cert.pem", key: "/certs/key.pem", verify: true },
  });
});

test("an engine behind SSH is dialled with its user and port, and its name is never an option", () => {
  const address = parseAddress("ssh://root@build.example:2222", "DOCKER_HOST");
  assert.equal(addressText(address), "ssh://root@build.example:2222");
  assert.ok(address.kind === "ssh");
  assert.match(
    dialCommand(address).args.join(" "),
    /-p 2222 -- root@build\.example docker system dial-stdio$/,
  );
});

test("a context that is not there and an address that nobody understands are problems", () => {
  const code = (work: () => unknown): string | undefined => {
    try {
      work();
    } catch (error) {
      return error instanceof GantryError && error.exit === "noEngine" ? error.problems[0]?.code : "other";
    }
    return undefined;
  };
  assert.equal(
    code(() => findEngine(sources({ DOCKER_CONTEXT: "gone" }))),
    "GTY3010",
  );
  assert.equal(
    code(() => parseAddress("ssh://root@host/path", "DOCKER_HOST")),
    "GTY3009",
  );
  assert.equal(
    code(() => parseAddress("nonsense", "DOCKER_HOST")),
    "GTY3009",
  );
});
