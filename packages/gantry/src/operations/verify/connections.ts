import { listing } from "../../base/names.ts";
import { runSidecar } from "../../engine/sidecar.ts";
import type { CheckGroup, CheckResult, Running, Scene } from "./types.ts";

/** One attempt: from a container to an address. */
interface Attempt {
  readonly to: Running;
  readonly address: string;
  readonly declared: boolean;
}

/** Every declared connection works, and no undeclared one does: tried from inside each container's network. */
export const connections: CheckGroup = {
  name: "connections",
  title: "Declared connections work, and no others",
  disruptive: false,
  async run(scene) {
    if (scene.toolImage === undefined)
      return [
        {
          group: "connections",
          outcome: "skipped",
          what: "no image of the stack has bash to try connections with",
        },
      ];
    const image = scene.toolImage;
    const results = await Promise.all(onePerService(scene.running).map((from) => tryAll(scene, image, from)));
    return results.flat();
  },
};

/** Copies of a service are on the same networks: one of them speaks for all. */
function onePerService(running: readonly Running[]): readonly Running[] {
  return [...new Map(running.map((entry) => [entry.service.name, entry])).values()];
}

async function tryAll(scene: Scene, image: string, from: Running): Promise<readonly CheckResult[]> {
  const attempts = scene.running
    .filter((to) => to.service.name !== from.service.name)
    .flatMap((to) => attemptsTo(from, to));
  const { output } = await runSidecar(scene.engine, {
    project: scene.blueprint.project,
    image,
    network: from.container.Id,
    script: script(attempts),
    signal: scene.signal,
  });
  const open = new Set(
    output
      .split("\n")
      .filter((line) => line.endsWith(" open"))
      .map((line) => line.split(" ")[0]),
  );
  const name = from.service.name;
  const missing = attempts.filter((attempt) => attempt.declared && !open.has(attempt.address));
  const extra = attempts.filter((attempt) => !attempt.declared && open.has(attempt.address));
  const declared = [
    ...new Set(attempts.filter((attempt) => attempt.declared).map((attempt) => attempt.to.service.name)),
  ];
  return [
    ...missing.map(
      (attempt): CheckResult => ({
        group: "connections",
        outcome: "failed",
        service: name,
        what: `${name} uses ${attempt.to.service.name}, and cannot reach ${attempt.address}`,
        fix: "See whether both run and share a network: `docker network inspect`. Networks changed by hand are put right by `gantry down` and `gantry up`.",
      }),
    ),
    ...extra.map(
      (attempt): CheckResult => ({
        group: "connections",
        outcome: "failed",
        service: name,
        what: `${name} does not use ${attempt.to.service.name}, and reaches it at ${attempt.address}`,
        fix: `Take them off the network that they share, or declare it: uses: ["${attempt.to.service.name}"].`,
      }),
    ),
    ...(missing.length + extra.length === 0
      ? [
          {
            group: "connections",
            outcome: "ok",
            service: name,
            what: `${name} reaches ${declared.length === 0 ? "nobody" : `${listing(declared)}, and nobody else`} (${attempts.length === 1 ? "1 address" : `${attempts.length} addresses`} tried)`,
          } as const,
        ]
      : []),
  ];
}

/** A bridge is open both ways: a connection that either side declares is declared. */
function attemptsTo(from: Running, to: Running): readonly Attempt[] {
  const uses = from.service.uses.includes(to.service.name);
  const declared = uses || to.service.uses.includes(from.service.name);
  const addresses = Object.values(to.container.NetworkSettings.Networks ?? {})
    .map((network) => network.IPAddress)
    .filter((address) => address !== "");
  return to.service.listens.flatMap(({ port }) => [
    ...(uses ? [{ to, address: `${to.service.name}:${port}`, declared: true }] : []),
    // By number too: a name that does not resolve would hide an open way.
    ...(declared ? [] : addresses.map((address) => ({ to, address: `${address}:${port}`, declared: false }))),
  ]);
}

function script(attempts: readonly Attempt[]): string {
  const addresses = [...new Set(attempts.map((attempt) => attempt.address))];
  return `try() { if timeout 2 bash -c "exec 3<>/dev/tcp/\${1%:*}/\${1##*:}" 2>/dev/null; then echo "$1 open"; else echo "$1 closed"; fi; }
${addresses.map((address) => `try ${address} &`).join("\n")}
wait`;
}
