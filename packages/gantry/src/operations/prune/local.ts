import type { ImageSummary } from "../../engine/images.ts";

/** What is to become of one image of this machine. */
export interface LocalVerdict {
  readonly id: string;
  /** Names of it that belong to the stack. */
  readonly references: readonly string[];
  readonly sizeBytes: number;
  readonly created: number;
  readonly keep: boolean;
  readonly because: string;
}

/** What must stay on this machine. */
export interface LocalKeep {
  readonly newest: number;
  /** Ids that containers run, or that generations are kept with. */
  readonly ids: ReadonlySet<string>;
}

/** Decides about the images of some repositories, each repository by itself. */
export function chooseLocal(
  images: readonly ImageSummary[],
  repositories: readonly string[],
  keep: LocalKeep,
): readonly LocalVerdict[] {
  return repositories.flatMap((repository) => {
    const own = images
      .map((image) => ({
        image,
        references: (image.RepoTags ?? []).filter((name) => name.startsWith(`${repository}:`)),
      }))
      .filter(({ references }) => references.length > 0)
      .sort((a, b) => b.image.Created - a.image.Created || (a.image.Id < b.image.Id ? -1 : 1));
    return own.map(({ image, references }, index): LocalVerdict => {
      const generation = references.some((name) => /:generation-\d+$/.test(name));
      const because = keep.ids.has(image.Id)
        ? "runs, or is kept for rollback"
        : generation
          ? "kept for rollback"
          : index < keep.newest
            ? `among the newest ${keep.newest}`
            : undefined;
      return {
        id: image.Id,
        references,
        sizeBytes: image.Size,
        created: image.Created * 1000,
        keep: because !== undefined,
        because: because ?? `older than the newest ${keep.newest}`,
      };
    });
  });
}
