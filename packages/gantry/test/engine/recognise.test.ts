import assert from "node:assert/strict";
import { test } from "node:test";
import { type Recognised, recognise } from "../../src/engine/recognise.ts";

const cases: readonly (readonly [string, Recognised | undefined])[] = [
  [
    "driver failed programming external connectivity on endpoint a-1 (0c): Bind for 127.0.0.1:8080 failed: port is already allocated",
    { kind: "port", port: "8080" },
  ],
  [
    "driver failed programming external connectivity on endpoint a-1 (0c): Error starting userland proxy: listen tcp4 127.0.0.1:8080: bind: address already in use",
    { kind: "port", port: "8080" },
  ],
  [
    "failed to set up container networking: Bind for :::443 failed: port is already allocated",
    { kind: "port", port: "443" },
  ],
  [
    "failed to bind host port for 127.0.0.1:8080:172.18.0.2:80/tcp: address already in use",
    { kind: "port", port: "8080" },
  ],
  ["failed to bind host port 0.0.0.0:53/udp: address already in use", { kind: "port", port: "53" }],
  ["write /app/node_modules/x: no space left on device", { kind: "disk" }],
  [
    "could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network",
    { kind: "addresses" },
  ],
  ["all predefined address pools have been fully subnetted", { kind: "addresses" }],
  ["Invalid container name (-x), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed", { kind: "name" }],
  [
    "pull access denied for acme/secret, repository does not exist or may require 'docker login'",
    { kind: "denied", reference: "acme/secret" },
  ],
  [
    "manifest for postgres:99 not found: manifest unknown: manifest unknown",
    { kind: "image", reference: "postgres:99" },
  ],
  ["No such image: parcel-api:dev", { kind: "image", reference: "parcel-api:dev" }],
  [
    'failed to solve: none.invalid/x:1: failed to resolve source metadata for none.invalid/x:1: failed to do request: Head "https://none.invalid/v2/x/manifests/1": dial tcp: lookup none.invalid: no such host',
    { kind: "unreachable", reference: "none.invalid/x:1" },
  ],
  [
    'Get "https://registry.example/v2/": net/http: TLS handshake timeout',
    { kind: "unreachable", reference: "the image" },
  ],
  ['invalid mount config for type "bind": bind source path does not exist: /x', { kind: "mount" }],
  [
    "OCI runtime create failed: runc create failed: unable to start container process: error during container init: error setting rlimits for ready process: error setting rlimit type 7: operation not permitted: unknown",
    { kind: "limit" },
  ],
  [
    "Cannot connect to the Docker daemon at unix:///x.sock. Is the docker daemon running?",
    { kind: "noEngine" },
  ],
  [
    "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock",
    { kind: "noRights" },
  ],
  ["unknown shorthand flag: 'p' in -p", { kind: "noCompose" }],
  ["docker: 'buildx' is not a docker command.", { kind: "noBuildx" }],
  [
    "open /s/deploy/compose.test.yaml: no such file or directory",
    { kind: "noFile", file: "/s/deploy/compose.test.yaml" },
  ],
  ["something that nobody has ever seen", undefined],
];

for (const [text, expected] of cases) {
  test(`${expected?.kind ?? "nothing"}: ${text.slice(0, 60)}`, () =>
    assert.deepEqual(recognise(text), expected));
}
