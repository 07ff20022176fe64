import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent, get, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { suite, test } from "node:test";
import { type Program, startProgram } from "./program.ts";

const limit = { timeout: 60_000 };

async function request(program: Program, path: string, agent?: Agent): Promise<IncomingMessage> {
  const sent = get({ host: "127.0.0.1", port: program.port, path, ...(agent && { agent }) });
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  return response;
}

suite("graceful shutdown of a real process", limit, () => {
  test("readiness says 503 at once and liveness goes on, while the delay lasts", async () => {
    await using program = await startProgram({ delay: "1h" });
    assert.equal((await request(program, "/health")).statusCode, 200);
    program.signal("SIGTERM");
    await program.logged("shutting down");
    const ready = await request(program, "/health");
    assert.equal(ready.statusCode, 503);
    assert.equal((JSON.parse(await text(ready)) as { status: string }).status, "stopping");
    assert.equal((await request(program, "/health/live")).statusCode, 200);
    assert.equal(await text(await request(program, "/")), "quick", "requests are still served");
  });

  test("a client that keeps its connection is told to close it", async () => {
    await using program = await startProgram({ delay: "1h" });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const before = await request(program, "/", agent);
    await text(before);
    assert.equal(before.headers.connection, "keep-alive");
    program.signal("SIGTERM");
    await program.logged("shutting down");
    const after = await request(program, "/", agent);
    await text(after);
    assert.equal(after.headers.connection, "close");
    agent.destroy();
  });

  test("a request in flight finishes, new connections are refused, and the process ends with 0", async () => {
    await using program = await startProgram();
    const agent = new Agent({ keepAlive: true });
    const answer = request(program, "/slow?token=abc", agent);
    await program.logged("slow request runs");
    program.signal("SIGTERM");
    await program.logged("shutting down");
    // Closing follows the log line in the same turn or the next one: ask until the door is shut.
    while (await accepts(program.port));
    program.send("finish");
    const response = await answer;
    assert.equal(await text(response), "slow but whole");
    assert.equal(response.headers.connection, "close");
    assert.equal(await program.ended, 0);
  });

  test("idle keep-alive connections do not hold the process", async () => {
    await using program = await startProgram();
    const agent = new Agent({ keepAlive: true });
    await text(await request(program, "/", agent));
    program.signal("SIGTERM");
    assert.equal(await program.ended, 0);
    agent.destroy();
  });

  test("connections on which nothing, or half a request, was ever sent do not hold the process", async () => {
    await using program = await startProgram();
    const sockets = ["", "GET / HTTP/1.1\r\nHost: te"].map((sent) => {
      const socket = connect(program.port, "127.0.0.1");
      socket.on("error", () => undefined);
      if (sent !== "") socket.write(sent);
      return socket;
    });
    await Promise.all(sockets.map((socket) => once(socket, "connect")));
    // The answer to a later request: the program has seen the earlier connections by then.
    await text(await request(program, "/"));
    program.signal("SIGTERM");
    assert.equal(await program.ended, 0);
  });

  test("event streams are told and ended, upgraded connections are cut", async () => {
    await using program = await startProgram();
    const stream = await request(program, "/stream");
    const socket = connect(program.port, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.write("GET / HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: test\r\n\r\n");
    await once(socket, "data");
    const closed = once(socket, "close");
    program.signal("SIGTERM");
    assert.match(await text(stream), /data: hello\n\nevent: closing\n/);
    await closed;
    assert.equal(await program.ended, 0);
  });

  test("running jobs finish first, then resources are closed in reverse order", async () => {
    await using program = await startProgram({ job: true });
    program.signal("SIGTERM");
    await program.logged("shutting down");
    assert.equal(
      program.lines.some((line) => String(line["msg"]).startsWith("closed")),
      false,
    );
    program.send("finish job");
    assert.equal(await program.ended, 0);
    const closed = program.lines.map((line) => String(line["msg"])).filter((msg) => msg.startsWith("closed"));
    assert.deepEqual(closed, ["closed second", "closed first"]);
  });

  test("past the time limit it says what still ran, without query strings, and ends with 1", async () => {
    await using program = await startProgram({ job: true, timeout: "50ms" });
    const cut = request(program, "/slow?token=abc").catch(() => "cut");
    await program.logged("slow request runs");
    program.signal("SIGTERM");
    assert.equal(await program.ended, 1);
    assert.equal(await cut, "cut");
    const line = await program.logged(/^not shut down within/);
    assert.deepEqual(line["stillRunning"], [
      "HTTP server",
      "job sort",
      "GET /slow",
      "parcel 7 is being sorted",
    ]);
  });

  test("a second signal ends the process at once", async () => {
    await using program = await startProgram({ job: true, timeout: "1h" });
    program.signal("SIGINT");
    await program.logged("shutting down");
    program.signal("SIGTERM");
    assert.equal(await program.ended, 143);
  });
});

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
