/** What a version of the little service is like, for tests that break it on purpose. */
export type Mood =
  | "well"
  | "ends at once"
  | "never ready"
  | "dies after being ready"
  | "migration fails"
  | "migration goes on"
  | "uses too much memory";

/** What tests change of the stack. */
export interface StackOptions {
  readonly replicas?: number;
  /** Settings added to the service. */
  readonly extra?: string;
  readonly startPeriod?: string;
  /** More mounts of the service. */
  readonly mounts?: string;
  readonly overrides?: string;
  /** More services. */
  readonly services?: string;
  /** Routes and more of the gateway; everything goes to the service when absent. */
  readonly gateway?: string;
}

/** The stack: a service behind a gateway, a worker, a clock that may run only once, and a job before. */
export function stackText(name: string, options: StackOptions = {}): string {
  return `import { defineStack, dockerfile, nginx, site, supervisor } from "gantry";

export default defineStack({
  name: "${name}",
  services: {
    api: {
      build: dockerfile({ context: "app", programs: ["node"], command: ["node", "/app/server.mjs"] }),
      port: 3000,
      health: { http: "/health", startInterval: "200ms", interval: "1s", startPeriod: "${options.startPeriod ?? "60s"}" },
      before: { migrate: ["node", "/app/migrate.mjs"] },
      volumes: { "/ledger": "ledger"${options.mounts ?? ""} },
      replicas: ${options.replicas ?? 2},
      memory: "96m",
      ${options.extra ?? ""}
    },
    worker: {
      image: "api",
      command: ["node", "/app/worker.mjs"],
      health: { file: "/tmp/alive", startInterval: "200ms" },
      volumes: { "/ledger": "ledger" },
      memory: "96m",
    },
    clock: {
      image: "api",
      command: ["node", "/app/clock.mjs"],
      health: { file: "/tmp/alive", startInterval: "200ms" },
      volumes: { "/ledger": "ledger" },
      single: true,
      memory: "96m",
    },
    edge: nginx({ ${options.gateway ?? 'routes: { "/": "api" }'}, drain: "2s", memory: "128m" }),
    ${options.services ?? ""}
  },
  overrides: { ${options.overrides ?? ""} },
});
`;
}

/** Files of the application, below the stack's folder. */
export function appFiles(version: string, mood: Mood = "well"): Readonly<Record<string, string>> {
  return {
    "app/Dockerfile": `FROM node:24-trixie-slim
COPY . /app/
CMD ["node", "/app/server.mjs"]
`,
    "app/about.json": JSON.stringify({ version, mood }),
    "app/server.mjs": server,
    "app/worker.mjs": worker,
    "app/clock.mjs": clock,
    "app/migrate.mjs": migrate,
  };
}

const about = `import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
const about = JSON.parse(readFileSync(new URL("about.json", import.meta.url), "utf8"));
`;

/** Counts orders in a file that all versions share; echoes WebSockets; streams events; ends in good order. */
const server = `${about}
import { createHash } from "node:crypto";
import { hostname } from "node:os";
import http from "node:http";

if (about.mood === "ends at once") {
  console.error("cannot go on: the wheel fell off");
  process.exit(7);
}
if (about.mood === "uses too much memory") {
  const kept = [];
  setInterval(() => kept.push(Buffer.alloc(16 * 1024 * 1024, 1)), 20);
}
// A start takes a moment, as real ones do: requests that come too early meet nobody.
const begun = Date.now();
let ill = false;
const ready = () => Date.now() - begun > 700 && about.mood !== "never ready" && !ill;
const sockets = new Set();
const streams = new Set();
const server = http.createServer((request, response) => {
  const url = new URL(request.url, "http://any");
  if (url.pathname === "/health") {
    response.writeHead(ready() ? 200 : 503).end(ready() ? "ok" : "not yet");
  } else if (url.pathname === "/ill") {
    ill = true;
    response.end("ill");
  } else if (!ready() && about.mood === "well") {
    response.writeHead(500).end("asked before it was ready");
  } else if (url.pathname.startsWith("/orders/") && request.method === "POST") {
    appendFileSync("/ledger/orders-" + hostname(), url.pathname.slice(8) + "\\n");
    request.resume().on("end", () => response.writeHead(201).end(about.version));
  } else if (url.pathname === "/says") {
    appendFileSync("/ledger/said", url.searchParams.get("id") + "\\n");
    response.writeHead(Number(url.searchParams.get("status"))).end(about.version);
  } else if (url.pathname === "/slow") {
    setTimeout(() => response.end(about.version), Number(url.searchParams.get("ms") ?? 1000));
  } else if (url.pathname === "/events") {
    response.writeHead(200, { "content-type": "text/event-stream", "x-accel-buffering": "no" });
    let count = 0;
    const timer = setInterval(() => response.write("id: " + ++count + "\\ndata: " + about.version + "\\n\\n"), 100);
    streams.add(response);
    response.on("close", () => { clearInterval(timer); streams.delete(response); });
  } else {
    response.end(about.version);
  }
});
// Only small text frames: enough to see whether a connection lives.
server.on("upgrade", (request, socket) => {
  const accept = createHash("sha1").update(request.headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest("base64");
  socket.write("HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\nSec-WebSocket-Accept: " + accept + "\\r\\n\\r\\n");
  sockets.add(socket);
  socket.on("close", () => sockets.delete(socket)).on("error", () => {});
  socket.on("data", (frame) => {
    if ((frame[0] & 15) === 8) { socket.end(frame.length ? Buffer.from([0x88, 0]) : undefined); return; }
    const length = frame[1] & 127;
    const mask = frame.subarray(2, 6);
    const text = Buffer.from(frame.subarray(6, 6 + length).map((byte, at) => byte ^ mask[at % 4]));
    socket.write(Buffer.concat([Buffer.from([0x81, length]), text]));
  });
});
server.keepAliveTimeout = 5000;
server.listen(3000, () => console.log("version " + about.version + " listens"));
if (about.mood === "dies after being ready") setTimeout(() => { console.error("lost my mind"); process.exit(9); }, 3000);
process.on("SIGTERM", () => {
  for (const stream of streams) stream.end();
  for (const socket of sockets) socket.destroy();
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
`;

const worker = `${about}
import { hostname } from "node:os";
setInterval(() => writeFileSync("/tmp/alive", ""), 200);
process.on("SIGTERM", () => setTimeout(() => process.exit(0), 300));
`;

/** Notes when it runs, so that a test can see whether two ever did at once. */
const clock = `${about}
import { hostname } from "node:os";
const note = (what) => appendFileSync("/ledger/clock", JSON.stringify({ what, host: hostname(), time: Date.now() }) + "\\n");
note("begins");
setInterval(() => { writeFileSync("/tmp/alive", ""); note("ticks"); }, 200);
process.on("SIGTERM", () => { note("ends"); process.exit(0); });
`;

const migrate = `${about}
if (about.mood === "migration fails") {
  console.error("column is odd");
  process.exit(3);
}
if (about.mood === "migration goes on") {
  process.on("SIGTERM", () => { appendFileSync("/ledger/migrations", "taken back\\n"); process.exit(1); });
  await new Promise(() => setInterval(() => {}, 1000));
}
appendFileSync("/ledger/migrations", about.version + "\\n");
`;

/** A page whose build copies: what is tested is what serves it, not what makes it. */
export function pageFiles(version: string): Readonly<Record<string, string>> {
  const page = { name: "page", version: "1.0.0", private: true };
  return {
    "page/package.json": JSON.stringify({
      ...page,
      scripts: { build: "mkdir dist && cp -r public/. dist/" },
    }),
    "page/package-lock.json": JSON.stringify({
      ...page,
      lockfileVersion: 3,
      requires: true,
      packages: { "": page },
    }),
    "page/public/index.html": `page ${version}`,
    "page/public/assets/app-1a2b3c4d.js": `// ${"long enough to be compressed ".repeat(100)}`,
    [`page/public/assets/lazy-${version}.js`]: chunkOf(version),
    [`page/public/assets/lazy-${version}.js.map`]: "for developers only",
  };
}

/** What only this version of the page has, and loads when somebody clicks. */
export function chunkOf(version: string): string {
  return `// ${version} ${"compressed when it was built ".repeat(100)}`;
}
