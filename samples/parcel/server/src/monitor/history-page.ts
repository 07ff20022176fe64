import type { HistoryEntry } from "./history.ts";

/** The history as a page that needs no script. */
export function historyPage(entries: readonly HistoryEntry[]): string {
  const rows = entries.map(
    (entry) =>
      `<tr><td><time>${escapeHtml(entry.takenAt.slice(0, 19).replace("T", " "))}</time></td><td>${escapeHtml(entry.queue)}</td>` +
      [entry.waiting, entry.active, entry.delayed, entry.completed, entry.failed]
        .map((count) => `<td class="number">${count}</td>`)
        .join("") +
      "</tr>",
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="10">
<title>Parcel: queue history</title>
<style>
  :root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }
  body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
  table { border-collapse: collapse; width: 100% }
  th, td { padding: .35rem .75rem; text-align: left; border-bottom: 1px solid color-mix(in srgb, currentColor 15%, transparent) }
  .number { text-align: right; font-variant-numeric: tabular-nums }
</style>
<h1>Queue history</h1>
<p><a href="/monitor">Back to the board</a>. Times are in UTC; “finished” and “failed” count since the entry before.</p>
<table>
<thead><tr><th>Time</th><th>Queue</th><th class="number">Waiting</th><th class="number">Active</th><th class="number">Delayed</th><th class="number">Finished</th><th class="number">Failed</th></tr></thead>
<tbody>
${rows.join("\n")}
</tbody>
</table>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
