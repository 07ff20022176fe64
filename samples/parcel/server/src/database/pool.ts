import pg from "pg";

/** A pool of database connections. */
export type Database = pg.Pool;

/** What can run a query: a pool, or a client inside a transaction. */
export type Queryable = Pick<pg.ClientBase, "query">;

/** Where the database is, and how many connections to it at most. */
export interface DatabaseSettings {
  readonly databaseUrl: string;
  readonly databasePool: number;
  /** A schema of its own, for tests that share a server. */
  readonly namespace?: string | undefined;
}

/** Options of a single connection, also for those outside of a pool. */
export function connectionOptions(settings: DatabaseSettings): pg.ClientConfig {
  return {
    connectionString: settings.databaseUrl,
    application_name: "parcel",
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    ...(settings.namespace !== undefined && { options: `-c search_path=${settings.namespace}` }),
  };
}

/** A pool that connects when it is first used. `onError` hears of idle connections that broke, which are replaced. */
export function openDatabase(settings: DatabaseSettings, onError: (error: Error) => void): Database {
  const pool = new pg.Pool({ ...connectionOptions(settings), max: settings.databasePool });
  pool.on("error", onError);
  return pool;
}

/** Runs `work` in a transaction: committed when it returns, rolled back when it throws. */
export async function inTransaction<Result>(
  database: Database,
  work: (client: Queryable) => Promise<Result>,
): Promise<Result> {
  const client = await database.connect();
  let broken: Error | undefined;
  try {
    await client.query("BEGIN");
    const result = await work(client);
    await client.query("COMMIT");
    return result;
  } catch (error) {
    await client.query("ROLLBACK").catch((failure: Error) => {
      broken = failure;
    });
    throw error;
  } finally {
    // A connection that could not roll back must not go back to the pool.
    client.release(broken);
  }
}
