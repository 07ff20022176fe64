import type { Secret } from "../../base/secret.ts";
import { lastLines } from "../../engine/containers.ts";
import { imageArchive } from "../../engine/image-archive.ts";
import { findImage, imageHistory } from "../../engine/resources.ts";
import { ByteReader } from "../../read/image/bytes.ts";
import { decompressed } from "../../read/image/compression.ts";
import { readTar } from "../../read/image/tar.ts";
import type { CheckGroup, CheckResult, Scene } from "./types.ts";

/** Lines of each log that are searched. */
const searchedLines = 20_000;

/** Values of secrets stand in no layer, history, environment, command line or log. Those under 6 characters would hit words. */
export const secrets: CheckGroup = {
  name: "secrets",
  title: "No secret's value can be read where it does not belong",
  disruptive: false,
  async run(scene) {
    const searched = scene.secrets.map(needle).filter(({ forms }) => forms.length > 0);
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
    for (const image of ownImages(scene)) results.push(...(await imageHits(scene, image, searched)));
    if (results.some((result) => result.outcome === "failed")) return results;
    return [
      ...results,
      {
        group: "secrets",
        outcome: "ok",
        what: `${searched.length} values searched for in environments, command lines, logs, and all layers and histories of the stack's own images: none found`,
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

const hits = (text: string, searched: readonly Needle[]): readonly Secret[] =>
  searched.filter(({ forms }) => forms.some((form) => text.includes(form))).map(({ secret }) => secret);

/** A secret, and how its value may stand somewhere. */
interface Needle {
  readonly secret: Secret;
  readonly forms: readonly string[];
}

/** As it is, in an address, in JSON; of several lines the longest, because a log or a file may break them otherwise. */
function needle(secret: Secret): Needle {
  const lines = secret
    .reveal()
    .split("\n")
    .filter((line) => !line.startsWith("-----"));
  const text = lines.reduce((longest, line) => (line.length > longest.length ? line : longest), "");
  const forms = new Set([text, encodeURIComponent(text), JSON.stringify(text).slice(1, -1)]);
  return { secret, forms: text.length < 6 ? [] : [...forms] };
}

/** Images that people made for this stack; a server's, as its makers publish it, is older than any of the secrets. */
function ownImages({ running }: Scene): ReadonlySet<string> {
  const own = running.filter(
    ({ service }) => service.image.kind === "built" || service.backing === undefined,
  );
  return new Set(own.map(({ container }) => container.Image));
}

async function imageHits(
  scene: Scene,
  image: string,
  searched: readonly Needle[],
): Promise<readonly CheckResult[]> {
  const name = (await findImage(scene.engine, image, scene.signal))?.RepoTags?.[0] ?? image;
  const history = (await imageHistory(scene.engine, image, scene.signal))
    .map((layer) => layer.CreatedBy)
    .join("\n");
  const found = new Set(hits(history, searched));
  const search = new ByteSearch(searched);
  await readTar(
    new ByteReader(await imageArchive(scene.engine, image, scene.signal)),
    async (_entry, content) => {
      const reader = new ByteReader(content());
      const bytes = decompressed(await reader.peek(4), reader.portions(Number.MAX_SAFE_INTEGER));
      for await (const chunk of bytes) search.look(chunk);
      search.end();
    },
  );
  for (const secret of search.found) found.add(secret);
  return [...found].map((secret) => ({
    group: "secrets",
    outcome: "failed",
    what: `${secret.name} stands in the image ${name}`,
    fix: "Mount it while it is needed (RUN --mount=type=secret), build anew, and rotate it: whoever has the image has the value.",
  }));
}

/** Looks for values in bytes that come in pieces. */
class ByteSearch {
  readonly found: Set<Secret> = new Set();
  readonly #needles: readonly (readonly [Secret, Buffer])[];
  readonly #longest: number;
  #tail: Buffer = Buffer.alloc(0);

  constructor(searched: readonly Needle[]) {
    this.#needles = searched.flatMap(({ secret, forms }) =>
      forms.map((form) => [secret, Buffer.from(form)] as const),
    );
    this.#longest = Math.max(...this.#needles.map(([, bytes]) => bytes.length));
  }

  look(chunk: Uint8Array): void {
    const piece = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    // A value may lie across two pieces: the end of the last one is looked at again, with the beginning of this one.
    const seam = Buffer.concat([this.#tail, piece.subarray(0, this.#longest)]);
    for (const [secret, bytes] of this.#needles)
      if (!this.found.has(secret) && (seam.includes(bytes) || piece.includes(bytes))) this.found.add(secret);
    const end = piece.length < this.#longest ? Buffer.concat([this.#tail, piece]) : piece;
    this.#tail = end.subarray(Math.max(0, end.length - this.#longest));
  }

  end(): void {
    this.#tail = Buffer.alloc(0);
  }
}
