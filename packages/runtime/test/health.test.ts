import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { createHealth, healthStatusCode } from "../src/health.ts";
import { createSecrets } from "../src/secrets.ts";

const never = (): Promise<never> => new Promise(() => undefined);

suite("readiness", () => {
  test("is ok when every check passes, and reports version, generation, uptime and checks", async () => {
    const health = createHealth({
      version: "1.2.3",
      generation: "7",
      checks: [{ name: "database", check: () => 1 }],
    });
    const report = await health.ready();
    assert.equal(report.status, "ok");
    assert.equal(report.version, "1.2.3");
    assert.equal(report.generation, "7");
    assert.ok(report.uptime > 0);
    assert.equal(report.checks["database"]?.status, "ok");
    assert.equal(healthStatusCode(report), 200);
  });

  test("is unavailable when a required check fails or says no", async () => {
    for (const check of [() => false, () => Promise.reject(new Error("connection refused"))]) {
      const report = await createHealth({ checks: [{ name: "database", check }] }).ready();
      assert.equal(report.status, "unavailable");
      assert.equal(healthStatusCode(report), 503);
    }
  });

  test("is degraded when only an optional check fails", async () => {
    const health = createHealth({
      checks: [
        { name: "database", check: () => true },
        { name: "cache", required: false, check: () => Promise.reject(new Error("connection refused")) },
      ],
    });
    const report = await health.ready();
    assert.equal(report.status, "degraded");
    assert.equal(report.checks["cache"]?.error, "connection refused");
    assert.equal(healthStatusCode(report), 200);
  });

  test("a check that gives no answer is failed by its own time limit and told to stop", async () => {
    const seen: AbortSignal[] = [];
    const health = createHealth({
      checks: [
        {
          name: "slow",
          timeout: "20ms",
          check: (signal) => {
            seen.push(signal);
            return never();
          },
        },
        { name: "quick", check: () => true },
      ],
    });
    const report = await health.ready();
    assert.equal(report.checks["slow"]?.error, "no answer within 20ms");
    assert.equal(report.checks["quick"]?.status, "ok");
    assert.equal(seen[0]?.aborted, true);
  });

  test("checks run side by side", async () => {
    // Each waits for the other: one after the other they would never end, and their time limits would say so.
    const first = Promise.withResolvers<void>();
    const second = Promise.withResolvers<void>();
    const meet = (mine: typeof first, other: typeof first): Promise<void> => {
      mine.resolve();
      return other.promise;
    };
    const health = createHealth({
      checks: [
        { name: "first", check: () => meet(first, second) },
        { name: "second", check: () => meet(second, first) },
      ],
    });
    assert.equal((await health.ready()).status, "ok");
  });

  test("calls that arrive while checks run share them", async () => {
    const gate = Promise.withResolvers<void>();
    let runs = 0;
    const health = createHealth({
      checks: [
        {
          name: "counted",
          check: () => {
            runs += 1;
            return gate.promise;
          },
        },
      ],
    });
    const calls = [health.ready(), health.ready(), health.ready()];
    gate.resolve();
    await Promise.all(calls);
    assert.equal(runs, 1);
    await health.ready();
    assert.equal(runs, 2, "a later call asks again");
  });

  test("says stopping at once, also to calls that wait for a check", async () => {
    const gate = Promise.withResolvers<void>();
    let runs = 0;
    const health = createHealth({
      checks: [
        {
          name: "database",
          check: () => {
            runs += 1;
            return gate.promise;
          },
        },
      ],
    });
    const early = health.ready();
    health.stop();
    const late = await health.ready();
    gate.resolve();
    assert.equal(late.status, "stopping");
    assert.equal((await early).status, "stopping");
    assert.equal(healthStatusCode(late), 503);
    assert.equal(runs, 1, "no dependency is asked any more");
    assert.equal(health.live().status, "ok", "a process that stops in order must not be restarted");
  });

  test("errors show no secret, no credentials in URLs and no stack", async () => {
    const error = new Error(
      "postgres://parcel:hunter2@db/parcel refused key-1234\n    at somewhere (file.js:1:1)",
    );
    const health = createHealth({
      secrets: createSecrets(["key-1234"]),
      checks: [{ name: "database", check: () => Promise.reject(error) }],
    });
    const { checks } = await health.ready();
    assert.equal(checks["database"]?.error, "postgres://[redacted]@db/parcel refused [redacted]");
  });
});

test("two checks of one name are refused", () => {
  const check = { name: "database", check: () => true };
  assert.throws(() => createHealth({ checks: [check, check] }), /Two health checks have the name "database"/);
});

test("a time limit that is no duration is refused at the start, not at the first probe", () => {
  assert.throws(
    () => createHealth({ checks: [{ name: "database", check: () => true, timeout: "soon" as "1s" }] }),
    /"soon" is not a duration/,
  );
});
