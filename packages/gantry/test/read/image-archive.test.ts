import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { crc32, gzipSync, zstdCompressSync } from "node:zlib";
import { instructionOf } from "../../src/read/image/history.ts";
import type { InspectedImage } from "../../src/read/image/model.ts";
import { efficiencyOf, stackedFiles } from "../../src/read/image/questions.ts";
import { ImageArchiveError, readImageArchive } from "../../src/read/image/read.ts";
import { type NewEntry, tar } from "./support/tar.ts";

const keepAll = { mayMatter: () => true, keep: () => true };

/** The bytes in portions of a size that fits to nothing. */
async function* portions(bytes: Uint8Array, size = 777): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

function read(archive: Uint8Array, size?: number): Promise<InspectedImage> {
  return readImageArchive(portions(archive, size), { reference: "shop:1", keepText: keepAll });
}

const settings = {
  config: {
    User: "1000",
    Env: ["PATH=/usr/bin", "EMPTY=", "WITH=a=b"],
    Cmd: ["node", "app.js"],
    ExposedPorts: { "3000/tcp": {} },
    Healthcheck: { Test: ["CMD", "true"] },
    Labels: { a: "b" },
  },
  history: [
    { created_by: "ADD rootfs.tar / # buildkit" },
    { created_by: "ENV A=1 # buildkit", empty_layer: true },
    { created_by: "RUN /bin/sh -c rm /etc/motd # buildkit" },
  ],
  rootfs: { diff_ids: ["sha256:one", "sha256:two"] },
};

const long = `usr/share/${"x".repeat(120)}/file`;
const first: readonly NewEntry[] = [
  { path: "etc/", type: "5", mode: 0o755 },
  { path: "etc/motd", content: "hello\n" },
  { path: "usr/bin/su", content: "\0binary", mode: 0o4755, uid: 7 },
  { path: "usr/bin/sudo", type: "1", link: "usr/bin/su" },
  { path: "bin", type: "2", link: "usr/bin" },
  { path: long, content: "long" },
  { path: "var/cache/a", content: "aaaa" },
  { path: "var/cache/b/c", content: "cccc" },
];
const second: readonly NewEntry[] = [
  { path: "etc/.wh.motd" },
  { path: "var/cache/.wh..wh..opq" },
  { path: "var/cache/d", content: "d" },
];

function dockerArchive(): Buffer {
  return tar([
    { path: "0/layer.tar", content: tar(first) },
    { path: "1/layer.tar", type: "2", link: "../2/layer.tar" },
    { path: "2/layer.tar", content: tar(second) },
    { path: "config.json", content: JSON.stringify(settings) },
    {
      path: "manifest.json",
      content: JSON.stringify([{ Config: "config.json", Layers: ["0/layer.tar", "1/layer.tar"] }]),
    },
  ]);
}

function blob(content: Uint8Array | string): { readonly digest: string; readonly entry: NewEntry } {
  const hex = createHash("sha256").update(content).digest("hex");
  return { digest: `sha256:${hex}`, entry: { path: `blobs/sha256/${hex}`, content } };
}

function ociArchive(): Buffer {
  const layers = [blob(gzipSync(tar(first))), blob(zstdCompressSync(tar(second)))];
  const config = blob(JSON.stringify(settings));
  const image = blob(
    JSON.stringify({ config: { digest: config.digest }, layers: layers.map(({ digest }) => ({ digest })) }),
  );
  const statement = blob('{"_type":"https://in-toto.io/Statement/v0.1"}');
  const nothing = blob("{}");
  const attestation = blob(
    JSON.stringify({ config: { digest: nothing.digest }, layers: [{ digest: statement.digest }] }),
  );
  const list = blob(
    JSON.stringify({ manifests: [{ digest: attestation.digest }, { digest: image.digest }] }),
  );
  const blobs = [...layers, config, image, statement, nothing, attestation, list].map(({ entry }) => entry);
  return tar([
    ...blobs,
    { path: "index.json", content: JSON.stringify({ manifests: [{ digest: list.digest }] }) },
  ]);
}

describe("image archives", () => {
  for (const [name, archive] of [
    ["as docker save writes them", dockerArchive()],
    ["as an OCI layout, gzip and zstd, with an attestation", ociArchive()],
  ] as const) {
    it(`reads them ${name}, in portions of any size`, async () => {
      const image = await read(archive);
      for (const size of [1, 512, 1 << 20]) assert.deepEqual(await read(archive, size), image);
      assert.deepEqual(
        image.layers.map((layer) => [layer.digest, layer.history, layer.size, layer.files.length]),
        [
          ["sha256:one", 0, 25, 8],
          ["sha256:two", 2, 1, 3],
        ],
      );
      assert.equal(image.size, 26);
      assert.equal(image.source.text, "ADD rootfs.tar /\nENV A=1\nRUN rm /etc/motd\n");
    });
  }

  it("tells settings, kinds, modes, owners, links, long names and contents", async () => {
    const { config, layers } = await read(dockerArchive());
    assert.equal(config.user, "1000");
    assert.deepEqual(
      [...config.env],
      [
        ["PATH", "/usr/bin"],
        ["EMPTY", ""],
        ["WITH", "a=b"],
      ],
    );
    assert.deepEqual(config.exposed, ["3000/tcp"]);
    assert.deepEqual(config.healthcheck, ["CMD", "true"]);
    const files = new Map(layers[0]?.files.map((file) => [file.path, file]));
    assert.equal(files.get("/etc")?.kind, "directory");
    assert.equal(files.get("/etc/motd")?.text, "hello\n");
    assert.equal(files.get("/etc/motd")?.checksum, crc32("hello\n"));
    assert.equal(files.get("/usr/bin/su")?.mode, 0o4755);
    assert.equal(files.get("/usr/bin/su")?.uid, 7);
    assert.equal(files.get("/usr/bin/su")?.text, undefined);
    assert.equal(files.get("/usr/bin/sudo")?.linkTarget, "/usr/bin/su");
    assert.equal(files.get("/bin")?.linkTarget, "usr/bin");
    assert.equal(files.get(`/${long}`)?.size, 4);
  });

  it("stacks the layers: whiteouts and opaque folders hide what is below", async () => {
    const image = await read(dockerArchive());
    const { visible, hidden } = stackedFiles(image);
    assert.deepEqual(hidden.map(({ file, by }) => [file.path, by.file.kind]).sort(), [
      ["/etc/motd", "whiteout"],
      ["/var/cache/a", "opaque"],
      ["/var/cache/b/c", "opaque"],
    ]);
    assert.equal(visible.has("/etc/motd"), false);
    assert.equal(visible.has("/var/cache/b/c"), false);
    assert.equal(visible.has("/var/cache/d"), true);
    // 26 bytes of smallest versions; removals count the 14 bytes once more.
    assert.equal(efficiencyOf(image), 26 / 40);
  });

  it("says what is wrong with an archive that is none", async () => {
    await assert.rejects(read(tar([{ path: "a", content: "x" }])), ImageArchiveError);
    await assert.rejects(read(Buffer.from("no archive at all")), ImageArchiveError);
    const cut = tar([
      { path: "config.json", content: JSON.stringify(settings) },
      {
        path: "manifest.json",
        content: JSON.stringify([{ Config: "config.json", Layers: ["0/layer.tar"] }]),
      },
    ]);
    await assert.rejects(read(cut), /layer 0\/layer\.tar is not in the archive/);
    const broken = blob(Buffer.concat([Buffer.from([0x1f, 0x8b]), Buffer.alloc(600, 7)]));
    const config = blob(JSON.stringify(settings));
    const image = blob(
      JSON.stringify({ config: { digest: config.digest }, layers: [{ digest: broken.digest }] }),
    );
    const index = { path: "index.json", content: JSON.stringify({ manifests: [{ digest: image.digest }] }) };
    await assert.rejects(read(tar([broken.entry, config.entry, image.entry, index])), /cannot be read/);
  });

  it("takes the builders' own words out of the history", () => {
    const said = (createdBy: string): string => instructionOf({ createdBy, empty: false });
    assert.equal(said('/bin/sh -c #(nop)  CMD ["bash"]'), 'CMD ["bash"]');
    assert.equal(said("/bin/sh -c apt-get update"), "RUN apt-get update");
    assert.equal(said("RUN /bin/sh -c apt-get update # buildkit"), "RUN apt-get update");
    assert.equal(said("RUN |1 A=b /bin/sh -c make # buildkit"), "RUN |1 A=b make");
    assert.equal(said("COPY . /app # buildkit"), "COPY . /app");
  });
});
