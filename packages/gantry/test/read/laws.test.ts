import { describe, it } from "node:test";
import fc from "fast-check";
import { hostileInputs } from "./support/hostile.ts";
import { assertLaws } from "./support/laws.ts";
import { pieces, soup } from "./support/soup.ts";

/** A fixed seed: a failure is the same for everybody. `npm run fuzz` goes further, with others. */
const options = { seed: 20_261, numRuns: 300 };

describe("reading what is broken", () => {
  for (const name of Object.keys(pieces)) {
    it(`never throws, never loses text and names true places in ${name}`, () => {
      fc.assert(
        fc.property(soup(name), (text) => assertLaws(name, text, [])),
        options,
      );
    });
  }
});

describe("reading what is made to do harm", () => {
  for (const { what, name, text } of hostileInputs(4000)) {
    it(`ends at ${what} in ${name}`, () => assertLaws(name, text, []));
  }
});
