import { GantryError } from "../../base/errors.ts";
import { errorText, RegistryClient, type RegistrySettings } from "./client.ts";
import { nextPage, type WebAnswer, WebClient } from "./http.ts";
import { registryProblems } from "./problems.ts";
import type { Shelf } from "./shelf.ts";

/** GitHub's registry, which deletes only through its own interface for packages. */
export interface GhcrSettings extends RegistrySettings {
  /** Root of the interface: `GITHUB_API_URL`, which GitHub sets in its CI. */
  readonly api: string;
  /** Token that may read and delete packages. */
  readonly token: string | undefined;
}

interface PackageVersion {
  readonly id: number;
  /** Digest of the manifest. */
  readonly name: string;
  readonly metadata?: { readonly container?: { readonly tags?: readonly string[] } };
}

/** A repository `OWNER/NAME` there. */
export function ghcrShelf(settings: GhcrSettings, repository: string): Shelf {
  const registry = new RegistryClient(settings, repository);
  const web = new WebClient(new URL(settings.api).host, settings);
  const [owner = "", ...rest] = repository.split("/");
  const name = rest.join("/");
  const ids = new Map<string, number>();
  let versions: URL | undefined;

  const send = (method: "GET" | "DELETE", url: URL): Promise<WebAnswer> =>
    web.send({
      method,
      url,
      headers: {
        accept: "application/vnd.github+json",
        "user-agent": "gantry",
        "x-github-api-version": "2022-11-28",
        ...(settings.token === undefined ? {} : { authorization: `Bearer ${settings.token}` }),
      },
    });
  const refuse = (answer: WebAnswer): never => {
    throw new GantryError(registryProblems.noPackages(owner, name, errorText(answer.body)));
  };
  const at = (kind: "orgs" | "users"): URL =>
    new URL(
      `${settings.api.replace(/\/$/, "")}/${kind}/${owner}/packages/container/${encodeURIComponent(name)}/versions`,
    );

  return {
    name: `${settings.host}/${repository}`,
    registry,
    list: async () => {
      const found = new Map<string, readonly string[]>();
      for (const kind of ["orgs", "users"] as const) {
        let url: URL | undefined = new URL("?per_page=100", at(kind));
        const first = await send("GET", url);
        // An owner is an organisation or a person, and its name does not say which.
        if (first.status === 404 && kind === "orgs") continue;
        if (first.status === 404) return found;
        versions = at(kind);
        for (let answer: WebAnswer = first; ; answer = await send("GET", url)) {
          if (answer.status !== 200) refuse(answer);
          let page: readonly PackageVersion[];
          try {
            page = JSON.parse(answer.body.toString("utf8")) as readonly PackageVersion[];
          } catch {
            throw new GantryError(
              registryProblems.truncated(
                web.host,
                "its list of versions",
                `Its ${answer.body.length} bytes are no JSON.`,
              ),
            );
          }
          for (const version of page) {
            ids.set(version.name, version.id);
            found.set(version.name, version.metadata?.container?.tags ?? []);
          }
          url = nextPage(answer.headers["link"], url);
          if (url === undefined) return found;
        }
      }
      return found;
    },
    remove: async (digest) => {
      const id = ids.get(digest);
      if (id === undefined || versions === undefined) return undefined;
      const answer = await send("DELETE", new URL(`${versions.pathname}/${id}`, versions));
      // It keeps the last version with a tag, and public ones that were pulled more than 5,000 times.
      if (answer.status === 400) return errorText(answer.body);
      if (answer.status !== 404 && answer.status !== 204) refuse(answer);
      return undefined;
    },
  };
}
