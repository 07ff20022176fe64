import { RegistryClient, type RegistrySettings } from "./client.ts";

/** Where images of one name are kept, as far as removing old ones goes. */
export interface Shelf {
  /** For people: `127.0.0.1:5000/acme/parcel-api`. */
  readonly name: string;
  readonly registry: RegistryClient;
  /** All that can be listed: tags by digest. Only GitHub lists what has no tag. */
  list(): Promise<ReadonlyMap<string, readonly string[]>>;
  /** Removes one manifest with its tags; why the registry keeps this one, when it does. */
  remove(digest: string): Promise<string | undefined>;
}

/** Any registry with the distribution API. */
export function distributionShelf(settings: RegistrySettings, repository: string): Shelf {
  const registry = new RegistryClient(settings, repository);
  return {
    name: `${settings.host}/${repository}`,
    registry,
    list: async () => {
      const found = new Map<string, string[]>();
      for (const tag of await registry.tags()) {
        const manifest = await registry.manifest(tag);
        // Somebody may remove a tag between the list and now.
        if (manifest === undefined) continue;
        const tags = found.get(manifest.digest) ?? [];
        tags.push(tag);
        found.set(manifest.digest, tags);
      }
      return found;
    },
    remove: async (digest) => {
      await registry.remove(digest);
      return undefined;
    },
  };
}
