import { historySource } from "../../read/image/history.ts";
import type {
  InspectedConfig,
  InspectedFile,
  InspectedImage,
  InspectedLayer,
} from "../../read/image/model.ts";
import type { RuleExample } from "../types.ts";

/** A file of an example's layer: size, content, or that it is removed. */
export interface ExampleFile {
  readonly path: string;
  readonly kind?: InspectedFile["kind"];
  readonly size?: number;
  readonly mode?: number;
  readonly uid?: number;
  readonly checksum?: number;
  readonly text?: string;
}

/** An instruction of an example's history, with the files of its layer. */
export interface ExampleStep {
  readonly by: string;
  /** Absent for instructions that make no layer. */
  readonly files?: readonly ExampleFile[];
}

/** An image written out by hand, for examples and tests. */
export function exampleImage(
  steps: readonly ExampleStep[],
  config: Partial<InspectedConfig> = {},
  more: Partial<Pick<InspectedImage, "declared" | "budget" | "reference">> = {},
): InspectedImage {
  const history = steps.map(({ by, files }) => ({ createdBy: by, empty: files === undefined }));
  const layers = steps.flatMap(({ files }, index): InspectedLayer[] => {
    if (files === undefined) return [];
    const list = files.map(exampleFile);
    const size = list.reduce((sum, file) => sum + file.size, 0);
    return [{ digest: `sha256:${String(index).padStart(64, "0")}`, history: index, size, files: list }];
  });
  const reference = more.reference ?? "shop:1";
  return {
    reference,
    config: {
      user: "1000",
      workdir: "/app",
      env: new Map(),
      cmd: [],
      entrypoint: [],
      exposed: [],
      volumes: [],
      labels: new Map(),
      healthcheck: undefined,
      stopSignal: undefined,
      ...config,
    },
    history,
    layers,
    size: layers.reduce((sum, layer) => sum + layer.size, 0),
    source: historySource(reference, history),
    declared: more.declared,
    budget: more.budget,
  };
}

/** An example that is one image. */
export function imageExample(...image: Parameters<typeof exampleImage>): RuleExample {
  return { files: {}, images: [exampleImage(...image)] };
}

/** The same, of reports at these lines of its history. */
export function imageExampleAt(
  at: readonly number[],
  ...image: Parameters<typeof exampleImage>
): RuleExample {
  const [one] = [exampleImage(...image)];
  return { files: {}, images: [one], at: at.map((line) => `${one.reference}:${line}`) };
}

function exampleFile(file: ExampleFile): InspectedFile {
  const kind = file.kind ?? "file";
  return {
    path: file.path,
    kind,
    size: kind === "file" ? (file.size ?? file.text?.length ?? 1) : 0,
    mode: file.mode ?? 0o644,
    uid: file.uid ?? 0,
    gid: 0,
    linkTarget: undefined,
    checksum: kind === "file" ? (file.checksum ?? file.size ?? 0) : undefined,
    text: file.text,
  };
}
