const prefix = "/api/v1";

/** Asks the API; a refusal is an error with what it said. */
export async function ask(path, { token, body } = {}) {
  const answer = await fetch(prefix + path, {
    method: body === undefined ? "GET" : "POST",
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(typeof said.detail === "string" ? said.detail : `The server said ${answer.status}.`);
  return said;
}
