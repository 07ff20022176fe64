import type { Secret } from "../../base/secret.ts";
import { lastLines } from "../../engine/containers.ts";
import { findImage, imageHistory } from "../../engine/resources.ts";
import type { CheckGroup, CheckResult, Scene } from "./types.ts";

/** Lines of each log that are searched. */
const searchedLines = 20_000;

/** Values of secrets stand in no layer, history, environment, command line or log. Shorter ones than 6 would hit words. */
export const secrets: CheckGroup = {
  name: "secrets",
  title: "No secret's value can be read where it does not belong",
  disruptive: false,
  async run(scene) {
    const searched = scene.secrets.filter((secret) => secret.reveal().length >= 6);
    if (searched.length === 0)
      return [{ group: "secrets", outcome: "skipped", what: "the stack has no secrets to search for" }];
    const results: CheckResult[] = [];
    for (const { service, container } of scene.running) {
      const exposed = new Set(
        service.secrets.filter((use) => use.exposed !== undefined).map((use) => use.secret),
      );
      const environment = (container.Config.Env ?? []).join("\n");
      for (const secret of hits(environment, searched)) {
        results.push(
          exposed.has(secret.name)
            ? {
                group: "secrets",
                outcome: "ok",
                service: service.name,
                what: `${secret.name} is in the environment of ${service.name}, as the stack asks`,
              }
            : failed(
                service.name,
                `${secret.name} stands in the environment of ${service.name}`,
                "Give it as a file: secrets, not env.",
              ),
        );
      }
      const line = [...(container.Config.Entrypoint ?? []), ...(container.Config.Cmd ?? [])].join(" ");
      for (const secret of hits(line, searched))
        results.push(
          failed(
            service.name,
            `${secret.name} stands in the command line of ${service.name}`,
            "Every process of the machine can read it: use the file.",
          ),
        );
      const log = (await lastLines(scene.engine, container.Id, searchedLines, scene.signal)).join("\n");
      for (const secret of hits(log, searched))
        results.push(
          failed(
            service.name,
            `${service.name} logged ${secret.name}`,
            "Leave it out of the log, and rotate it.",
          ),
        );
    }
    for (const image of new Set(scene.running.map(({ container }) => container.Image)))
      results.push(...(await imageHits(scene, image, searched)));
    if (results.some((result) => result.outcome === "failed")) return results;
    return [
      ...results,
      {
        group: "secrets",
        outcome: "ok",
        what: `${searched.length} values searched for in environments, command lines, logs, and all layers and histories of images: none found`,
      },
    ];
  },
};

const failed = (service: string, what: string, fix: string): CheckResult => ({
  group: "secrets",
  outcome: "failed",
  service,
  what,
  fix,
});

const hits = (text: string, searched: readonly Secret[]): readonly Secret[] =>
  searched.filter((secret) => text.includes(secret.reveal()));

async function imageHits(
  scene: Scene,
  image: string,
  searched: readonly Secret[],
): Promise<readonly CheckResult[]> {
  const name = (await findImage(scene.engine, image, scene.signal))?.RepoTags?.[0] ?? image;
  const history = (await imageHistory(scene.engine, image, scene.signal))
    .map((layer) => layer.CreatedBy)
    .join("\n");
  const found = new Set(hits(history, searched));
  const { body } = await scene.engine.stream({
    path: `/images/${encodeURIComponent(image)}/get`,
    signal: scene.signal,
  });
  const needles = searched.map((secret) => [secret, Buffer.from(secret.reveal())] as const);
  const longest = Math.max(...needles.map(([, bytes]) => bytes.length));
  let tail = Buffer.alloc(0);
  for await (const chunk of body as AsyncIterable<Buffer>) {
    // A value may lie across two pieces: the end of the last one is looked at again.
    const window = Buffer.concat([tail, chunk]);
    for (const [secret, bytes] of needles) if (window.includes(bytes)) found.add(secret);
    tail = window.subarray(Math.max(0, window.length - longest));
  }
  return [...found].map((secret) => ({
    group: "secrets",
    outcome: "failed",
    what: `${secret.name} stands in the image ${name}`,
    fix: "Mount it while it is needed (RUN --mount=type=secret), build anew, and rotate it: whoever has the image has the value.",
  }));
}
