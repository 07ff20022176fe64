import type { Guess, SuggestedHealth } from "../../blueprint/suggestion.ts";

/** The port that sources listen on when no variable says another: a default beside PORT, or a number given to listen. */
export function portIn(text: string): number | undefined {
  const patterns = [
    /\bPORT\b["'`\])]*\s*(?:\?\?|\|\||,|:\s*\w+\s*=|=)\s*["'`]?(\d{2,5})\b/,
    /\bPORT\b["'`\])]*[^\n;]{0,60}?(?:\?\?|\|\||default(?:_value)?\s*[:=(]|unwrap_or\w*\()[^\n;\d]{0,20}?(\d{2,5})\b/i,
    /\.listen\(\s*\{?\s*(?:port:\s*)?(\d{2,5})\b/,
    /\bport\s*[:=]\s*(\d{4,5})\b/i,
    /(?:0\.0\.0\.0|127\.0\.0\.1|\[::\]|localhost):(\d{2,5})["'`]/,
    /\(\s*\[\s*\d+\s*,\s*\d+\s*,\s*\d+\s*,\s*\d+\s*\]\s*,\s*(\d{2,5})\s*\)/,
    /\(\s*["'](?:0\.0\.0\.0|127\.0\.0\.1|localhost)["']\s*,\s*(\d{2,5})\s*\)/,
  ];
  for (const pattern of patterns) {
    const port = Number(pattern.exec(text)?.[1]);
    if (port >= 80 && port <= 65_535 && !databases.has(port)) return port;
  }
  return undefined;
}

/** Ports of servers that a service talks to, not of its own. */
const databases: ReadonlySet<number> = new Set([443, 5432, 6379, 9000, 8812, 3306, 27_017, 5672]);

const anywhere =
  "health|healthz|healthcheck|health-check|health_check|readyz|readiness|livez|liveness|ping|heartbeat|__heartbeat__|__lbheartbeat__";

/** The path at which a service says that it is well, and the one that asks nothing else, from the paths in its sources. */
export function healthIn(text: string, slashes = true): SuggestedHealth | undefined {
  // The runtime of this project answers on these two.
  if (text.includes("@gantry/runtime")) return { http: "/health", live: "/health/live" };
  const start = slashes ? "/" : "/?";
  const pattern = new RegExp(
    // `/live` and `/ready` are health only at the top or below a health path; `/api/live` is a stream of something.
    `["'\`](${start}(?:(?:[\\w.-]+/){0,3}(?:${anywhere})(?:/(?:live|liveness|ready|readiness))?|live|ready|alive)/?)["'\`]`,
    "g",
  );
  const found = [
    ...new Set([...text.matchAll(pattern)].map((match) => `/${(match[1] as string).replace(/^\//, "")}`)),
  ];
  const last = (path: string): string => path.replace(/\/$/, "").split("/").at(-1) as string;
  const live = found.find((path) => /^a?live/.test(last(path)));
  const ready = found.find((path) => /^ready|^readiness/.test(last(path)));
  const plain = found.find((path) => path !== live && path !== ready);
  // A readiness path beside a liveness path is the one that asks for databases.
  const http = ready ?? plain ?? live;
  if (http === undefined) return undefined;
  return live === undefined || live === http ? { http } : { http, live };
}

/** First steps of the paths that a service answers, such as `/api`, for those that its sources spell out. */
export function pathsIn(text: string): readonly string[] {
  const found = new Set<string>();
  for (const match of text.matchAll(/["'`]\/?(api|graphql|auth|ws|socket\.io|trpc|rpc)(?=[/"'`])/g))
    found.add(`/${match[1]}`);
  return [...found].sort();
}

/** Files in /tmp whose names say that a process touches them while it makes progress. */
export function aliveFilesIn(text: string): readonly string[] {
  return [
    ...new Set(
      [...text.matchAll(/["'`](\/tmp\/[\w.-]*(?:alive|heartbeat)[\w.-]*)["'`]/g)].map(
        ([, path]) => path as string,
      ),
    ),
  ].sort();
}

/** The file for a process of that name: one that carries it, or the only one. */
export function aliveFileFor(name: string, text: string): SuggestedHealth | undefined {
  const found = aliveFilesIn(text);
  const file = found.find((path) => path.includes(name)) ?? (found.length === 1 ? found[0] : undefined);
  if (file === undefined) return undefined;
  return { file, ...(name === "beat" ? { maxAge: "150s" } : {}) };
}

const clients =
  /(?:from|require\(|import)\s*\(?["'](axios|got|node-fetch|ky|openai|stripe|nodemailer|@anthropic-ai\/sdk|@aws-sdk\/[\w-]+|@sendgrid\/mail|@sentry\/node|twilio)["']|^\s*(?:import|from) (requests|httpx|aiohttp|boto3|openai|anthropic|stripe|sentry_sdk|smtplib|sendgrid|twilio)\b|\b(reqwest|lettre)::|\b(fetch)\(\s*["'`]https:\/\//m;

/** A library in the sources that calls servers outside; without `internet` a service reaches nothing but what it uses. */
export function outsideCallIn(text: string): string | undefined {
  return clients
    .exec(text)
    ?.slice(1)
    .find((name) => name !== undefined);
}

/** Whether a service must reach the outside, and what is said about it. */
export function internetFor(
  text: string,
  foreign: readonly string[],
): { readonly internet: boolean; readonly guesses: readonly Guess[] } {
  const client = outsideCallIn(text);
  return {
    internet: foreign.length > 0 || client !== undefined,
    guesses:
      client === undefined
        ? []
        : [
            {
              about: "internet",
              text: `It may call the outside, because its sources use ${client}; without \`internet\` it reaches only what it uses.`,
            },
          ],
  };
}

/** The health of a process that shows nothing of its work. */
export const unseenProgress: SuggestedHealth = {
  none: "nothing is known by which one sees that it makes progress",
};

/** Said of a service without a path for its health. */
export const noHealthPath: Guess = {
  about: "health",
  text: "No path such as /health was found: it counts as well when the port answers.",
};

/** Said of a port that nothing tells. */
export function portGuessed(port: number): Guess {
  return { about: "port", text: `Port ${port}: the sources name none, and do not read PORT.` };
}
