/** What stands in the place of a secret. */
export const redacted = "[redacted]";

/** The secret values of one process, known so that they can be removed from whatever it prints. */
export interface Secrets {
  /** Registers a value; values under 4 characters are ignored, because they would blank out ordinary text. */
  add(value: string): void;
  /** The text with every registered value replaced, also in its URL-encoded, JSON-escaped and base64 forms. */
  redact(text: string): string;
}

const shortestSecret = 4;

/** An empty register of secret values, or one that starts with `values`. */
export function createSecrets(values: Iterable<string> = []): Secrets {
  const forms = new Set<string>();
  let longestFirst: readonly string[] = [];
  const add = (value: string): void => {
    if (value.length < shortestSecret) return;
    for (const form of formsOf(value)) forms.add(form);
    // The longest goes first: a secret that contains another one must not leave its remainder behind.
    longestFirst = [...forms].sort((left, right) => right.length - left.length);
  };
  for (const value of values) add(value);
  return {
    add,
    redact: (text) => longestFirst.reduce((result, form) => result.replaceAll(form, redacted), text),
  };
}

function formsOf(value: string): readonly string[] {
  return [
    value,
    encodeURIComponent(value),
    JSON.stringify(value).slice(1, -1),
    Buffer.from(value, "utf8").toString("base64"),
  ];
}

const secretKey =
  /^(.*[-_.])?(pass(word|wd|phrase)?|secrets?|token|authorization|cookies?|set-cookie|credentials?|api[-_]?key|(private|session|signing|encryption)[-_]?key)$/i;
const secretKeyInCamelCase =
  /(Password|Passphrase|Secret|Token|Cookie|Authorization|ApiKey|SessionKey|PrivateKey)$/;

/** Whether the name of a property says that its value is a secret: `password`, `x-api-key`, `accessToken`. */
export function isSecretKey(key: string): boolean {
  return secretKey.test(key) || secretKeyInCamelCase.test(key);
}

/** The text without the user name and password of any URL in it. */
export function withoutUrlCredentials(text: string): string {
  return text.replace(/([a-z][a-z0-9+.-]*:\/\/)[^\s/@]*@/gi, `$1${redacted}@`);
}

/** One line about an error, fit for other eyes: no stack, no secret, no credentials in URLs, at most 200 characters. */
export function describeError(error: unknown, secrets?: Secrets): string {
  const message = messageOf(error).split("\n", 1)[0] ?? "";
  const safe = withoutUrlCredentials(secrets?.redact(message) ?? message).trim();
  return safe === "" ? "failed without a message" : safe.slice(0, 200);
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Node reports "could not connect to any address" as an aggregate whose own message is empty.
  if (error.message === "" && error instanceof AggregateError && error.errors.length > 0) {
    return messageOf(error.errors[0]);
  }
  return error.message === "" ? error.name : error.message;
}
