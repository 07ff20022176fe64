import { type Database, inTransaction, type Queryable } from "../database/pool.ts";
import {
  newTrackingNumber,
  type Parcel,
  type ParcelEvent,
  type Status,
  steps,
  type TrackedParcel,
} from "./parcel.ts";

/** What a customer tells about a new parcel. */
export interface NewParcel {
  readonly sender: string;
  readonly recipient: string;
  readonly description: string;
  readonly createdBy: string | null;
}

const parcelColumns = `
  parcels.number, parcels.sender, parcels.recipient, parcels.description,
  parcels.created_by AS "createdBy", to_json(parcels.created_at) #>> '{}' AS "createdAt"`;

const eventColumns = `
  parcel_events.id::int AS id, parcels.number, parcel_events.status, parcel_events.place,
  to_json(parcel_events.happened_at) #>> '{}' AS "happenedAt"`;

const lastStatus = `
  (SELECT status FROM parcel_events WHERE parcel_id = parcels.id ORDER BY id DESC LIMIT 1) AS status`;

/** Stores a parcel together with its first event, and returns it. */
export function createParcel(database: Database, parcel: NewParcel): Promise<Parcel> {
  const number = newTrackingNumber();
  return inTransaction(database, async (client) => {
    const { rows } = await client.query<Omit<Parcel, "status">>(
      `INSERT INTO parcels (number, sender, recipient, description, created_by)
       VALUES ($1, $2, $3, $4, $5) RETURNING ${parcelColumns}`,
      [number, parcel.sender, parcel.recipient, parcel.description, parcel.createdBy],
    );
    await recordEvent(client, number, steps[0].status, steps[0].place);
    const [stored] = rows;
    if (stored === undefined) throw new Error("the new parcel was not returned");
    return { ...stored, status: steps[0].status };
  });
}

/** Records that something happened to a parcel; `false` when it was recorded before or the parcel is gone. */
export async function recordEvent(
  database: Queryable,
  number: string,
  status: Status,
  place: string,
): Promise<boolean> {
  const { rowCount } = await database.query(
    `INSERT INTO parcel_events (parcel_id, status, place)
     SELECT id, $2, $3 FROM parcels WHERE number = $1
     ON CONFLICT (parcel_id, status) DO NOTHING`,
    [number, status, place],
  );
  return rowCount === 1;
}

/** A page of parcels, the newest first. `before` is the number of the last parcel of the page before. */
export async function listParcels(
  database: Queryable,
  page: {
    readonly limit: number;
    readonly before?: string | undefined;
    readonly createdBy?: string | undefined;
  },
): Promise<readonly Parcel[]> {
  const { rows } = await database.query<Parcel>(
    `SELECT ${parcelColumns}, ${lastStatus} FROM parcels
     WHERE ($2::text IS NULL OR id < (SELECT id FROM parcels WHERE number = $2))
       AND ($3::text IS NULL OR created_by = $3)
     ORDER BY id DESC LIMIT $1`,
    [page.limit, page.before ?? null, page.createdBy ?? null],
  );
  return rows;
}

/** A parcel with all its events. */
export async function findParcel(database: Queryable, number: string): Promise<TrackedParcel | undefined> {
  const { rows } = await database.query<Parcel>(
    `SELECT ${parcelColumns}, ${lastStatus} FROM parcels WHERE number = $1`,
    [number],
  );
  const [parcel] = rows;
  if (parcel === undefined) return undefined;
  const events = await eventsAfter(database, number, 0);
  return { ...parcel, status: events.at(-1)?.status ?? parcel.status, events };
}

/** The events of a parcel that came after the event `afterId`. */
export async function eventsAfter(
  database: Queryable,
  number: string,
  afterId: number,
): Promise<readonly ParcelEvent[]> {
  const { rows } = await database.query<ParcelEvent>(
    `SELECT ${eventColumns} FROM parcel_events JOIN parcels ON parcels.id = parcel_id
     WHERE parcels.number = $1 AND parcel_events.id > $2 ORDER BY parcel_events.id`,
    [number, afterId],
  );
  return rows;
}

/** Parcels under way to which nothing happened for `seconds`: their next job was lost. */
export async function findForgotten(
  database: Queryable,
  seconds: number,
): Promise<readonly { readonly number: string; readonly status: Status }[]> {
  const { rows } = await database.query<{ number: string; status: Status }>(
    `SELECT number, status FROM (
       SELECT DISTINCT ON (parcel_id) parcel_id, status, happened_at
       FROM parcel_events ORDER BY parcel_id, id DESC) AS latest
     JOIN parcels ON parcels.id = parcel_id
     WHERE status <> 'delivered' AND happened_at < now() - make_interval(secs => $1)
     ORDER BY happened_at LIMIT 1000`,
    [seconds],
  );
  return rows;
}
