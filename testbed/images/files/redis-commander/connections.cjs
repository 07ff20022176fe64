// Prints the connections that the variables describe, in the form that node-config takes from NODE_CONFIG.
const { REDIS_HOSTS, REDIS_HOST, REDIS_PORT, REDIS_PASSWORD, REDIS_DB, REDIS_USERNAME, REDIS_LABEL } =
  process.env;

/** HOST, or LABEL:HOST[:PORT[:DATABASE[:PASSWORD]]]. */
const fromText = (text) => {
  const parts = text.split(":");
  const [label, host, port = "6379", dbIndex = "0", password = ""] =
    parts.length === 1 ? ["default", ...parts] : parts;
  return { label, host, port, dbIndex: Number(dbIndex), password };
};

const listed = (REDIS_HOSTS ?? "")
  .split(",")
  .filter((text) => text !== "")
  .map(fromText);
const single = REDIS_HOST
  ? [
      {
        label: REDIS_LABEL ?? "local",
        host: REDIS_HOST,
        port: REDIS_PORT ?? "6379",
        dbIndex: Number(REDIS_DB ?? "0"),
        username: REDIS_USERNAME ?? "",
        password: REDIS_PASSWORD ?? "",
      },
    ]
  : [];
const connections = [...listed, ...single];
process.stdout.write(JSON.stringify(connections.length === 0 ? {} : { connections }));
