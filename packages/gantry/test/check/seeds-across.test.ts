import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { findingsOfSeed } from "./seeds.ts";

/** What each team's files get from the families that look across files, at Compose and at Kubernetes; `CODE FILE:LINE`. */
const expected: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  "django-celery": {
    GX: [
      "GX035 deployment/celery.Dockerfile:1",
      "GX047 deployment/celery.Dockerfile:2",
      "GX035 deployment/celerybeat.Dockerfile:1",
      "GX047 deployment/celerybeat.Dockerfile:2",
      "GX035 deployment/flower.Dockerfile:1",
      "GX036 docker-bake.hcl:18",
      "GX036 docker-bake.hcl:25",
      "GX036 docker-bake.hcl:32",
      "GX007 docker-compose.test.yml:23",
      "GX010 docker-compose.test.yml:36",
      "GX004 docker-compose.yml:8",
    ],
    GC: ["GC032 docker-compose.test.yml:1", "GC032 docker-compose.yml:1", "GC022 docker-compose.yml:25"],
    GK: [
      "GK009 kubernetes/deployment.yaml:17",
      "GK011 kubernetes/deployment.yaml:17",
      "GK019 kubernetes/deployment.yaml:17",
      "GK008 kubernetes/deployment.yaml:19",
    ],
  },
  "fastapi-flask": { GX: [], GC: ["GC034 docker-compose.yml:6"], GK: [] },
  // The document names the image's Dockerfile, but shows only how to extend it.
  ktrdr: { GX: ["GX043 docker-compose.yml:3"], GC: [], GK: [] },
  "greek-easy": {
    // The document shows no Dockerfile of the frontend.
    GX: [
      "GX043 docker-compose.prod.yml:6",
      "GX042 docker-compose.prod.yml:78",
      "GX034 docker-compose.prod.yml:90",
      "GX011 docker-compose.prod.yml:110",
      "GX002 docker-compose.prod.yml:134",
      "GX041 docker-compose.prod.yml:152",
      "GX002 docker-compose.prod.yml:159",
      "GX043 docker-compose.yml:3",
    ],
    GC: [
      "GC032 docker-compose.prod.yml:1",
      "GC038 docker-compose.prod.yml:41",
      "GC013 docker-compose.prod.yml:46",
      "GC020 docker-compose.prod.yml:46",
      "GC020 docker-compose.prod.yml:48",
      "GC013 docker-compose.prod.yml:137",
      "GC030 docker-compose.prod.yml:141",
      "GC030 docker-compose.prod.yml:142",
      "GC013 docker-compose.prod.yml:162",
      "GC030 docker-compose.prod.yml:165",
      "GC015 docker-compose.yml:7",
      "GC018 docker-compose.yml:9",
    ],
    GK: [],
  },
  rustboot: {
    GX: ["GX048 docker/docker-compose.dev.yml:8"],
    GC: ["GC033 docker/docker-compose.prod.yml:17"],
    GK: [],
  },
};

describe("the Compose, Bake and Kubernetes files of the seed documents", () => {
  for (const [name, families] of Object.entries(expected)) {
    for (const [letters, findings] of Object.entries(families)) {
      it(`gets what it should: ${name}, ${letters}`, () => {
        assert.deepEqual(findingsOfSeed(name, letters), findings);
      });
    }
  }

  it("knows the user that ktrdr's image runs as, which what extends it installs packages as", () => {
    const image = "FROM python:3.11-slim\nRUN useradd --create-home ktrdr\nUSER ktrdr\n";
    const found = findingsOfSeed("ktrdr", "GD012", { Dockerfile: image });
    assert.deepEqual(found, ["GD012 extended.Dockerfile:3"]);
  });
});
