import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryFiles } from "../../../src/index.ts";
import { dockerfileRecipe } from "../../../src/recipes/dockerfile/index.ts";

function programs(text: string, target?: string): readonly string[] {
  const result = dockerfileRecipe.plan({
    files: memoryFiles({ Dockerfile: text }),
    options: target === undefined ? {} : { target },
    image: "api",
    path: "services.api.build",
  });
  assert.ok("plan" in result, JSON.stringify(result.problems));
  return result.plan.image.programs;
}

test("a probe finds its program in a Dockerfile that stands on Node or Python", () => {
  assert.deepEqual(programs("FROM node:24\nCMD node a.js\n"), ["bash", "node"]);
  assert.deepEqual(programs("FROM docker.io/library/node:24-alpine\n"), ["wget", "node"]);
  assert.deepEqual(programs("FROM python:3.13-slim AS base\nFROM base AS app\nUSER 1\n"), ["bash", "python"]);
});

test("only of the stage that runs, and of no image that merely has such a name", () => {
  assert.deepEqual(programs("FROM node:24 AS build\nFROM scratch\nCOPY --from=build /a /a\n"), []);
  assert.deepEqual(programs("FROM node:24 AS dev\nFROM scratch\n", "dev"), ["bash", "node"]);
  assert.deepEqual(programs("FROM acme/node:24\n"), []);
});
