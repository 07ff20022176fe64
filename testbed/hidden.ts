import assert from "node:assert/strict";
import type { RunningSample } from "./sample.ts";

/**
 * Asserts that no secret's value stands in what anybody who may look at the engine sees: the containers' settings, the
 * history of `images`, and the logs. Of a value of several lines the second counts: the first is the same in every
 * certificate and key.
 */
export async function assertHidden(
  sample: RunningSample,
  project: string,
  images: readonly string[],
  secrets: Readonly<Record<string, string>>,
): Promise<void> {
  const ids = await sample.docker(
    ...["ps", "--all", "--quiet", "--filter", `label=com.docker.compose.project=${project}`],
  );
  const places: [where: string, text: string][] = [
    ["inspect", await sample.docker("inspect", ...ids.split("\n"))],
    ["logs", (await sample.gantry(["logs", "--format", "json"])).out],
  ];
  for (const image of images)
    places.push([`history of ${image}`, await sample.docker("history", "--no-trunc", image)]);
  for (const [where, text] of places) {
    assert.notEqual(text, "", where);
    for (const [name, value] of Object.entries(secrets))
      assert.ok(!text.includes(value.split("\n")[1] ?? value), `${name} stands in ${where}`);
  }
}
