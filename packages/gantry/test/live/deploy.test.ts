import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type LoadReport, percentile, startLoad } from "../../../../testbed/load.ts";
import { until } from "../../../../testbed/sample.ts";
import { layYard, type Yard } from "./ship/yard.ts";

const replaces = Number(process.env["DEPLOY_REPLACES"] ?? 10);
const requests = Number(process.env["DEPLOY_REQUESTS"] ?? 100_000);
const quick = ["--soak", "500ms", "--watch", "0s"];

let yard: Yard;
before(async () => {
  yard = await layYard();
  // Brought up by hand first: the first deploy must be as quiet as the tenth.
  await yard.sure("up", "--env", "production");
});
after(async () => yard?.[Symbol.asyncDispose]());

test(`${replaces} replaces under load: no request fails, no connection is reset, no order is lost or doubled`, async (t) => {
  await using load = startLoad({
    url: yard.url,
    clients: { get: 6, "get-new": 3, post: 4, "post-new": 2, websocket: 2, events: 2 },
    pauseMs: 4,
  });
  const moments: { readonly from: number; readonly to: number }[] = [];
  for (let i = 1; i <= replaces; i++) {
    yard.version(`v${i + 1}`);
    const from = load.now();
    await yard.sure("deploy", ...quick);
    moments.push({ from, to: load.now() });
    assert.equal(await yard.ask(), `v${i + 1}`);
    assert.deepEqual(
      (await yard.running()).map((name) => name.replace(/-\d+$/, "")),
      ["api", "api", "clock", "edge", "worker"],
    );
  }
  await until(
    async () => load.count(),
    (count) => count >= requests,
    300,
  );
  const report = await load.stop();
  tell(report, moments, (line) => t.diagnostic(line));
  assert.deepEqual(report.failures, []);
  await requireOrders(report);
  assert.equal(report.versions.size, replaces + 1, "every version has answered");
  assert.ok(report.good.websocket > 100 && report.good.events > 100);
});

/** Every order that was acknowledged is in the ledger, once. */
async function requireOrders(report: LoadReport): Promise<void> {
  const written = (await yard.ledger("orders-*")).split("\n").filter((line) => line !== "");
  const counts = new Map<string, number>();
  for (const id of written) counts.set(id, (counts.get(id) ?? 0) + 1);
  assert.deepEqual(
    report.orders.filter((id) => counts.get(id) === undefined),
    [],
    "lost",
  );
  assert.deepEqual(
    [...counts].filter(([, count]) => count > 1),
    [],
    "doubled",
  );
}

function tell(
  report: LoadReport,
  moments: readonly { readonly from: number; readonly to: number }[],
  say: (line: string) => void,
): void {
  const during = (at: number): boolean => moments.some(({ from, to }) => at >= from && at <= to);
  const p99 = (list: LoadReport["times"]): string =>
    percentile(
      list.map(({ ms }) => ms),
      0.99,
    ).toFixed(1);
  say(`answers: ${JSON.stringify(report.good)}; failures: ${report.failures.length}`);
  say(`ended at the drain limit and made anew: ${JSON.stringify(report.ended)}`);
  say(
    `p99 in deploys ${p99(report.times.filter(({ at }) => during(at)))} ms, between them ${p99(report.times.filter(({ at }) => !during(at)))} ms`,
  );
  say(`seconds of each deploy: ${moments.map(({ from, to }) => ((to - from) / 1000).toFixed(1)).join(" ")}`);
}
