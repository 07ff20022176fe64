import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { questionsOf, readAnswers } from "../../../src/operations/ship/pin.ts";

const api = { name: "api_3000", service: "api", port: 3000 };
const site = { name: "site_8080", service: "site", port: 8080 };

describe("what a gateway is asked after its switch", () => {
  const { urls, pattern } = questionsOf(8081, [
    { upstream: api, path: "/health", addresses: ["10.1.0.2", "10.1.0.3"] },
    { upstream: site, path: "/?full", addresses: ["10.1.1.9"] },
  ]);
  const right = new RegExp(pattern);

  test("each route several times", () => {
    assert.equal(urls.length, 10);
    assert.equal(urls[4], "http://127.0.0.1:8081/answers/api_3000/health?proof=4");
    assert.equal(urls[5], "http://127.0.0.1:8081/answers/site_8080/?full&proof=0");
  });

  test("answers of the route's own containers are right, after others were tried, too", () => {
    for (const line of ["0 200 10.1.0.2:3000", "4 503 10.1.0.3:3000", "9 200 10.1.1.9:8080"])
      assert.match(line, right);
    assert.match("1 200 10.1.0.7:3000, 10.1.0.2:3000", right);
    assert.match("1 200 api_3000 : 10.1.0.2:3000", right);
  });

  test("nobody else's, and none, are not", () => {
    for (const line of [
      "0 200 10.1.0.22:3000",
      "0 200 10.1.0.2:3001",
      "0 200 10.1.1.9:8080",
      "5 200 10.1.0.2:3000",
      "0 200 10.1.0.2:3000, 10.1.0.7:3000",
      "0 502 api_3000",
      "10 200 ",
      "0 000 ",
    ])
      assert.doesNotMatch(line, right);
  });
});

test("what it said is read line by line", () => {
  const said = "\n0 200 10.1.0.2:3000\n\n1 502 api_3000\nbefore-7\n2 200 \n";
  assert.deepEqual(readAnswers(said), { generation: "before-7", answers: ["10.1.0.2:3000", "api_3000"] });
});
