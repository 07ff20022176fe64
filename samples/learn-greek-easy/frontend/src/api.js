const prefix = "/api/v1";

/** Asks the API; a refusal is an error with what it said. */
export async function ask(path, { token, body } = {}) {
  const answer = await patiently(prefix + path, {
    method: body === undefined ? "GET" : "POST",
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok)
    throw new Error(typeof said.detail === "string" ? said.detail : `The server said ${answer.status}.`);
  return said;
}

/**
 * Asks again when the connection breaks, as it does when a laptop changes its network. The server counts an answer once,
 * however often it comes: each has an id of its own.
 */
async function patiently(url, request, tries = 5) {
  for (let left = tries; ; left--) {
    try {
      return await fetch(url, request);
    } catch (error) {
      if (left === 1) throw error;
      await new Promise((done) => setTimeout(done, 500));
    }
  }
}
