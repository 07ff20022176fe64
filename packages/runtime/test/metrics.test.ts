import assert from "node:assert/strict";
import { test } from "node:test";
import { createMetrics } from "../src/metrics.ts";

test("requests are counted by method, route and status, and while in flight", async () => {
  const metrics = createMetrics({ labels: { service: "api" }, processMetrics: false });
  const finished = metrics.requestStarted();
  assert.match(await metrics.text(), /^http_requests_in_flight\{service="api"\} 1$/m);
  finished({ method: "GET", route: "/parcels/:id", status: 200, seconds: 0.03 });
  const text = await metrics.text();
  assert.match(text, /^http_requests_in_flight\{service="api"\} 0$/m);
  assert.match(
    text,
    /^http_request_duration_seconds_bucket\{le="0.05",service="api",method="GET",route="\/parcels\/:id",status="200"\} 1$/m,
  );
});

test("jobs are counted by how they ended, and their result or error passes through", async () => {
  const metrics = createMetrics({ processMetrics: false });
  assert.equal(await metrics.trackJob("sort", () => Promise.resolve("done")), "done");
  await assert.rejects(
    metrics.trackJob("sort", () => Promise.reject(new Error("stuck"))),
    /stuck/,
  );
  const text = await metrics.text();
  assert.match(text, /^jobs_total\{job="sort",outcome="completed"\} 1$/m);
  assert.match(text, /^jobs_total\{job="sort",outcome="failed"\} 1$/m);
  assert.match(text, /^job_duration_seconds_count\{job="sort",outcome="failed"\} 1$/m);
  assert.match(text, /^jobs_in_flight\{job="sort"\} 0$/m);
});

test("the process's own metrics are there, and two registries do not meet", async () => {
  const [first, second] = [createMetrics(), createMetrics()];
  first.requestStarted();
  assert.match(await first.text(), /^process_cpu_seconds_total /m);
  assert.match(await first.text(), /^http_requests_in_flight 1$/m);
  assert.match(await second.text(), /^http_requests_in_flight 0$/m);
});
