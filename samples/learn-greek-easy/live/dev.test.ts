import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { chromiumFlags, ensureChromium } from "../../../testbed/chromium.ts";
import { until } from "../../../testbed/sample.ts";
import { watchSample } from "../../../testbed/watched.ts";

const folder = fileURLToPath(new URL("..", import.meta.url));

test("in dev, a person sees an edited page without loading it anew, and an edited API answers", async () => {
  await using watched = await watchSample(folder, {
    name: "learn-greek-easy",
    ports: ["FRONTEND_PORT", "BACKEND_PORT", "POSTGRES_PORT", "QUEUE_PORT", "CACHE_PORT"],
  });
  const url = `http://127.0.0.1:${watched.ports["FRONTEND_PORT"]}`;
  const browser = await chromium.launch({ executablePath: await ensureChromium(), args: [...chromiumFlags] });
  try {
    const page = await browser.newPage();
    await until(
      () => page.goto(url),
      (answer) => answer?.ok() === true,
    );
    await page.getByTestId("name").fill("Melina");
    await page.getByTestId("start").click();
    await page.getByTestId("deck-2").waitFor();
    // Who is signed in is only in the page's memory: it would be gone if the page were loaded again.
    watched.edit("frontend/src/app.jsx", "Choose a deck:", "Pick one of these:");
    await page.getByText("Welcome, Melina. Pick one of these:").waitFor({ timeout: 180_000 });

    watched.edit("backend/src/health.py", '"healthy"', '"splendid"');
    assert.match(
      await until(
        async () => (await fetch(`${url}/health`)).text(),
        (text) => text.includes("splendid"),
      ),
      /splendid/,
    );
  } finally {
    await browser.close();
  }
});
