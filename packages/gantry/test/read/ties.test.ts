import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isThere } from "../../src/read/paths.ts";
import { Groups, hashOf, Mentions } from "../../src/read/ties.ts";

/** Lists of the members of each group, in order. */
function groupsOf(groups: Groups, size: number): readonly (readonly number[])[] {
  const members = Array.from({ length: size }, (_, member) => member).filter(
    (member) => groups.of(member) !== undefined,
  );
  return [...Map.groupBy(members, (member) => groups.of(member)).values()];
}

describe("groups", () => {
  it("grow together over any of their members, and know who was never joined", () => {
    const groups = new Groups(8);
    groups.join(0, 1);
    groups.join(2, 3);
    groups.join(5, 5);
    groups.join(3, 1);
    groups.join(6, 7);
    assert.deepEqual(groupsOf(groups, 8), [[0, 1, 2, 3], [5], [6, 7]]);
    assert.equal(groups.of(4), undefined);
  });

  it("stay right in long chains, from either end", () => {
    const groups = new Groups(3000);
    for (let at = 0; at < 999; at++) groups.join(at, at + 1);
    for (let at = 1999; at > 1000; at--) groups.join(at, at - 1);
    const list = groupsOf(groups, 3000);
    assert.deepEqual(
      list.map((one) => one.length),
      [1000, 1000],
    );
  });
});

describe("mentions", () => {
  it("join who says a word with who defines it, and nobody over a word that is only used", () => {
    const groups = new Groups(6);
    const words = new Mentions();
    words.add(hashOf("web"), 4);
    words.add(hashOf("web"), 0, true);
    words.add(hashOf("web"), 2);
    words.add(hashOf("db"), 1);
    words.add(hashOf("db"), 3);
    words.joinDefined(groups);
    assert.deepEqual(groupsOf(groups, 6), [[0, 2, 4]]);
  });

  it("count the files of a word, also when more come later", () => {
    const words = new Mentions();
    const app = hashOf("app=web");
    words.add(app, 7);
    assert.equal(words.countOf(app), 1);
    words.add(app, 3);
    words.add(hashOf("tier=front"), 5);
    assert.equal(words.countOf(app), 2);
    assert.equal(words.countOf(hashOf("nobody=says")), 0);
  });

  it("keep apart many words, the highest hash and the last file among them", () => {
    const words = new Mentions();
    const highest = 2 ** 32 - 1;
    const last = 2 ** 20 - 1;
    for (let file = 0; file < 5000; file++) words.add(hashOf(`word-${file % 100}`), file, file < 50);
    words.add(highest, last, true);
    words.add(highest, 5000);
    assert.equal(words.countOf(highest), 2);
    assert.equal(words.countOf(hashOf("word-99")), 50);
    const groups = new Groups(last + 1);
    words.joinDefined(groups);
    // The words of the first fifty files are defined by them, and each is said by every hundredth file after.
    for (let word = 0; word < 100; word++) {
      const other = groups.of(4900 + word);
      assert.equal(other, word < 50 ? groups.of(word) : undefined);
      assert.ok(word === 0 || other === undefined || other !== groups.of(word - 1));
    }
    assert.equal(groups.of(5000), groups.of(last));
    assert.notEqual(groups.of(last), groups.of(0));
  });
});

describe("a path", () => {
  // Sorted by their characters, so that "app-x" and "app.txt" stand between "app" and what is in it.
  const paths = ["app-x/main.py", "app.txt", "app/a/main.py", "app/b", "appendix", "node_modules/", "zoo"];
  const there = ["app", "app/a", "app/a/main.py", "app/b", "app-x", "app.txt", "node_modules", "zoo"];
  const gone = ["", "ap", "app/", "app/a/main", "app/c", "app/b/c", "node", "zo", "zoo/x", "zzz", "a"];
  it("is there when it is a file, or a folder that something is in", () => {
    for (const path of there) assert.ok(isThere(paths, path), path);
    for (const path of gone) assert.ok(!isThere(paths, path), path);
    assert.ok(!isThere([], "app"));
  });
});
