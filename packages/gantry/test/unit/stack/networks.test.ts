import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { networksOf, type Talker, withSubnets } from "../../../src/stack/networks.ts";

const meet = (talkers: readonly Talker[], a: string, b: string): boolean =>
  networksOf(talkers).some(
    (network) => !network.isolated && network.members.includes(a) && network.members.includes(b),
  );

/** Any stack of up to eight services, each using some of those before it. */
const anyStack: fc.Arbitrary<readonly Talker[]> = fc
  .array(
    fc.record({ uses: fc.array(fc.nat(7), { maxLength: 4 }), listens: fc.boolean(), outside: fc.boolean() }),
    { minLength: 1, maxLength: 8 },
  )
  .map((entries) =>
    entries.map((entry, index) => ({
      name: `service-${index}`,
      uses: [...new Set(entry.uses.filter((used) => used < index))].map((used) => `service-${used}`),
      listens: entry.listens,
      outside: entry.outside,
    })),
  );

describe("networks", () => {
  test("every declared connection has a network, and no other pair that could talk has one", () => {
    fc.assert(
      fc.property(anyStack, (talkers) => {
        for (const a of talkers) {
          for (const b of talkers) {
            if (a.name >= b.name) continue;
            const declared = a.uses.includes(b.name) || b.uses.includes(a.name);
            if (declared) assert.ok(meet(talkers, a.name, b.name), `${a.name} cannot reach ${b.name}`);
            else if (a.listens || b.listens)
              assert.ok(!meet(talkers, a.name, b.name), `${a.name} reaches ${b.name}`);
          }
        }
      }),
    );
  });

  test("whoever needs a way out has one, and shares it with nobody it talks to", () => {
    fc.assert(
      fc.property(anyStack, (talkers) => {
        const ways = networksOf(talkers).filter((network) => network.isolated);
        for (const talker of talkers) {
          const own = ways.filter((network) => network.members.includes(talker.name));
          assert.equal(own.length, talker.outside ? 1 : 0);
          for (const used of talker.uses) assert.ok(!own.some((network) => network.members.includes(used)));
        }
      }),
    );
  });

  test("only the ways out lead out", () => {
    fc.assert(
      fc.property(anyStack, (talkers) =>
        networksOf(talkers).every((network) => network.internal !== network.isolated),
      ),
    );
  });

  test("cuts addresses from a range, without overlap, and says when it is too small", () => {
    const talkers = ["db", "api", "web"].map(
      (name, index): Talker => ({ name, uses: index === 0 ? [] : ["db"], listens: true, outside: true }),
    );
    const { networks, problems } = withSubnets(networksOf(talkers), "172.28.5.9/16");
    assert.deepEqual(problems, []);
    assert.deepEqual(
      networks.map((network) => network.subnet),
      ["172.28.0.0/26", "172.28.0.64/26", "172.28.0.128/26", "172.28.0.192/26"],
    );
    assert.equal(withSubnets(networksOf(talkers), "10.0.0.0/25").problems[0]?.code, "GTY1014");
    assert.equal(withSubnets(networksOf(talkers), "300.0.0.0/16").problems[0]?.code, "GTY1014");
  });
});
