import assert from "node:assert/strict";
import { test } from "node:test";
import { newTrackingNumber, parseTrackingNumber, stepAfter, steps } from "../parcels/parcel.ts";

test("a parcel goes from step to step until it is delivered", () => {
  assert.deepEqual(
    steps.map(({ status }) => stepAfter(status)?.status),
    ["sorted", "in transit", "out for delivery", "delivered", undefined],
  );
});

test("tracking numbers are well formed and do not repeat", () => {
  const numbers = Array.from({ length: 1_000 }, newTrackingNumber);
  assert.equal(new Set(numbers).size, numbers.length);
  for (const number of numbers) assert.equal(parseTrackingNumber(number), number);
});

test("a tracking number may be typed carelessly, but not be something else", () => {
  assert.equal(parseTrackingNumber(" px-2345-abcd-7k "), "PX-2345-ABCD-7K");
  for (const wrong of ["", "PX-2345", "'; DROP TABLE parcels", "PX-2345-ABCD-7K0"]) {
    assert.equal(parseTrackingNumber(wrong), undefined);
  }
});
