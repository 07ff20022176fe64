// A real service for the shutdown tests: it prints its port, and "slow" once a slow request runs.
import { type Duration, serve } from "../../src/index.ts";

const gate = Promise.withResolvers<void>();
const jobGate = Promise.withResolvers<void>();
const options = JSON.parse(process.argv[2] ?? "{}") as {
  delay?: Duration;
  timeout?: Duration;
  job?: boolean;
};

const service = await serve({
  service: "test",
  version: "9",
  port: 0,
  host: "127.0.0.1",
  handler: async (request, response) => {
    if (request.url === "/slow?token=abc") {
      service.log.info("slow request runs");
      await gate.promise;
      response.end("slow but whole");
    } else if (request.url === "/stream") {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write("data: hello\n\n");
      service.shutdown.trackStream(response);
    } else {
      response.end("quick");
    }
  },
  attach: (server) => {
    server.on("upgrade", (_request, socket) => {
      socket.on("error", () => undefined);
      socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: test\r\n\r\n");
    });
  },
  jobs: options.job
    ? [{ name: "sort", close: () => jobGate.promise, running: () => ["parcel 7 is being sorted"] }]
    : [],
  shutdown: {
    ...(options.delay !== undefined && { delay: options.delay }),
    ...(options.timeout !== undefined && { timeout: options.timeout }),
  },
});
service.shutdown.closeLast("first", () => service.log.info("closed first"));
service.shutdown.closeLast("second", () => service.log.info("closed second"));

process.on("message", (message) => {
  if (message === "finish") gate.resolve();
  if (message === "finish job") jobGate.resolve();
});
// The channel to the test must not keep the process alive.
process.channel?.unref();
