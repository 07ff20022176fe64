import type { Span, Tracked } from "../../read/source.ts";
import { dedent } from "../dedent.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const buildCacheOverwritten: Rule = {
  code: "GX036",
  name: "build-cache-overwritten",
  family: "across",
  rank: "tidy",
  what: "Several builds write their cache to the same place.",
  why: "A cache export replaces what is there: the build that ends last wins, and the others find nothing of theirs next time. With Bake this comes from `inherits`, which hands `cache-to` on.",
  fix: "Give each build a cache reference of its own; `cache-from` may list several.",
  examples: {
    bad: [
      {
        files: {
          "docker-bake.hcl": dedent`
            target "web" {
              dockerfile = "web.Dockerfile"
              cache-to = ["type=registry,ref=ghcr.io/shop/web:cache,mode=max"]
            }
            target "worker" {
              inherits = ["web"]
              dockerfile = "worker.Dockerfile"
            }
            group "default" {
              targets = ["web", "worker"]
            }
          `,
          "web.Dockerfile": "FROM python:3.13-slim\n",
          "worker.Dockerfile": "FROM python:3.13-slim\n",
        },
      },
      {
        title: "two services",
        files: {
          "compose.yaml": dedent`
            services:
              web:
                build:
                  context: web
                  cache_to: ["type=local,dest=.cache"]
              worker:
                build:
                  context: worker
                  cache_to: ["type=local,dest=.cache"]
          `,
        },
        at: ["compose.yaml:9"],
      },
    ],
    good: [
      {
        files: {
          "docker-bake.hcl": dedent`
            target "web" {
              cache-to = ["type=registry,ref=ghcr.io/shop/web:cache,mode=max"]
            }
            target "worker" {
              inherits = ["web"]
              cache-to = ["type=registry,ref=ghcr.io/shop/worker:cache,mode=max"]
            }
            target "release" {
              cache-to = ["type=inline"]
            }
            target "other" {
              cache-to = ["type=inline"]
            }
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const { targets } of facts.bakeFiles) {
      yield* clashes(
        targets.map((target) => ({
          who: `target ${target.name}`,
          at: target.span,
          recipe: JSON.stringify([target.context?.value, target.dockerfile?.value, target.target?.value]),
          caches: target.cacheTo,
        })),
      );
    }
    for (const { services } of facts.composeProjects) {
      yield* clashes(
        services.flatMap(({ name, build, nameSpan }) =>
          build === undefined
            ? []
            : [
                {
                  who: `service ${name}`,
                  at: nameSpan,
                  recipe: JSON.stringify([build.contextText, build.dockerfile?.value, build.target?.value]),
                  caches: build.cacheTo,
                },
              ],
        ),
      );
    }
  },
};

interface Build {
  readonly who: string;
  readonly at: Span;
  /** Equal for builds of the same thing, which may share a cache. */
  readonly recipe: string;
  readonly caches: readonly Tracked<string>[];
}

function* clashes(builds: readonly Build[]): Generator<Report> {
  const first = new Map<string, { readonly build: Build; readonly at: Span }>();
  for (const build of builds) {
    for (const { value, span } of build.caches) {
      const place = placeOf(value);
      if (place === undefined) continue;
      const earlier = first.get(place);
      if (earlier === undefined) first.set(place, { build, at: span });
      else if (earlier.build !== build && earlier.build.recipe !== build.recipe) {
        // An inherited line stands at the other target: there the report would point to the wrong one.
        const inherited = span.file === earlier.at.file && span.start === earlier.at.start;
        yield {
          at: inherited ? build.at : span,
          message: `${build.who} overwrites the build cache of ${earlier.build.who} at ${place}.`,
          related: [{ at: earlier.at, message: `the cache of ${earlier.build.who}` }],
        };
      }
    }
  }
}

/** Where a cache goes; `undefined` for kinds that cannot clash, and for what hangs on variables. */
function placeOf(cache: string): string | undefined {
  const options = new Map(
    cache.split(",").map((part) => [part.split("=")[0] ?? "", part.slice(part.indexOf("=") + 1)]),
  );
  const type = options.get("type");
  if (cache.includes("$") || type === "inline") return undefined;
  if (type === "gha") return `scope ${options.get("scope") ?? "buildkit"} of GitHub Actions`;
  if (type === "local") return options.get("dest");
  return type === undefined || type === "registry"
    ? (options.get("ref") ?? (type === undefined ? cache : undefined))
    : undefined;
}
