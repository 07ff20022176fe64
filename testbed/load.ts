import { Agent, request as httpRequest } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** What kinds of clients there are. */
export type ClientKind = "get" | "get-new" | "post" | "post-new" | "websocket" | "events";

/** Something that a client did not get. */
export interface Failure {
  readonly kind: ClientKind;
  /** Milliseconds since the load began. */
  readonly at: number;
  readonly what: string;
}

/** What the clients saw. */
export interface LoadReport {
  /** Answers with 2xx, messages that came back, events: by kind. */
  readonly good: Readonly<Record<ClientKind, number>>;
  readonly failures: readonly Failure[];
  /** Connections of WebSockets and event streams that ended, and were made anew at once. */
  readonly ended: Readonly<Record<"websocket" | "events", number>>;
  /** Ids of orders that were acknowledged. */
  readonly orders: readonly string[];
  /** Requests: when they began, and how long they took, milliseconds. */
  readonly times: readonly { readonly at: number; readonly ms: number }[];
  /** Answers by text: the version that gave them. */
  readonly versions: ReadonlyMap<string, number>;
}

/** How much load, by kind of client. */
export interface LoadSettings {
  readonly url: string;
  readonly clients: Readonly<Partial<Record<ClientKind, number>>>;
  /** Pause of each client between two requests, milliseconds. */
  readonly pauseMs: number;
  /** Path of a GET; `/` when absent. */
  readonly getPath?: string;
  /** Path and body of a POST of this id; `/orders/ID` without a body when absent. */
  readonly post?: (id: string) => { readonly path: string; readonly body?: string };
  readonly headers?: Readonly<Record<string, string>>;
  /** Another pause for some kinds of clients. */
  readonly pauses?: Readonly<Partial<Record<ClientKind, number>>>;
  /** Where WebSockets go, and whether what is sent comes back; `/socket` that echoes when absent. */
  readonly socket?: { readonly path: string; readonly echoes: boolean };
  /** Path of the event stream; `/events` when absent. */
  readonly events?: string;
}

/** Clients that go on until they are told to stop. */
export interface Load extends AsyncDisposable {
  /** Milliseconds since it began. */
  now(): number;
  /** How many requests were answered well by now. */
  count(): number;
  stop(): Promise<LoadReport>;
}

/** Starts clients of several kinds against one address. Each sends its next request when it has its answer. */
export function startLoad(settings: LoadSettings): Load {
  const begun = performance.now();
  const good: Record<ClientKind, number> = {
    get: 0,
    "get-new": 0,
    post: 0,
    "post-new": 0,
    websocket: 0,
    events: 0,
  };
  const ended = { websocket: 0, events: 0 };
  const failures: Failure[] = [];
  const orders: string[] = [];
  const times: { at: number; ms: number }[] = [];
  const versions = new Map<string, number>();
  const stopped = new AbortController();
  const now = (): number => performance.now() - begun;
  const fail = (kind: ClientKind, what: string): void => {
    if (!stopped.signal.aborted) failures.push({ kind, at: Math.round(now()), what });
  };
  let nextOrder = 0;
  const marker = `${process.pid}-${Date.now().toString(36)}`;

  const requests = async (kind: ClientKind, index: number): Promise<void> => {
    const keepAlive = !kind.endsWith("-new");
    const agent = new Agent({ keepAlive, maxSockets: 1 });
    const posts = kind.startsWith("post");
    while (!stopped.signal.aborted) {
      const id = `${marker}-${index}-${nextOrder++}`;
      const target = posts
        ? (settings.post?.(id) ?? { path: `/orders/${id}` })
        : { path: settings.getPath ?? "/" };
      const at = now();
      try {
        const answer = await send(settings, agent, posts ? "POST" : "GET", target);
        times.push({ at, ms: now() - at });
        if (answer.status >= 200 && answer.status < 300) {
          good[kind]++;
          if (posts) orders.push(id);
          if (answer.text.length < 40) versions.set(answer.text, (versions.get(answer.text) ?? 0) + 1);
        } else fail(kind, `status ${answer.status} ${answer.text.slice(0, 80)}`);
      } catch (error) {
        fail(kind, String((error as { code?: string }).code ?? error));
      }
      await sleep(settings.pauses?.[kind] ?? settings.pauseMs);
    }
    agent.destroy();
  };

  const sockets = async (): Promise<void> => {
    const { path, echoes } = settings.socket ?? { path: "/socket", echoes: true };
    while (!stopped.signal.aborted) {
      const outcome = await talk(
        `${settings.url.replace("http", "ws")}${path}`,
        echoes,
        stopped.signal,
        () => good.websocket++,
      );
      if (outcome === "ended") ended.websocket++;
      else fail("websocket", outcome);
    }
  };

  const events = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      const outcome = await listen(
        `${settings.url}${settings.events ?? "/events"}`,
        stopped.signal,
        () => good.events++,
      );
      if (outcome === "ended") ended.events++;
      else fail("events", outcome);
    }
  };

  const clients: Promise<void>[] = [];
  let index = 0;
  for (const [kind, count] of Object.entries(settings.clients) as [ClientKind, number][])
    for (let i = 0; i < count; i++)
      clients.push(kind === "websocket" ? sockets() : kind === "events" ? events() : requests(kind, index++));

  const stop = async (): Promise<LoadReport> => {
    stopped.abort();
    await Promise.all(clients);
    return { good, failures, ended, orders, times, versions };
  };
  return {
    now,
    count: () => good.get + good["get-new"] + good.post + good["post-new"],
    stop,
    [Symbol.asyncDispose]: async () => {
      await stop();
    },
  };
}

function send(
  settings: LoadSettings,
  agent: Agent,
  method: string,
  target: { readonly path: string; readonly body?: string },
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      `${settings.url}${target.path}`,
      { agent, method, timeout: 20_000, headers: { ...settings.headers } },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (part: string) => {
          text += part;
        });
        response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
        response.on("error", reject);
        response.on("aborted", () => reject(new Error("cut in the middle of an answer")));
      },
    );
    request.on("timeout", () => request.destroy(new Error("no answer in 20 s")));
    request.on("error", reject);
    request.end(target.body);
  });
}

/** Reads an event stream until it ends; one that is cut in the middle is the drain limit's work, one that cannot begin a failure. */
function listen(url: string, signal: AbortSignal, onEvent: () => void): Promise<"ended" | string> {
  return new Promise((resolve) => {
    const request = httpRequest(url, { agent: false, signal }, (response) => {
      if (response.statusCode !== 200) resolve(`status ${response.statusCode}`);
      response.on("data", onEvent);
      response.on("error", () => {});
      response.on("close", () => resolve("ended"));
    });
    request.on("error", (error) =>
      resolve(signal.aborted ? "ended" : String((error as { code?: string }).code ?? error)),
    );
    request.end();
  });
}

/** Sends a text and waits for it to come back, again and again, or only listens, until the connection ends. */
function talk(
  url: string,
  echoes: boolean,
  signal: AbortSignal,
  onMessage: () => void,
): Promise<"ended" | string> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url);
    let opened = false;
    let count = 0;
    const finish = (outcome: string): void => {
      signal.removeEventListener("abort", stop);
      resolve(outcome);
    };
    const stop = (): void => {
      socket.close();
      finish("ended");
    };
    signal.addEventListener("abort", stop, { once: true });
    socket.onopen = () => {
      opened = true;
      if (echoes) socket.send(`message ${count}`);
    };
    socket.onmessage = ({ data }) => {
      if (!echoes) {
        onMessage();
        return;
      }
      if (data !== `message ${count}`) {
        finish(`sent "message ${count}" and got "${data}"`);
        return;
      }
      onMessage();
      count++;
      setTimeout(() => {
        if (socket.readyState === WebSocket.OPEN) socket.send(`message ${count}`);
      }, 50);
    };
    socket.onclose = () => finish(opened ? "ended" : "could not connect");
    socket.onerror = () => {};
  });
}

/** The value below which a share of all lies: 0.99 for p99. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
