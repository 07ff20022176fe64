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
    assert.match(fix ?? "", /npm install`.*delete package-lock\.json/);
  });

  test("a lock file that does not match: Yarn's words, without the lines around a difference", () => {
    const later = evidenceOf(
      [
        "➤ YN0000: │    checksum: 10c0/f8fda",
        '➤ YN0028: │ -"ms@npm:2.1.2":',
        '➤ YN0028: │ +"ms@npm:2.1.1":',
        "➤ YN0028: │ The lockfile would have been modified by this install, which is explicitly forbidden.",
        "➤ YN0000: · Failed with errors in 0s 154ms",
      ],
      false,
    );
    assert.equal(later.lines.length, 3);
    assert.match(later.fix ?? "", /`yarn install --mode=update-lockfile`/);
    const first = evidenceOf(
      [
        "[1/4] Resolving packages...",
        "error Your lockfile needs to be updated, but yarn was run with `--frozen-lockfile`.",
        "info Visit https://example.org for documentation about this command.",
      ],
      false,
    );
    assert.equal(first.lines.length, 1);
    assert.match(first.fix ?? "", /`yarn install`, and commit/);
  });

  test("a step without network that wanted one says how to give it", () => {
    const output = ["Error: getaddrinfo EAI_AGAIN fonts.googleapis.com"];
    assert.match(evidenceOf(output, true).fix ?? "", /internet: true/);
    assert.equal(evidenceOf(output, false).fix, undefined);
  });

  test("compilers, installers and frameworks: what they lack is named as the stack names it", () => {
    for (const [line, fix] of [
      [
        "psycopg/a.c:19:10: fatal error: assert.h: No such file or directory",
        /"libc6-dev" to `buildPackages`/,
      ],
      ["./psycopg/psycopg.h:35:10: fatal error: libpq-fe.h: No such file or directory", /"libpq-dev"/],
      ["fatal error: strange/thing.h: No such file or directory", /search by contents of packages finds it/],
      [
        'error is-odd@3.0.1: The engine "node" is incompatible with this module. Expected version ">=26". Got "24.1.0"',
        /is-odd@3\.0\.1 is made for Node >=26.*`version` in node\(\)/,
      ],
      [
        "Usage Error: Environment variable not found (NPM_TOKEN) in /app/.yarnrc.yml (in /app/.yarnrc.yml)",
        /\.yarnrc\.yml reads NPM_TOKEN.*`\$\{NPM_TOKEN-\}`/,
      ],
      ["Error: pg_config executable not found.", /"gcc" and "libc6-dev" and "libpq-dev"/],
      ["error: command 'gcc' failed: No such file or directory", /"gcc" and "libc6-dev"/],
      ["/usr/bin/ld: cannot find -lpq: No such file or directory", /"libpq-dev"/],
      ["celery 5.5.3 requires kombu, which is not installed.", /name celery and not kombu.*locked: false/],
      ["ERROR: No matching distribution found for numpy==1.19.0", /no numpy==1\.19\.0 for this Python/],
      [
        "ModuleNotFoundError: No module named 'debug_toolbar'",
        /debug_toolbar is not among production's packages/,
      ],
      [
        "django.core.exceptions.ImproperlyConfigured: Set the SECRET_KEY environment variable",
        /Give SECRET_KEY .*`buildEnv`/,
      ],
      [
        "error: set `DATABASE_URL` to use query macros online, or run `cargo sqlx prepare` to update the query cache",
        /commit `\.sqlx`/,
      ],
    ] as const)
      assert.match(evidenceOf([line], false).fix ?? "", fix, line);
  });

  test("a network with its own authorities says how steps come to trust them", () => {
    const { fix } = evidenceOf(["npm error code SELF_SIGNED_CERT_IN_CHAIN"], false);
    assert.match(fix ?? "", /GANTRY_EXTRA_CA.*--mount=type=secret,id=extra-ca/);
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
