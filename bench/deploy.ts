// What clients see while the API is replaced: by Gantry, and by the procedure of the seed documents.
import { layYard, type Yard } from "../packages/gantry/test/live/ship/yard.ts";
import { type LoadReport, percentile, startLoad } from "../testbed/load.ts";
import { until } from "../testbed/sample.ts";
import { tableText } from "./support/measure.ts";

/** Quick enough to wait for; what is measured does not depend on them. */
const quick = ["--soak", "1s", "--watch", "0s"];

interface Row {
  readonly what: string;
  readonly report: LoadReport;
  readonly seconds: number;
}

/** Prints the table and the headline. `npm run bench -- deploy ROUNDS` repeats each procedure. */
export async function bench(args: readonly string[]): Promise<void> {
  const rounds = Number(args[0] ?? 3);
  await using yard = await layYard();
  await yard.sure("deploy");
  let version = 1;
  const change = (): void => yard.version(`v${++version}`);
  const rows: Row[] = [];
  const measure = async (what: string, work: () => Promise<unknown>): Promise<void> => {
    await using load = startLoad({
      url: yard.url,
      clients: { get: 6, "get-new": 3, post: 4, "post-new": 2, websocket: 2, events: 2 },
      pauseMs: 4,
    });
    const begun = performance.now();
    for (let round = 0; round < rounds; round++) await work();
    const seconds = (performance.now() - begun) / 1000;
    rows.push({ what, report: await load.stop(), seconds });
  };
  const file = `${yard.root}/deploy/compose.production.yaml`;
  const compose = (...words: readonly string[]): Promise<string> =>
    yard.docker("compose", "-f", file, ...words);

  await measure("nothing happens", () => new Promise((done) => setTimeout(done, 8000)));
  await measure("gantry deploy", async () => {
    change();
    await yard.sure("deploy", ...quick);
  });
  await measure("gantry rollback, and forward", async () => {
    await yard.sure("rollback", ...quick);
    await yard.sure("deploy", ...quick);
  });
  await measure("gantry scale api=4, api=2", async () => {
    await yard.sure("scale", "api=4", ...quick);
    await yard.sure("scale", "api=2", ...quick);
  });
  await measure("gantry deploy of a broken version", async () => {
    yard.version("broken", "dies after being ready");
    await yard.gantry("deploy", "--soak", "4s");
  });
  change();
  const own = await ownTime(yard);
  await measure("docker compose up -d --no-deps api", async () => {
    change();
    await yard.sure("build", "api", "--env", "production");
    await compose("up", "--detach", "--no-deps", "api");
    await settled(yard, version);
  });
  await measure("docker compose up -d --scale api=4, api=2", async () => {
    for (const count of [4, 2]) {
      await compose("up", "--detach", "--no-deps", "--no-recreate", "--scale", `api=${count}`, "api");
      await new Promise((done) => setTimeout(done, 3000));
    }
  });
  const orders = new Set((await yard.ledger("orders-*")).split("\n"));
  const lost = (report: LoadReport): number => report.orders.filter((id) => !orders.has(id)).length;
  const p99 = (report: LoadReport): number =>
    percentile(
      report.times.map(({ ms }) => ms),
      0.99,
    );
  const quiet = p99((rows[0] as Row).report);
  process.stdout.write(
    `${tableText([
      ["while", "answers", "failed", "lost POSTs", "p99 ms", "of quiet", "seconds each"],
      ...rows.map(({ what, report, seconds }) => [
        what,
        String(report.good.get + report.good["get-new"] + report.good.post + report.good["post-new"]),
        String(report.failures.length),
        String(lost(report)),
        p99(report).toFixed(1),
        (p99(report) / quiet).toFixed(2),
        (seconds / rounds).toFixed(1),
      ]),
    ])}\n`,
  );
  const failed = (what: string): number => rows.find((row) => row.what === what)?.report.failures.length ?? 0;
  process.stdout.write(`own time of a deploy, beyond readiness, soak and drain: ${own.toFixed(2)} s\n`);
  process.stdout.write(
    `${rounds} replaces: ${failed("gantry deploy")} failed requests with gantry deploy, ${failed("docker compose up -d --no-deps api")} with docker compose up -d --no-deps\n`,
  );
}

/** The API answers with this version again: Compose does not wait for that. */
async function settled(yard: Yard, version: number): Promise<void> {
  await until(
    () => yard.ask(),
    (text) => text === `v${version}`,
    60,
  );
}

/** Seconds of a deploy without a build that are spent on nothing but itself: all, without waiting for containers and clients. */
async function ownTime(yard: Yard): Promise<number> {
  await yard.sure("build", "--env", "production");
  const out = await yard.sure("deploy", "--no-build", "--format", "json", ...quick);
  const events = out
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map(
      (line) =>
        JSON.parse(line) as { kind: string; id: string; state?: string; time: number; durationMs?: number },
    );
  const at = (state: string): number =>
    events.find((event) => event.id === "deploy" && event.state === state)?.time ?? Number.NaN;
  const whole =
    events.find(({ kind, id }) => kind === "finished" && id === "deploy")?.durationMs ?? Number.NaN;
  const jobs = events
    .filter(({ kind, id }) => kind === "finished" && id.startsWith("service:api-migrate"))
    .reduce((sum, { durationMs = 0 }) => sum + durationMs, 0);
  const waiting =
    at("new containers keep well") -
    at("jobs are done") +
    (at("nothing is in flight") - at("the gateway has switched"));
  return (whole - jobs - waiting) / 1000;
}
