/**
 * The supervisor's whole program: plain JavaScript without dependencies, rendered beside the stack for everybody to read.
 * It talks to the engine's socket and to nothing else.
 */
export const supervisorProgram = `// Restarts containers of its own project that stay unhealthy, each time after a longer pause.
const { writeFileSync } = await import("node:fs");
const { request } = await import("node:http");
const { hostname } = await import("node:os");

const socketPath = "/var/run/docker.sock";
const seconds = (name, otherwise) => Number(process.env[name] ?? otherwise) * 1000;
const patience = seconds("PATIENCE", 30);
const firstPause = seconds("FIRST_PAUSE", 10);
const longestPause = seconds("LONGEST_PAUSE", 300);
const services = (process.env.SERVICES ?? "").split(",").filter((name) => name !== "");
const label = "com.docker.compose.";

function engine(method, path) {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, method, path, timeout: 60_000 }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (part) => { text += part; });
      answer.on("end", () => {
        if (answer.statusCode < 300) resolve(text === "" ? undefined : JSON.parse(text));
        else reject(new Error(\`\${method} \${path}: \${answer.statusCode} \${text.trim()}\`));
      });
    });
    call.on("timeout", () => call.destroy(new Error("the engine did not answer")));
    call.on("error", reject);
    call.end();
  });
}

function say(level, msg, more) {
  console.log(JSON.stringify({ time: new Date().toISOString(), level, msg, ...more }));
}

/** By container: since when it is unhealthy, how often it was restarted, and when it may be again. */
const cases = new Map();

async function look(project) {
  const filters = encodeURIComponent(JSON.stringify({ label: [\`\${label}project=\${project}\`] }));
  const containers = await engine("GET", \`/containers/json?filters=\${filters}\`);
  const now = performance.now();
  for (const { Id: id, Names: names, Labels: labels, Status: status } of containers) {
    if (labels[\`\${label}oneoff\`] === "True") continue;
    if (services.length > 0 && !services.includes(labels[\`\${label}service\`])) continue;
    const known = cases.get(id) ?? { since: undefined, restarts: 0, notBefore: 0, wellSince: now };
    cases.set(id, known);
    if (!status.includes("(unhealthy)")) {
      known.since = undefined;
      // Well for as long as the longest pause: the next trouble is another story.
      if (status.includes("(healthy)") && known.restarts > 0 && now - known.wellSince > longestPause) known.restarts = 0;
      if (!status.includes("(healthy)")) known.wellSince = now;
      continue;
    }
    known.wellSince = now;
    known.since ??= now;
    if (now - known.since < patience || now < known.notBefore) continue;
    const pause = Math.min(longestPause, firstPause * 2 ** known.restarts);
    known.restarts += 1;
    known.since = undefined;
    known.notBefore = now + pause;
    const about = { container: names[0].slice(1), restarts: known.restarts, pauseSeconds: pause / 1000 };
    say("warn", "restarting what stays unhealthy", about);
    await engine("POST", \`/containers/\${id}/restart\`).catch((error) => say("error", error.message, about));
  }
  const present = new Set(containers.map(({ Id: id }) => id));
  for (const id of cases.keys()) if (!present.has(id)) cases.delete(id);
}

process.on("SIGTERM", () => process.exit(0));
const { Config: own } = await engine("GET", \`/containers/\${hostname()}/json\`);
const project = own.Labels[\`\${label}project\`];
say("info", "watching", { project, services: services.length === 0 ? "all" : services, patienceSeconds: patience / 1000 });
for (;;) {
  try {
    await look(project);
    writeFileSync("/tmp/alive", "");
  } catch (error) {
    say("error", error.message);
  }
  await new Promise((done) => setTimeout(done, Math.min(5000, patience)));
}
`;
