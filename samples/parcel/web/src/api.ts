/** What happens to a parcel, in this order. */
export const steps = ["accepted", "sorted", "in transit", "out for delivery", "delivered"] as const;

export type Status = (typeof steps)[number];

export interface ParcelEvent {
  readonly id: number;
  readonly number: string;
  readonly status: Status;
  readonly place: string;
  readonly happenedAt: string;
}

export interface Parcel {
  readonly number: string;
  readonly sender: string;
  readonly recipient: string;
  readonly description: string;
  readonly createdAt: string;
  readonly status: Status;
}

export interface TrackedParcel extends Parcel {
  readonly events: readonly ParcelEvent[];
}

export interface Health {
  readonly status: "ok" | "degraded" | "unavailable" | "stopping";
  readonly version: string;
  readonly generation?: string;
  readonly checks: Readonly<Record<string, { readonly status: string }>>;
}

/** An answer that says no, with a text that may be shown. */
export class ApiError extends Error {
  readonly status: number;
  readonly problems: readonly { readonly field: string; readonly message: string }[];

  constructor(status: number, message: string, problems: ApiError["problems"]) {
    super(message);
    this.status = status;
    this.problems = problems;
  }
}

async function request<Answer>(path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(path, init).catch(() => {
    throw new ApiError(0, "The service cannot be reached. Try again in a moment.", []);
  });
  const body: unknown = response.status === 204 ? undefined : await response.json().catch(() => undefined);
  if (response.ok) return body as Answer;
  const { error = `The service answered ${response.status}.`, problems = [] } = (body ?? {}) as {
    error?: string;
    problems?: ApiError["problems"];
  };
  throw new ApiError(response.status, error, problems);
}

const json = (method: string, body: unknown): RequestInit => ({
  method,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
});

export const createParcel = (parcel: object): Promise<Parcel> =>
  request("/api/parcels", json("POST", parcel));

export const readParcel = (number: string): Promise<TrackedParcel> =>
  request(`/api/parcels/${encodeURIComponent(number)}`);

export const listParcels = async (page: { before?: string; mine?: boolean }): Promise<readonly Parcel[]> => {
  const query = new URLSearchParams({
    ...(page.before !== undefined && { before: page.before }),
    ...(page.mine && { mine: "1" }),
  });
  return (await request<{ parcels: readonly Parcel[] }>(`/api/parcels?${query}`)).parcels;
};

export const readSession = (): Promise<{ readonly name: string | null }> => request("/api/session");
export const signIn = (name: string): Promise<unknown> => request("/api/session", json("POST", { name }));
export const signOut = (): Promise<unknown> => request("/api/session", { method: "DELETE" });

/** The service's health; also when it says that it is not well. */
export async function readHealth(): Promise<Health | undefined> {
  try {
    const response = await fetch("/health", { cache: "no-store" });
    return (await response.json()) as Health;
  } catch {
    return undefined;
  }
}
