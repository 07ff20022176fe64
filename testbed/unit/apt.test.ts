import assert from "node:assert/strict";
import { test } from "node:test";
import { archiveAddress, needsNewerSource, parseOsRelease, renderPins, renderSource } from "../engine/apt.ts";

const DEB822 = `Types: deb
URIs: http://mirror.example/debian/
Suites: bookworm bookworm-updates
Components: main contrib

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main
`;

test("the archive's address comes from a deb822 source, without its slash", () => {
  assert.equal(archiveAddress([DEB822], "bookworm"), "http://mirror.example/debian");
});

test("the archive's address comes from a one-line source with options", () => {
  const text = [
    "# deb http://commented.example/debian bookworm main",
    "deb [arch=amd64 signed-by=/usr/share/keyrings/x.gpg] https://tools.example/apt nodistro main",
    "deb [arch=amd64] https://mirror.example/debian bookworm main non-free",
  ].join("\n");
  assert.equal(archiveAddress([text], "bookworm"), "https://mirror.example/debian");
});

test("security archives, other suites, disabled entries and source-only entries do not count", () => {
  assert.equal(archiveAddress([DEB822], "trixie"), undefined);
  assert.equal(
    archiveAddress([DEB822.replace("Suites: bookworm bookworm-updates", "Suites: sid")], "bookworm"),
    undefined,
  );
  assert.equal(archiveAddress([`Enabled: no\n${DEB822}`], "bookworm"), undefined);
  assert.equal(archiveAddress([DEB822.replace("Types: deb\n", "Types: deb-src\n")], "bookworm"), undefined);
  assert.equal(archiveAddress(["deb file:/srv/debian bookworm main"], "bookworm"), undefined);
});

test("a field may go on over several lines", () => {
  const text =
    "Types: deb\nURIs:\n http://a.example/debian\nSuites:\n bookworm\n bookworm-updates\nComponents: main\n";
  assert.equal(archiveAddress([text], "bookworm"), "http://a.example/debian");
});

test("only Debian before 13 needs a newer source", () => {
  const of = (text: string) => needsNewerSource(parseOsRelease(text));
  assert.equal(of('ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n'), true);
  assert.equal(of('ID=debian\nVERSION_ID="13"\nVERSION_CODENAME=trixie\n'), false);
  assert.equal(of("ID=debian\nVERSION_CODENAME=forky\n"), false, "testing has no version number");
  assert.equal(of('ID=ubuntu\nID_LIKE=debian\nVERSION_ID="24.04"\n'), false);
});

test("a distribution is like Debian by its own name or by what it says it is like", () => {
  assert.equal(parseOsRelease("ID=debian\n").likeDebian, true);
  assert.equal(parseOsRelease('ID=linuxmint\nID_LIKE="ubuntu debian"\n').likeDebian, true);
  assert.equal(parseOsRelease("ID=fedora\n").likeDebian, false);
  assert.equal(parseOsRelease("").likeDebian, false);
});

test("pins keep everything but the engine's packages at the machine's own release", () => {
  const [everything, engine] = renderPins().split("\n\n");
  assert.match(everything ?? "", /Package: \*\nPin: release n=trixie\nPin-Priority: 50/);
  assert.match(engine ?? "", /Package: docker\.io docker-cli docker-buildx docker-compose\n/);
  assert.doesNotMatch(engine ?? "", /iptables|libc6/);
});

test("the source names the address it is given", () => {
  assert.match(renderSource("http://mirror.example/debian"), /^URIs: http:\/\/mirror\.example\/debian$/m);
});
