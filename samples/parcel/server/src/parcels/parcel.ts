import { randomInt } from "node:crypto";

/** What happens to a parcel, in this order. */
export const steps = [
  { status: "accepted", place: "Counter" },
  { status: "sorted", place: "Sorting centre" },
  { status: "in transit", place: "On the road" },
  { status: "out for delivery", place: "Local depot" },
  { status: "delivered", place: "Recipient" },
] as const;

/** One of the things that happen to a parcel. */
export type Status = (typeof steps)[number]["status"];

/** Something that happened to a parcel. */
export interface ParcelEvent {
  readonly id: number;
  readonly number: string;
  readonly status: Status;
  readonly place: string;
  readonly happenedAt: string;
}

/** A parcel as lists show it. */
export interface Parcel {
  readonly number: string;
  readonly sender: string;
  readonly recipient: string;
  readonly description: string;
  readonly createdBy: string | null;
  readonly createdAt: string;
  /** The last thing that happened to it. */
  readonly status: Status;
}

/** A parcel with all that happened to it, the oldest first. */
export interface TrackedParcel extends Parcel {
  readonly events: readonly ParcelEvent[];
}

/** What follows `status`, or `undefined` when the parcel has arrived. */
export function stepAfter(status: Status): (typeof steps)[number] | undefined {
  return steps[steps.findIndex((step) => step.status === status) + 1];
}

/** Letters and digits that are not mistaken for one another when read aloud or typed. */
const alphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/** A tracking number that cannot be guessed from another one: `PX-7K3M-92QD-H4`. */
export function newTrackingNumber(): string {
  const characters = Array.from({ length: 10 }, () => alphabet[randomInt(alphabet.length)]).join("");
  return `PX-${characters.slice(0, 4)}-${characters.slice(4, 8)}-${characters.slice(8)}`;
}

/** The number as it is stored, from what somebody typed; `undefined` when it cannot be one. */
export function parseTrackingNumber(text: string): string | undefined {
  const number = text.trim().toUpperCase();
  return /^PX-[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{2}$/.test(number) ? number : undefined;
}
