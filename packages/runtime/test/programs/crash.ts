// A process that crashes in the way its argument says, with a secret in the error.
import { createLog, createSecrets, logCrashes } from "../../src/index.ts";

logCrashes(createLog({ service: "test", secrets: createSecrets(["hunter2!"]) }));
const error = new Error("postgres://parcel:hunter2!@db does not answer");
if (process.argv[2] === "promise") void Promise.reject(error);
else
  setImmediate(() => {
    throw error;
  });
// Keeps the process busy: only the crash may end it.
setInterval(() => undefined, 60_000);
