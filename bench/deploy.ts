// What clients of the parcel sample see while its API is replaced: by Gantry, and by the procedures of the seed documents.
import { setTimeout as sleep } from "node:timers/promises";
import { type ClientKind, type LoadReport, percentile, startLoad } from "../testbed/load.ts";
import { median, tableText } from "./support/measure.ts";
import { layParcelYard, type ParcelYard } from "./support/parcel.ts";

/** Quick enough to wait for; what is measured does not depend on them. */
const quick = ["--soak", "1s", "--watch", "0s"];

const clients: Readonly<Record<ClientKind, number>> = {
  get: 6,
  "get-new": 3,
  post: 1,
  "post-new": 1,
  websocket: 2,
  events: 2,
};

/** The time in which new processes are new: they run code that their engine has not compiled yet, and what is replaced in place starts. */
const coldMs = 3000;

/** A span of the load's time, milliseconds since it began. */
interface Span {
  readonly from: number;
  readonly to: number;
}

interface Row {
  readonly what: string;
  readonly report: LoadReport;
  readonly seconds: number;
  readonly rounds: number;
  /** From the switch until the old ones are gone. */
  readonly switches: readonly Span[];
}

/** What one piece of work may tell: when a switch happened. */
interface Watch {
  readonly now: () => number;
  readonly switched: (span: Span) => void;
}

/**
 * Prints the table and the headline. `npm run bench -- deploy [REPLACES [REQUESTS]]`: 10 and 100,000 when absent;
 * `quick` is 2 and 10,000.
 */
export async function bench(args: readonly string[]): Promise<void> {
  const small = args[0] === "quick";
  const replaces = small ? 2 : Number(args[0] ?? 10);
  const requests = small ? 10_000 : Number(args[1] ?? 100_000);
  const few = Math.min(replaces, 3);
  await using yard = await layParcelYard();
  const rows: Row[] = [];
  // Built before there is any load: a compiler beside the clients would be measured too, and takes most of the time.
  const built = ["a", "b"];
  for (const version of built) await yard.build(version);
  await yard.build("bad", true);
  let turn = 0;
  const change = (): Promise<void> => yard.use(built[turn++ % built.length] as string);
  const measure = async (
    what: string,
    rounds: number,
    work: (watch: Watch) => Promise<unknown>,
    least = 0,
  ): Promise<void> => {
    await using load = startLoad({
      ...yard.load,
      clients,
      pauseMs: 4,
      // Each order is a journey of five events that workers move: a flood of them would measure the database.
      pauses: { post: 40, "post-new": 40 },
    });
    const switches: Span[] = [];
    const begun = performance.now();
    for (let round = 0; round < rounds; round++)
      await work({ now: load.now, switched: (span) => switches.push(span) });
    const seconds = (performance.now() - begun) / 1000;
    while (load.count() < least) await sleep(200);
    rows.push({ what, report: await load.stop(), seconds, rounds, switches });
    process.stderr.write(`${what}: done\n`);
  };
  const own: OwnTime[] = [];

  await measure("nothing happens", 1, () => sleep(15_000));
  await measure(
    "gantry deploy",
    replaces,
    async (watch) => {
      await change();
      own.push(await deployAndTime(yard, watch));
    },
    requests,
  );
  await measure("gantry rollback, and forward", few, async () => {
    await yard.sure("rollback", ...quick);
    await yard.sure("deploy", "--no-build", ...quick);
  });
  await measure("gantry scale api=4, api=2", few, async () => {
    await yard.sure("scale", "api=4", ...quick);
    await yard.sure("scale", "api=2", ...quick);
  });
  await measure("gantry deploy of a bad version", 1, async () => {
    await yard.use("bad");
    await yard.gantry("deploy", "--no-build", "--soak", "6s");
  });
  // As nobody deployed with Gantry: until here the gateway asks containers one by one, and never those that Compose adds.
  await yard.compose("restart", "edge");
  await yard.reached();
  await measure("docker compose up -d --no-deps api", replaces, async () => {
    await change();
    await yard.compose("up", "--detach", "--no-deps", "api");
    await settled(yard, 2);
  });
  await measure("docker compose up -d --scale api=4, =2", few, async () => {
    for (const count of [4, 2]) {
      await yard.compose("up", "--detach", "--no-deps", "--no-recreate", "--scale", `api=${count}`, "api");
      await settled(yard, count);
    }
  });
  await tell(yard, rows, own);
}

async function tell(yard: ParcelYard, rows: readonly Row[], own: readonly OwnTime[]): Promise<void> {
  const stored = await yard.stored();
  const lost = (report: LoadReport): number => report.orders.filter((id) => !stored.has(id)).length;
  const resets = (report: LoadReport): number =>
    report.failures.filter(({ what }) => /ECONNRESET|cut in the middle|EPIPE/.test(what)).length;
  const answers = ({ good }: LoadReport): number => good.get + good["get-new"] + good.post + good["post-new"];
  const quiet = p99((rows[0] as Row).report.times);
  process.stdout.write(
    `${tableText([
      ["while", "answers", "failed", "reset", "lost POSTs", "p99 ms", "of quiet", "seconds each"],
      ...rows.map(({ what, report, seconds, rounds }) => [
        what,
        String(answers(report)),
        String(report.failures.length),
        String(resets(report)),
        String(lost(report)),
        p99(report.times).toFixed(1),
        (p99(report.times) / quiet).toFixed(2),
        (seconds / rounds).toFixed(1),
      ]),
    ])}\n`,
  );
  const row = (what: string): Row => rows.find((one) => one.what === what) as Row;
  const deploys = row("gantry deploy");
  const within = (spans: readonly Span[]): LoadReport["times"] =>
    deploys.report.times.filter(({ at }) => spans.some(({ from, to }) => at >= from && at <= to));
  const during = within(deploys.switches);
  const cold = within(deploys.switches.map(({ from, to }) => ({ from, to: Math.min(from + coldMs, to) })));
  const warm = within(deploys.switches.map(({ from, to }) => ({ from: from + coldMs, to })));
  const seconds = (of: (time: OwnTime) => number): string => (median(own.map(of)) / 1000).toFixed(2);
  const hand = row("docker compose up -d --no-deps api").report.failures.length;
  const scaled = row("docker compose up -d --scale api=4, =2").report.failures.length;
  process.stdout.write(
    `p99 from the switch until the old are gone ${p99(during).toFixed(1)} ms, ${(p99(during) / quiet).toFixed(2)} times the quiet one (${during.length} requests): ${p99(cold).toFixed(1)} ms in the first ${coldMs / 1000} s, ${p99(warm).toFixed(1)} ms afterwards; ` +
      `own time of a deploy, beyond readiness, soak and drain: ${seconds((time) => Object.values(time).reduce((sum, part) => sum + part, 0))} s ` +
      `(${seconds(({ start }) => start)} until it begins, ${seconds(({ plan }) => plan)} to see what changed, ${seconds(({ make }) => make)} to hold requests and make containers, ` +
      `${seconds((time) => time.switch)} to switch and prove it, ${seconds(({ end }) => end)} at the end)\n`,
  );
  process.stdout.write(
    `${deploys.rounds} replaces, ${answers(deploys.report)} requests: ${deploys.report.failures.length} failed, ${resets(deploys.report)} reset, ${lost(deploys.report)} lost with gantry deploy; ` +
      `${hand} failed with docker compose up -d --no-deps, ${scaled} with --scale\n`,
  );
}

const p99 = (times: LoadReport["times"]): number =>
  percentile(
    times.map(({ ms }) => ms),
    0.99,
  );

/**
 * Compose does not wait for what it starts; and what it ends is asked for until nginx has looked the name up again. That
 * belongs to this change, not to what is measured next.
 */
async function settled(yard: ParcelYard, count: number): Promise<void> {
  const scale = ["--no-recreate", "--scale", `api=${count}`];
  await yard.compose("up", "--detach", "--no-deps", ...scale, "--wait", "api");
  await yard.reached();
}

interface Told {
  readonly kind: string;
  readonly id: string;
  readonly state?: string;
  readonly time: number;
}

/** What a deploy takes for itself, milliseconds: without readiness, soak and drain. */
interface OwnTime {
  /** Until the operation begins. */
  readonly start: number;
  /** Until the first step is written down. */
  readonly plan: number;
  /** Until new containers are made. */
  readonly make: number;
  /** From the soak's end until the gateway is proved to have switched. */
  readonly switch: number;
  /** From the moment when the old are gone. */
  readonly end: number;
}

/** Deploys what is built, and tells how long that took by itself. */
async function deployAndTime(yard: ParcelYard, watch: Watch): Promise<OwnTime> {
  const clock = Date.now() - watch.now();
  const begun = Date.now();
  const out = await yard.sure("deploy", "--no-build", "--format", "json", ...quick);
  const ended = Date.now();
  const events = out
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .flatMap((line): readonly Told[] => {
      const told = JSON.parse(line) as Told;
      return told.kind === undefined ? [] : [told];
    });
  const of = (which: (event: Told) => boolean): number =>
    events.find((event) => event.id === "deploy" && which(event))?.time ?? Number.NaN;
  const at = (state: string): number => of((event) => event.state === state);
  const started = of(({ kind }) => kind === "started");
  watch.switched({ from: at("switching the gateway") - clock, to: at("old containers are gone") - clock });
  return {
    start: started - begun,
    plan: at("beginning") - started,
    make: at("new containers are made") - at("beginning"),
    switch: at("the gateway has switched") - at("new containers keep well"),
    end: ended - at("old containers are gone"),
  };
}
