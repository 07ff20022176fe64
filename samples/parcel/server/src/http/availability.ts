/** Errors of connections: the server is not there, or goes, or has no room. Classes and codes of PostgreSQL begin with digits. */
const codes =
  /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENOTFOUND|EAI_AGAIN|08...|57P0[1-3]|53300)$/;

/** What the drivers say without a code. */
const messages = /^(timeout exceeded when trying to connect|Connection terminated|Connection is closed)/;

/** Whether an error means that the database or Redis cannot be reached now, which trying again later may cure. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError && error.errors.some(isUnavailable)) return true;
  const { code } = error as { code?: unknown };
  return (
    (typeof code === "string" && codes.test(code)) ||
    messages.test(error.message) ||
    error.name === "MaxRetriesPerRequestError"
  );
}
