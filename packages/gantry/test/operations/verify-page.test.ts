import assert from "node:assert/strict";
import { test } from "node:test";
import { verifyPage } from "../../src/operations/verify/page.ts";

test("the page says the verdict first, shows what to do only where something failed, and trusts no text", () => {
  const page = verifyPage({
    stack: "shop",
    environment: "production",
    project: "shop-production",
    time: "2026-01-02T03:04:05.678Z",
    durationMs: 1234,
    passed: 1,
    failed: 1,
    warnings: 0,
    skipped: 1,
    groups: [
      {
        name: "connections",
        title: "Connections",
        results: [
          { group: "connections", outcome: "ok", what: "api reaches db", fix: "never shown" },
          {
            group: "connections",
            outcome: "failed",
            what: "web reaches <db>",
            fix: "Declare & use it.",
            evidence: ["<script>"],
          },
          { group: "connections", outcome: "skipped", what: "not asked for" },
        ],
      },
    ],
  });
  assert.match(page, /<h1><strong class="failed">1 of 2 checks failed<\/strong><\/h1>/);
  assert.match(page, /2026-01-02 03:04:05 UTC\. 1 passed, 1 failed, 1 skipped, in 1\.2 s/);
  assert.match(
    page,
    /web reaches &lt;db&gt;<span class="fix">Declare &amp; use it\.<\/span><pre>&lt;script&gt;<\/pre>/,
  );
  assert.doesNotMatch(page, /never shown|<script>/);
  // Nothing is fetched from elsewhere when it is opened.
  assert.doesNotMatch(page, /src=|href=|@import|url\(/);
});
