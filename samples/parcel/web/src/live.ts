import type { ParcelEvent } from "./api.ts";

type Message =
  | { readonly kind: "event"; readonly event: ParcelEvent }
  | { readonly kind: "gap" }
  | { readonly kind: "hello" };

const longestPause = 10_000;

/** Hears of every event, and comes back when the connection is lost; `missed` says that something may have been missed. */
export function hearEvents(heard: (event: ParcelEvent) => void, missed: () => void): void {
  let attempts = 0;
  const connect = (): void => {
    const socket = new WebSocket(new URL("/api/live", location.href.replace(/^http/, "ws")));
    socket.addEventListener("message", ({ data }: MessageEvent<string>) => {
      const message = JSON.parse(data) as Message;
      if (message.kind === "event") heard(message.event);
      else missed();
      attempts = 0;
    });
    socket.addEventListener("close", () => {
      // Many pages lose their connection at the same moment: they must not come back at the same moment.
      const pause = Math.min(longestPause, 250 * 2 ** attempts) * (0.5 + Math.random());
      attempts += 1;
      setTimeout(connect, pause);
    });
  };
  connect();
}
