import { humanBytes } from "../../base/units.ts";
import { runSidecar } from "../../engine/sidecar.ts";
import type { CheckGroup, CheckResult, Running, Scene } from "./types.ts";

/** What the kernel says of each main process, beside what the engine says of its container. */
export const rights: CheckGroup = {
  name: "rights",
  title: "Processes have no more rights than the stack gives them",
  disruptive: false,
  run: async (scene) => (await Promise.all(scene.running.map((running) => rightsOf(scene, running)))).flat(),
};

async function rightsOf(scene: Scene, { service, container }: Running): Promise<readonly CheckResult[]> {
  const { security, resources } = service;
  const wrong: string[] = [];
  const host = container.HostConfig;
  if (security.readOnlyRoot && host.ReadonlyRootfs !== true)
    wrong.push("its root file system can be written to");
  if (resources.memory !== undefined && host.Memory !== resources.memory)
    wrong.push(
      `its memory limit is ${host.Memory === 0 ? "missing" : humanBytes(host.Memory)}, and should be ${humanBytes(resources.memory)}`,
    );
  if (resources.cpus !== undefined && host.NanoCpus !== Math.round(resources.cpus * 1e9))
    wrong.push(`its processor limit is ${host.NanoCpus / 1e9}, and should be ${resources.cpus}`);
  if (resources.pids !== undefined && host.PidsLimit !== resources.pids)
    wrong.push(`its process limit is ${host.PidsLimit ?? "missing"}, and should be ${resources.pids}`);
  const seen =
    scene.toolImage === undefined ? undefined : await processStatus(scene, scene.toolImage, container.Id);
  if (seen !== undefined) {
    const [uid] = (security.user ?? "").split(":");
    if (uid !== undefined && uid !== "" && seen.uid !== uid)
      wrong.push(`it runs as user ${seen.uid}, and should run as ${uid}`);
    if (uid === undefined && seen.uid === "0") wrong.push("it runs as root");
    if (
      security.dropCapabilities.includes("ALL") &&
      security.addCapabilities.length === 0 &&
      !/^0+$/.test(seen.capabilities)
    )
      wrong.push(`it has capabilities (${seen.capabilities})`);
    if (security.noNewPrivileges && seen.noNewPrivileges !== "1") wrong.push("it may gain new privileges");
    if (security.readOnlyRoot && seen.root !== "ro") wrong.push("the kernel lets it write to its root");
  }
  const limits = [
    resources.memory === undefined ? undefined : humanBytes(resources.memory),
    resources.cpus === undefined ? undefined : `${resources.cpus} CPU`,
    resources.pids === undefined ? undefined : `${resources.pids} processes`,
  ].filter((entry) => entry !== undefined);
  if (wrong.length === 0) {
    return [
      {
        group: "rights",
        outcome: "ok",
        service: service.name,
        what: `${service.name}: user ${seen?.uid ?? security.user ?? "unknown"}, ${security.dropCapabilities.includes("ALL") ? "no capabilities" : "capabilities"}, ${security.readOnlyRoot ? "read-only root" : "writable root"}, ${limits.length === 0 ? "no limits" : limits.join(", ")}${seen === undefined ? "; as the engine says, for no image of the stack has bash to ask the kernel with" : ""}`,
      },
    ];
  }
  return wrong.map((what) => ({
    group: "rights",
    outcome: "failed",
    service: service.name,
    what: `${service.name}: ${what}`,
    fix: "The container is not as the rendered file says: `gantry up` makes it anew.",
  }));
}

interface ProcessStatus {
  readonly uid: string;
  readonly capabilities: string;
  readonly noNewPrivileges: string;
  readonly root: string;
}

/** Status of process 1 from /proc, seen from a container beside it: the container itself may have no shell. */
async function processStatus(scene: Scene, image: string, id: string): Promise<ProcessStatus | undefined> {
  const { output } = await runSidecar(scene.engine, {
    project: scene.blueprint.project,
    image,
    processes: id,
    // Mounts of another user's process are only shown to who could trace it.
    capabilities: ["SYS_PTRACE", "DAC_READ_SEARCH"],
    script: "cat /proc/1/status; echo ==; cat /proc/1/mounts",
    signal: scene.signal,
  });
  const [status = "", mounts = ""] = output.split("\n==\n");
  const field = (name: string): string | undefined =>
    new RegExp(`^${name}:\\s*(\\S+)`, "m").exec(status)?.[1];
  const uid = field("Uid");
  if (uid === undefined) return undefined;
  const root =
    mounts
      .split("\n")
      .find((line) => line.split(" ")[1] === "/")
      ?.split(" ")[3] ?? "";
  return {
    uid,
    capabilities: field("CapEff") ?? "",
    noNewPrivileges: field("NoNewPrivs") ?? "",
    root: root.split(",").includes("ro") ? "ro" : "rw",
  };
}
