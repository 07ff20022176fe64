import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { createLog, type LogOptions } from "../src/logs.ts";
import { requestIdFrom, runInRequest } from "../src/request-context.ts";
import { createSecrets } from "../src/secrets.ts";

function capture(options: Partial<LogOptions> = {}): {
  readonly log: ReturnType<typeof createLog>;
  readonly text: () => string;
  readonly lines: () => readonly Record<string, unknown>[];
} {
  const written: string[] = [];
  const destination = { write: (line: string) => void written.push(line) };
  const log = createLog({ service: "api", version: "1.2.3", destination, ...options });
  return {
    log,
    text: () => written.join(""),
    lines: () => written.map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

suite("log lines", () => {
  test("have an ISO time, a level in words, the service and the message", () => {
    const { log, lines } = capture();
    log.warn({ parcel: 7 }, "late");
    const [line] = lines();
    assert.equal(new Date(String(line?.["time"])).toISOString(), line?.["time"]);
    assert.deepEqual(
      { ...line, time: "" },
      {
        time: "",
        level: "warn",
        service: "api",
        version: "1.2.3",
        parcel: 7,
        msg: "late",
      },
    );
  });

  test("carry the request id through everything that a request calls", async () => {
    const { log, lines } = capture();
    await runInRequest({ requestId: "r-1" }, async () => {
      await new Promise((resolve) => setImmediate(resolve));
      log.info("inside");
      log.child({ part: "database" }).info("inside a child");
    });
    log.info("outside");
    assert.deepEqual(
      lines().map((line) => line["requestId"]),
      ["r-1", "r-1", undefined],
    );
  });

  test("hide properties with secret names at any depth, in children and in errors", () => {
    const { log, text } = capture();
    const hidden = "do-not-show";
    log.info({
      password: hidden,
      headers: { Authorization: hidden, cookie: hidden, "set-cookie": [hidden] },
    });
    log.info({ list: [{ accessToken: hidden, deeper: { client_secret: hidden, "x-api-key": hidden } }] });
    log.child({ sessionKey: hidden }).info("child");
    log.error(Object.assign(new Error("failed"), { config: { token: hidden } }), "with an error");
    assert.doesNotMatch(text(), /do-not-show/);
    assert.match(text(), /"password":"\[redacted\]"/);
  });

  test("keep properties that only sound like secrets", () => {
    const { log, lines } = capture();
    log.info({ key: "parcel:7", tokens: 12, monkey: "b", passed: true });
    const { key, tokens, monkey, passed } = lines()[0] ?? {};
    assert.deepEqual(
      { key, tokens, monkey, passed },
      { key: "parcel:7", tokens: 12, monkey: "b", passed: true },
    );
  });

  test("hide registered values wherever they stand, in any of their forms", () => {
    const { log, text } = capture({ secrets: createSecrets(['p"ss/wörd']) });
    log.info({ note: 'it is p"ss/wörd' }, 'msg p"ss/wörd');
    log.error(new Error(`postgres://u:${encodeURIComponent('p"ss/wörd')}@db failed`));
    assert.doesNotMatch(text(), /ss\/w|ss%2Fw/);
    assert.equal(
      text().match(/\[redacted\]/g)?.length,
      5,
      "note, msg, and of the error msg, message and stack",
    );
  });

  test("name errors with message and stack, and their causes", () => {
    const { log, lines } = capture();
    log.error({ err: new Error("outer", { cause: new Error("inner") }) }, "failed");
    const error = lines()[0]?.["err"] as Record<string, unknown>;
    assert.equal(error["type"], "Error");
    assert.match(String(error["message"]), /outer.*inner/);
    assert.match(String(error["stack"]), /logs\.test/);
  });

  test("survive values that refer to themselves", () => {
    const { log, lines } = capture();
    const circular: Record<string, unknown> = {};
    circular["self"] = circular;
    log.info({ circular }, "fine");
    assert.equal(lines()[0]?.["msg"], "fine");
  });
});

test("a request id of the caller is taken only when it is short and plain", () => {
  assert.equal(requestIdFrom("abc-123"), "abc-123");
  for (const unfit of [undefined, "", "a b", "x".repeat(129), 'quote"', "line\nbreak"]) {
    assert.match(requestIdFrom(unfit), /^[0-9a-f-]{36}$/);
  }
});
