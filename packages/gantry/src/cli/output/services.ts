import { humanBytes, humanDuration } from "../../base/units.ts";
import type { ServiceStatus } from "../../operations/status.ts";
import type { Palette, Tone } from "./palette.ts";
import { type Column, tableLines } from "./table.ts";

/** The table of `gantry ps`; `columns` is undefined where nothing may be cut. */
export function servicesTable(
  list: readonly ServiceStatus[],
  paint: Palette,
  columns: number | undefined,
): string {
  const shown: readonly Column<ServiceStatus>[] = [
    {
      heading: "SERVICE",
      text: (row) => nameOf(row, list),
      paint: (row, text) => paint(row.state === "missing" ? "dim" : "strong", text),
      spare: 0,
    },
    { heading: "STATE", text: stateOf, paint: (row, text) => paint(toneOf(row), text), spare: 0 },
    {
      heading: "UPTIME",
      text: (row) => (row.uptimeMs === undefined ? "" : humanDuration(row.uptimeMs)),
      side: "right",
      spare: 2,
    },
    { heading: "PORTS", text: portsOf, paint: (_row, text) => paint("busy", text), spare: 1 },
    {
      heading: "CPU",
      text: (row) =>
        row.cpuPercent === undefined ? "" : `${row.cpuPercent.toFixed(row.cpuPercent < 10 ? 1 : 0)} %`,
      side: "right",
      spare: 4,
    },
    {
      heading: "MEMORY",
      text: memoryOf,
      paint: (row, text) => (nearLimit(row) ? paint("warn", text) : text),
      side: "right",
      spare: 3,
    },
    {
      heading: "RESTARTS",
      text: (row) => (row.restarts === 0 ? "" : String(row.restarts)),
      paint: (_row, text) => paint("warn", text),
      side: "right",
      spare: 1.5,
    },
  ];
  return tableLines(list, shown, columns, (text) => paint("dim", text)).join("\n");
}

/** What `gantry up` says at its end: where to look, and whether all is well. */
export function whereItRuns(list: readonly ServiceStatus[], paint: Palette): readonly string[] {
  const rows = list.flatMap((row) =>
    row.ports.map((port) => ({
      name: row.service,
      url: port.url,
      at: `${shownHost(port.host)}:${port.port}`,
    })),
  );
  const first = Math.max(0, ...rows.map((row) => row.name.length));
  return [...rows]
    .sort((a, b) => Number(b.url !== undefined) - Number(a.url !== undefined))
    .map((row) => `  ${row.name.padEnd(first)}  ${row.url === undefined ? row.at : paint("link", row.url)}`);
}

/** `api` when there is one of it, `api-2` among several. */
export function nameOf(
  row: Pick<ServiceStatus, "service" | "replica">,
  all: readonly Pick<ServiceStatus, "service">[],
): string {
  return row.replica > 0 && all.filter((other) => other.service === row.service).length > 1
    ? `${row.service}-${row.replica}`
    : row.service;
}

function stateOf(row: ServiceStatus): string {
  if (row.state === "exited" && row.role === "job" && row.exitCode === 0) return "done";
  if (row.state === "exited" || row.state === "dead") return `${row.state} (${row.exitCode ?? "?"})`;
  if (row.state === "running") return row.health ?? "running";
  return row.state;
}

function toneOf(row: ServiceStatus): Tone {
  if (row.state === "missing" || row.state === "created") return "dim";
  if (row.well) return row.state === "exited" ? "dim" : "good";
  return row.health === "starting" || row.state === "restarting" ? "warn" : "bad";
}

function portsOf(row: ServiceStatus): string {
  return [
    ...new Set(
      row.ports.map(
        (port) =>
          `${port.host === "127.0.0.1" || port.host === "::1" ? "" : `${shownHost(port.host)}:`}${port.port}→${port.target}`,
      ),
    ),
  ].join(" ");
}

function shownHost(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "*";
  return host.includes(":") ? `[${host}]` : host;
}

function memoryOf(row: ServiceStatus): string {
  if (row.memoryBytes === undefined) return "";
  const limit = row.memoryLimit === undefined ? "" : ` / ${humanBytes(row.memoryLimit)}`;
  return `${humanBytes(row.memoryBytes)}${limit}`;
}

// Close to its limit a container is about to be killed: say so before it happens.
const nearShare = 0.9;

function nearLimit(row: ServiceStatus): boolean {
  return (
    row.memoryBytes !== undefined &&
    row.memoryLimit !== undefined &&
    row.memoryBytes > row.memoryLimit * nearShare
  );
}
