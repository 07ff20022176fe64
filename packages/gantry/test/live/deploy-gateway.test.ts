import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startLoad } from "../../../../testbed/load.ts";
import { until } from "../../../../testbed/sample.ts";
import { upstreamsText } from "../../src/blueprint/gateway.ts";
import { layYard, type Yard } from "./ship/yard.ts";

/** A container's place in a network. */
interface Place {
  readonly IPAddress: string;
  readonly IPPrefixLen: number;
}

const upstream = { name: "api_3000", service: "api", port: 3000 };

describe("a gateway that cannot reach whom it was told to ask", () => {
  let yard: Yard;
  let edge: string;
  before(async () => {
    yard = await layYard({ replicas: 1 });
    await yard.sure("deploy");
    edge = `${yard.name}-production-edge-1`;
  });
  after(async () => yard?.[Symbol.asyncDispose]());

  const inEdge = (...command: readonly string[]): Promise<string> => yard.docker("exec", edge, ...command);

  let generation = 0;
  /** Names these hosts for the service, as a deploy does, and waits until nginx has taken that over. */
  async function pin(hosts: readonly string[]): Promise<void> {
    const name = `test-${++generation}`;
    const text = upstreamsText([upstream], { generation: name, hosts: { api: hosts } });
    const script = 'printf %s "$TEXT" > /tmp/nginx/upstreams.conf && nginx -s reload';
    await yard.docker("exec", "--env", `TEXT=${text}`, edge, "sh", "-c", script);
    await until(
      () => inEdge("curl", "-s", "http://127.0.0.1:8081/generation"),
      (answer) => answer.trim() === name,
      20,
    );
  }

  async function ask(method: string, path: string): Promise<string> {
    const response = await fetch(`${yard.url}${path}`, { method, headers: { connection: "close" } });
    return `${response.status} ${await response.text()}`;
  }

  /** Every answer is one, and each order arrived once. */
  async function allAnswered(): Promise<void> {
    const ids = Array.from({ length: 10 }, (_, i) => `order-${generation}-${i}`);
    for (const id of ids) {
      assert.equal(await ask("GET", "/"), "200 v1");
      assert.equal(await ask("POST", `/orders/${id}`), "201 v1");
    }
    const known = (await yard.ledger("orders-*")).split("\n");
    for (const id of ids) assert.equal(known.filter((one) => one === id).length, 1, id);
  }

  test("two containers that were stopped: as many as it tries", async () => {
    await pin(["127.0.0.1", "127.0.0.2"]);
    await allAnswered();
  });

  test("names that are still being looked up, or that nobody has", async () => {
    await pin(["nobody-1", "nobody-2"]);
    await allAnswered();
    const proof = await inEdge(
      "curl",
      "-s",
      "-o",
      "/dev/null",
      "-w",
      "%{http_code} %header{x-answered-by}",
      "http://127.0.0.1:8081/answers/api_3000/health",
    );
    assert.equal(proof, "502 api_3000", "a deploy must not take somebody else's answer for theirs");
  });

  test("an answer of its own that says 502 is passed on, and nobody else is asked", async () => {
    await pin([]);
    assert.equal(await ask("POST", "/says?status=502&id=said"), "502 v1");
    assert.equal((await yard.ledger("said")).trim(), "said");
  });

  test("the name's addresses change while a request looks for its second server", async () => {
    const api = (await yard.running()).find((name) => name.startsWith("api-"));
    const networks = async (name: string): Promise<Readonly<Record<string, Place>>> =>
      JSON.parse(
        await yard.docker("inspect", "--format", "{{json .NetworkSettings.Networks}}", name),
      ) as Record<string, Place>;
    const ofEdge = await networks(edge);
    const [network = "", { IPAddress: address, IPPrefixLen: bits } = { IPAddress: "", IPPrefixLen: 24 }] =
      Object.entries(await networks(`${yard.name}-production-${api}`)).find(([name]) => name in ofEdge) ?? [];
    const image = await yard.docker("inspect", "--format", "{{.Image}}", edge);
    const other = `${yard.name}-other`;
    await yard.docker(
      "run",
      "--detach",
      "--name",
      other,
      "--network",
      "none",
      "--entrypoint",
      "sleep",
      image,
      "600",
    );
    try {
      await yard.docker("network", "disconnect", "none", other);
      // Nobody has the first address: nginx gives it up after 2 s, and has meanwhile learned of one more `api`.
      // Inside the network: any other would be asked of the outside.
      const size = 2 ** Math.min(8, 32 - bits);
      const silent = address.replace(/\d+$/, (last) =>
        String(Number(last) - (Number(last) % size) + size - 3),
      );
      await pin([silent, address]);
      await using load = startLoad({
        url: yard.url,
        clients: { get: 2, "get-new": 4, post: 2 },
        pauseMs: 20,
      });
      for (let round = 0; round < 4; round++) {
        await yard.docker("network", "connect", "--alias", "api", network, other);
        await new Promise((done) => setTimeout(done, 2500));
        await yard.docker("network", "disconnect", network, other);
        await new Promise((done) => setTimeout(done, 2500));
      }
      const { failures, good } = await load.stop();
      assert.deepEqual(failures, []);
      assert.ok(good.get > 50);
    } finally {
      await yard.docker("rm", "--force", other);
    }
  });

  test("and the next deploy is as quiet as ever", async () => {
    await pin(["127.0.0.1", "127.0.0.2"]);
    await using load = startLoad({ url: yard.url, clients: { get: 2, "get-new": 2, post: 2 }, pauseMs: 5 });
    yard.version("v2");
    await yard.sure("deploy", "--soak", "500ms", "--watch", "0s");
    assert.equal(await yard.ask(), "v2");
    assert.deepEqual((await load.stop()).failures, []);
  });
});
