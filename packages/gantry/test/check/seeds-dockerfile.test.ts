import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { findingsOfSeed } from "./seeds.ts";

/** What each team's own Dockerfiles get from the Dockerfile family, `CODE FILE:LINE`. */
const expected: Readonly<Record<string, readonly string[]>> = {
  "django-celery": [
    "GD061 deployment/Dockerfile:2",
    "GD055 deployment/Dockerfile:5",
    "GD037 deployment/Dockerfile:18",
    "GD044 deployment/Dockerfile:18",
    "GD037 deployment/Dockerfile:19",
    "GD058 deployment/Dockerfile:20",
    "GD041 deployment/Dockerfile:33",
    "GD026 deployment/Dockerfile:38",
    "GD045 deployment/Dockerfile:41",
    "GD035 deployment/Dockerfile:44",
    "GD015 deployment/cache-mounts.Dockerfile:5",
    "GD041 deployment/cache-mounts.Dockerfile:6",
  ],
  "fastapi-flask": [
    "GD055 Dockerfile:1",
    "GD055 Dockerfile:8",
    "GD015 Dockerfile:10",
    "GD055 Dockerfile:12",
    "GD015 Dockerfile:13",
    "GD029 Dockerfile:15",
    "GD055 Dockerfile:15",
    "GD062 Dockerfile:16",
  ],
  ktrdr: [],
  "greek-easy": ["GD045 learn-greek-easy-backend/Dockerfile:51"],
  rustboot: ["GD060 docker/Dockerfile.builder:4"],
};

describe("the Dockerfiles of the seed documents", () => {
  for (const [name, findings] of Object.entries(expected)) {
    it(`gets what it should: ${name}`, () => {
      assert.deepEqual(findingsOfSeed(name, "GD"), findings);
    });
  }
});
