import { ApiError, type ParcelEvent, readParcel, type Status, steps, type TrackedParcel } from "./api.ts";
import { byId, element, timeElement } from "./dom.ts";

const titles: Readonly<Record<Status, string>> = {
  accepted: "Accepted",
  sorted: "Sorted",
  "in transit": "In transit",
  "out for delivery": "Out for delivery",
  delivered: "Delivered",
};

let stream: EventSource | undefined;
let shown = "";

/** Shows the journey of a parcel and follows it; without a number, an invitation. */
export async function showJourney(number: string | undefined): Promise<void> {
  stream?.close();
  shown = number ?? "";
  if (number === undefined) {
    replace(invitation());
    return;
  }
  try {
    const parcel = await readParcel(number);
    // Another parcel was chosen while this one was on its way.
    if (shown !== number) return;
    follow(parcel);
  } catch (error) {
    if (shown === number) replace(failure(number, error));
  }
}

function follow(parcel: TrackedParcel): void {
  const events = new Map(parcel.events.map((event) => [event.status, event]));
  const draw = (latest?: Status): void => replace(journey(parcel, events, latest));
  draw();
  if (events.has("delivered")) return;
  // The stream begins with what happened so far: nothing is lost between the answer above and its start.
  stream = new EventSource(`/api/parcels/${parcel.number}/events`);
  stream.addEventListener("parcel", ({ data }: MessageEvent<string>) => {
    const event = JSON.parse(data) as ParcelEvent;
    if (events.has(event.status)) return;
    events.set(event.status, event);
    draw(event.status);
    byId("announcements").textContent = `${parcel.number}: ${titles[event.status]}, ${event.place}`;
    if (event.status === "delivered") stream?.close();
  });
}

function journey(
  parcel: TrackedParcel,
  events: ReadonlyMap<Status, ParcelEvent>,
  latest: Status | undefined,
): readonly Node[] {
  const delivered = events.has("delivered");
  const next = steps.find((step) => !events.has(step));
  return [
    element(
      "div",
      { class: "heading" },
      element("h2", { "data-testid": "tracking-number", class: "number" }, parcel.number),
      element("span", { class: delivered ? "pill done" : "pill live" }, delivered ? "Delivered" : "Live"),
    ),
    element(
      "dl",
      { class: "facts" },
      ...fact("From", parcel.sender),
      ...fact("To", parcel.recipient),
      ...fact("Inside", parcel.description),
    ),
    element(
      "ol",
      { class: "timeline", "data-testid": "timeline" },
      ...steps.map((step) =>
        milestone(step, events.get(step), { next: step === next, fresh: step === latest }),
      ),
    ),
  ];
}

function fact(name: string, value: string): readonly Node[] {
  return [element("div", {}, element("dt", {}, name), element("dd", {}, value))];
}

function milestone(
  step: Status,
  event: ParcelEvent | undefined,
  { next, fresh }: { readonly next: boolean; readonly fresh: boolean },
): HTMLLIElement {
  const state = event !== undefined ? "done" : next ? "next" : "later";
  return element(
    "li",
    {
      class: fresh ? `${state} fresh` : state,
      "data-status": step,
      // Only what happened is an event: tests and assistive technology see the same.
      "data-testid": event && "timeline-event",
      "aria-current": next ? "step" : undefined,
    },
    element("span", { class: "dot", "aria-hidden": "true" }),
    element("strong", {}, titles[step]),
    event === undefined
      ? element("span", { class: "detail" }, next ? "on its way…" : "to come")
      : element("span", { class: "detail" }, `${event.place} · `, timeElement(event.happenedAt)),
  );
}

function invitation(): readonly Node[] {
  return [
    element(
      "div",
      { class: "invitation" },
      element("img", { src: "/favicon.svg", alt: "", width: "72", height: "72" }),
      element("h2", {}, "Where is it now?"),
      element(
        "p",
        {},
        "Send a parcel, or choose one from the list, and watch its journey here as it happens.",
      ),
    ),
  ];
}

function failure(number: string, error: unknown): readonly Node[] {
  const missing = error instanceof ApiError && error.status === 404;
  const text = missing
    ? "No parcel has this number. Check the letters and digits."
    : `${error instanceof Error ? error.message : error}`;
  return [
    element("h2", { class: "number" }, number),
    element("p", { class: "problem", role: "alert", "data-testid": "journey-problem" }, text),
  ];
}

function replace(content: readonly Node[]): void {
  byId("journey").replaceChildren(...content);
}
