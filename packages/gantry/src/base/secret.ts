/** A value that must never be printed: it shows itself as `[secret NAME]` in text and JSON; inspection sees no private field. */
export class Secret {
  readonly name: string;
  readonly #value: string;

  constructor(name: string, value: string) {
    this.name = name;
    this.#value = value;
  }

  /** The value itself. Call only where it is handed to the software that needs it. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return `[secret ${this.name}]`;
  }

  toJSON(): string {
    return this.toString();
  }
}

/** Replaces every value of `secrets` that stands in a text; values under 6 characters would hit innocent words. */
export function redactor(secrets: Iterable<Secret>): (text: string) => string {
  const entries = [...secrets]
    .flatMap((secret) => {
      const value = secret.reveal();
      const forms = new Set([value, encodeURIComponent(value), Buffer.from(value).toString("base64")]);
      return [...forms]
        .filter((form) => form.length >= 6)
        .map((form) => [form, `[secret ${secret.name}]`] as const);
    })
    .sort(([a], [b]) => b.length - a.length);
  return (text) => entries.reduce((rest, [form, label]) => rest.replaceAll(form, label), text);
}
