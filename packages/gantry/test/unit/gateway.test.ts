import assert from "node:assert/strict";
import { test } from "node:test";
import { generationIn, unpinned, upstreamsIn, upstreamsText } from "../../src/blueprint/gateway.ts";

const upstreams = [
  { name: "api_3000", service: "api", port: 3000 },
  { name: "monitor_3001", service: "monitor", port: 3001 },
];

test("without a pin the names of services decide", () => {
  const text = upstreamsText(upstreams);
  assert.match(text, /server api:3000 resolve fail_timeout=2s;/);
  assert.doesNotMatch(text, /backup/);
  assert.equal(generationIn(text), unpinned);
  assert.deepEqual(
    upstreamsIn(text),
    upstreams.map((upstream) => ({ ...upstream, hosts: [] })),
  );
});

test("with a pin containers are named, and the service's name stands in an upstream of its own", () => {
  const text = upstreamsText(upstreams, {
    generation: "7",
    hosts: { api: ["shop-production-api-3", "10.0.0.4"], monitor: [] },
  });
  assert.match(
    text,
    /server shop-production-api-3:3000 resolve fail_timeout=2s;\n {2}server 10\.0\.0\.4:3000 fail_timeout=2s;\n/,
  );
  assert.match(
    text,
    /upstream api_3000_any \{\n {2}zone api_3000_any 64k;\n {2}server api:3000 resolve fail_timeout=2s;\n\}/,
  );
  assert.match(text, /server monitor:3001 resolve fail_timeout=2s;/);
  assert.equal(generationIn(text), "7");
});

test("what was written is read back", () => {
  const hosts = { api: ["shop-production-api-3"], monitor: ["10.0.0.4", "10.0.0.5"] };
  assert.deepEqual(
    upstreamsIn(upstreamsText(upstreams, { generation: "8", hosts })),
    upstreams.map((upstream) => ({ ...upstream, hosts: hosts[upstream.service as "api" | "monitor"] })),
  );
});
