import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { chooseHashed, type HashedFile, hashedFilesIn } from "../../../src/operations/ship/hashed-files.ts";

const file = (path: string, until: number, bytes = 4096): HashedFile => ({ path, until, bytes });
const paths = (files: readonly HashedFile[]): readonly string[] => files.map(({ path }) => path);
const nothing: ReadonlySet<string> = new Set();

describe("files of earlier builds of a page", () => {
  test("what the new build has itself is not brought, nor what only developers' tools ask for", () => {
    const { chosen, left } = chooseHashed(
      [
        file("assets/a.js", 4),
        file("assets/b.js", 4),
        file("assets/b.js.map", 4),
        file("assets/b.js.map.gz", 4),
      ],
      new Set(["assets/a.js"]),
      1e6,
    );
    assert.deepEqual(paths(chosen), ["assets/b.js"]);
    assert.deepEqual(left, []);
  });

  test("the newest builds come first, of one build the small files, and what has no room is told", () => {
    const { chosen, left } = chooseHashed(
      [file("old.js", 3), file("film.mp4", 4, 9000), file("new.js", 4, 100)],
      nothing,
      4096 + 3 * 4096,
    );
    assert.deepEqual(paths(chosen), ["new.js", "film.mp4"]);
    assert.deepEqual(paths(left), ["old.js"]);
    const large = chooseHashed([file("old.js", 3), file("film.mp4", 4, 90_000)], nothing, 8192);
    assert.deepEqual(paths(large.chosen), ["old.js"], "one that is too large pushes nothing else out");
  });

  test("files of the five builds before are kept, however many generations lie between", () => {
    const { chosen, left } = chooseHashed(
      [3, 8, 9, 20, 31, 40].map((until) => file(`of-${until}.js`, until)),
      nothing,
      1e6,
    );
    assert.deepEqual(paths(chosen), ["of-40.js", "of-31.js", "of-20.js", "of-9.js", "of-8.js"]);
    assert.deepEqual(left, []);
  });

  test("a file that several builds had counts as one of the newest", () => {
    const { chosen } = chooseHashed([file("vendor.js", 2), file("vendor.js", 7)], nothing, 4096);
    assert.deepEqual(chosen, [file("vendor.js", 7)]);
  });

  test("listings: own files get the generation, given ones have theirs; what is no line of it is passed over", () => {
    const listing = "41 120 ./assets/a b.js\nfind: no such thing\n42 3 ./assets/c.css\n";
    assert.deepEqual(hashedFilesIn(listing), [file("assets/a b.js", 41, 120), file("assets/c.css", 42, 3)]);
    assert.deepEqual(paths(hashedFilesIn(listing, 50)), ["assets/a b.js", "assets/c.css"]);
    assert.equal(hashedFilesIn(listing, 50)[0]?.until, 50);
  });
});
