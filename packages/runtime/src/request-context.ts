import { AsyncLocalStorage } from "node:async_hooks";
import { randomUUID } from "node:crypto";

/** What is known about the request (or job) that the running code works for. */
export interface RequestContext {
  readonly requestId: string;
  /** The pattern of the route, such as `/api/parcels/:id`, once {@link setRoute} told it. */
  route?: string;
}

const storage = new AsyncLocalStorage<RequestContext>();

/** Runs `work` so that everything it calls, also later and asynchronously, sees `context`. */
export function runInRequest<Result>(context: RequestContext, work: () => Result): Result {
  return storage.run(context, work);
}

/** The request that the running code works for, or `undefined` outside of one. */
export function currentRequest(): RequestContext | undefined {
  return storage.getStore();
}

/** Says which route pattern the current request matched; metrics are labelled by it, because paths are without number. */
export function setRoute(pattern: string): void {
  const context = storage.getStore();
  if (context !== undefined) context.route = pattern;
}

/** The caller's request id when it is short and plain enough to be logged, otherwise a new one. */
export function requestIdFrom(header: string | readonly string[] | undefined): string {
  const candidate = typeof header === "string" ? header : header?.[0];
  return candidate !== undefined && /^[\w.:-]{1,128}$/.test(candidate) ? candidate : randomUUID();
}
