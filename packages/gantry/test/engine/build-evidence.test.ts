import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { evidenceOf } from "../../src/engine/build-evidence.ts";
import { parseStepName } from "../../src/engine/build-status.ts";

describe("what a failed step said", () => {
  test("a lock file that does not match: npm's words, without its manual", () => {
    const { lines, fix } = evidenceOf(
      [
        "npm error code EUSAGE",
        "npm error",
        "npm error `npm ci` can only install packages when your package.json and package-lock.json are in sync.",
        "npm error",
        "npm error Missing: left-pad@1.3.0 from lock file",
        "npm error",
        "npm error Clean install a project",
        "npm error",
        "npm error Usage:",
        "npm error npm ci",
        "npm error Options:",
        "npm error [--install-strategy <hoisted|nested|shallow|linked>] [--legacy-bundling]",
        "npm error   --install-links",
        "npm error     When set file: protocol dependencies will be packed",
        'npm error Run "npm help ci" for more info',
        "npm notice New major version of npm available! 11.21.2 -> 12.2.0",
        "npm error A complete log of this run can be found in: /root/.npm/_logs/x.log",
      ],
      false,
    );
    assert.deepEqual(lines, [
      "npm error `npm ci` can only install packages when your package.json and package-lock.json are in sync.",
      "npm error Missing: left-pad@1.3.0 from lock file",
    ]);
    assert.match(fix ?? "", /npm install --package-lock-only/);
  });

  test("a step without network that wanted one says how to give it", () => {
    const output = ["Error: getaddrinfo EAI_AGAIN fonts.googleapis.com"];
    assert.match(evidenceOf(output, true).fix ?? "", /internet: true/);
    assert.equal(evidenceOf(output, false).fix, undefined);
  });

  test("anything else ends as it ended", () => {
    const output = [...Array(30).keys()].map((line) => `line ${line}`);
    assert.deepEqual(evidenceOf(output, true), { lines: output.slice(-20) });
    assert.deepEqual(evidenceOf(["npm notice only this"], true).lines, ["npm notice only this"]);
  });

  test("whether a step has a network stands in its name", () => {
    const of = (name: string): boolean => parseStepName(name, ["web"]).offline;
    assert.equal(of("[build 2/2] RUN --network=none npm run build"), true);
    assert.equal(of("[build 2/2] RUN npm run build"), false);
  });
});
