import { listParcels, type Parcel, type ParcelEvent } from "./api.ts";
import { byId, element, timeElement } from "./dom.ts";

const pageSize = 20;

let parcels: readonly Parcel[] = [];
let exhausted = false;
let selected: string | undefined;

const mineOnly = (): boolean => byId<HTMLInputElement>("mine").checked;

/** Reads the list anew. */
export async function reloadList(): Promise<void> {
  const page = await listParcels({ mine: mineOnly() });
  parcels = page;
  exhausted = page.length < pageSize;
  draw();
}

/** Adds the next page of older parcels. */
export async function showOlder(): Promise<void> {
  const before = parcels.at(-1)?.number;
  const page = await listParcels({ mine: mineOnly(), ...(before !== undefined && { before }) });
  const known = new Set(parcels.map(({ number }) => number));
  parcels = [...parcels, ...page.filter(({ number }) => !known.has(number))];
  exhausted = page.length < pageSize;
  draw();
}

/** Marks the parcel whose journey is shown. */
export function selectInList(number: string | undefined): void {
  selected = number;
  draw();
}

/** Brings one line up to date; says whether the list has it. */
export function applyEvent(event: ParcelEvent): boolean {
  if (!parcels.some(({ number }) => number === event.number)) return false;
  parcels = parcels.map((parcel) =>
    parcel.number === event.number ? { ...parcel, status: event.status } : parcel,
  );
  draw();
  return true;
}

function draw(): void {
  const list = byId("parcel-list");
  // Drawing anew must not take the focus from somebody who walks the list with the keyboard.
  const focused = (document.activeElement as HTMLElement | null)?.dataset["number"];
  list.replaceChildren(...parcels.map(line));
  if (focused !== undefined)
    list.querySelector<HTMLElement>(`[data-number="${CSS.escape(focused)}"]`)?.focus();
  byId("list-empty").hidden = parcels.length > 0;
  byId("more").hidden = exhausted;
}

function line(parcel: Parcel): HTMLLIElement {
  const current = parcel.number === selected;
  return element(
    "li",
    {},
    element(
      "a",
      {
        href: `#/${parcel.number}`,
        "data-testid": "parcel-item",
        "data-number": parcel.number,
        "aria-current": current ? "true" : undefined,
      },
      element("span", { class: "what" }, parcel.description),
      element("span", { class: "who" }, `${parcel.sender} → ${parcel.recipient}`),
      element("span", { class: `pill ${parcel.status === "delivered" ? "done" : "live"}` }, parcel.status),
      element("span", { class: "when" }, timeElement(parcel.createdAt)),
    ),
  );
}
