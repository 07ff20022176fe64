import { hasAny } from "../../base/text.ts";
import type { ComposeService } from "../../read/compose/model.ts";
import { dedent } from "../dedent.ts";
import { serverOfScheme } from "../insight/addresses.ts";
import { dataServerOf } from "../insight/databases.ts";
import { referencesIn, serviceAt } from "../insight/reach.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const credentialsDisagree: Rule = {
  code: "GX045",
  name: "credentials-disagree",
  family: "across",
  rank: "will-fail",
  what: "A connection URL has another user, password or database than the database server is set up with.",
  why: "The image makes one user, one password and one database, from its variables, at the first start. Any other is refused: `password authentication failed`, `database does not exist`.",
  fix: "Write the same values on both sides, from one variable.",
  examples: {
    bad: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              api:
                image: shop/api:2
                environment:
                  DATABASE_URL: postgres://shop:shop@db:5432/shop_dev
              worker:
                image: shop/api:2
                environment:
                  DATABASE_URL: postgres://shop:other@db:5432/shop
              db:
                image: postgres:17
                environment:
                  POSTGRES_USER: shop
                  POSTGRES_PASSWORD: shop
                  POSTGRES_DB: shop
          `,
        },
        at: ["compose.yaml:5", "compose.yaml:9"],
      },
    ],
    good: [
      {
        title: "an account that a client makes which signs in as it should",
        files: {
          "compose.yaml": dedent`
            services:
              api:
                image: shop/api:2
                environment:
                  DATABASE_URL: postgres://shop:shop@db/shop
                  SYNC_URL: postgres://sync:sync@db/shop
              db:
                image: postgres:17
                environment: { POSTGRES_USER: shop, POSTGRES_PASSWORD: shop }
`,
        },
      },
      {
        title: "the defaults of the image; more users from a script; another kind of URL",
        files: {
          "compose.yaml": dedent`
            services:
              api:
                image: shop/api:2
                environment:
                  DATABASE_URL: postgres://shop:secret@plain:5432/shop
                  ADMIN_URL: postgres://shop:secret@plain:5432/postgres
                  OTHER_URL: postgres://reader:reader@scripted:5432/reports
                  HIDDEN_URL: postgres://shop:\${PASSWORD}@plain:5432/shop
              plain:
                image: postgres:17
                environment:
                  POSTGRES_PASSWORD: secret
                  POSTGRES_USER: shop
              scripted:
                image: postgres:17
                volumes: ["./init:/docker-entrypoint-initdb.d:ro"]
                environment:
                  POSTGRES_PASSWORD: secret
          `,
        },
      },
      {
        title: "the superuser that always exists",
        files: {
          "compose.yaml": dedent`
            services:
              api:
                image: shop/api:2
                environment:
                  DATABASE_URL: postgres://postgres:secret@db:5432/shop
              db:
                image: postgres:17
                environment:
                  POSTGRES_PASSWORD: secret
                  POSTGRES_DB: shop
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const project of facts.composeProjects) {
      for (const reference of referencesIn(project)) {
        const { service, entry, address } = reference;
        const target = serviceAt(project, reference);
        const kind = serverOfScheme(address.scheme);
        if (target === undefined || (kind !== "postgres" && kind !== "mysql")) continue;
        const account = accountOf(target);
        if (account === undefined) continue;
        // Others sign in as they should, so that this account may be one that one of them makes.
        const stranger = account.users.every(({ name }) => name !== address.user);
        const others = referencesIn(project).filter((one) => serviceAt(project, one) === target);
        if (stranger && others.some((one) => account.users.some(({ name }) => name === one.address.user)))
          continue;
        const wrong = differenceOf(address, account);
        if (wrong === undefined) continue;
        yield {
          at: entry.valueSpan,
          message: `${entry.name} of ${service.name} ${wrong}.`,
          related: [{ at: target.nameSpan, message: `the settings of ${target.name}` }],
        };
      }
    }
  },
};

interface Account {
  readonly users: readonly { readonly name: string; readonly password: string | undefined }[];
  readonly databases: readonly string[];
}

/** What the server makes at its first start; `undefined` when a script, a file or an unknown variable may make more. */
function accountOf(service: ComposeService): Account | undefined {
  const server = dataServerOf(service);
  if (server === undefined || service.image?.value.official === undefined || server.kind === "mongo")
    return undefined;
  if (service.volumes.some(({ target }) => target.startsWith("/docker-entrypoint-initdb.d")))
    return undefined;
  if (service.configs.length > 0 || service.envFiles.some(({ exists }) => !exists)) return undefined;
  const names =
    server.kind === "postgres" ? ["POSTGRES"] : server.kind === "mariadb" ? ["MARIADB", "MYSQL"] : ["MYSQL"];
  const entries = service.environment.filter(({ name }) => names.some((one) => name.startsWith(`${one}_`)));
  if (
    entries.some(
      ({ name, dynamic, value }) =>
        dynamic ||
        value === undefined ||
        name.endsWith("_FILE") ||
        name.endsWith("_HASH") ||
        hasAny(name, ["HOST_AUTH", "RANDOM"]),
    )
  )
    return undefined;
  const value = (key: string): string | undefined =>
    names
      .map((name) => entries.find((entry) => entry.name === `${name}_${key}`)?.value)
      .find((one) => one !== undefined);
  if (server.kind === "postgres") {
    const user = value("USER") ?? "postgres";
    return {
      users: [{ name: user, password: value("PASSWORD") }],
      databases: [value("DB") ?? user, "postgres", "template1"],
    };
  }
  const user = value("USER");
  const database = value("DATABASE");
  if (database === undefined) return undefined;
  return {
    users: [
      { name: "root", password: value("ROOT_PASSWORD") },
      ...(user === undefined ? [] : [{ name: user, password: value("PASSWORD") }]),
    ],
    databases: [database, "mysql", "information_schema", "sys"],
  };
}

function differenceOf(
  {
    user,
    password,
    path,
    host,
  }: {
    readonly user: string | undefined;
    readonly password: string | undefined;
    readonly path: string | undefined;
    readonly host: string;
  },
  { users, databases }: Account,
): string | undefined {
  const known = users.find(({ name }) => name === user);
  if (user !== undefined && known === undefined)
    return `signs in as ${user}, but ${host} only has ${users.map(({ name }) => name).join(" and ")}`;
  if (password !== undefined && known?.password !== undefined && known.password !== password)
    return `has another password for ${user} than ${host} is set up with`;
  // Test runners make the database of theirs.
  if (
    path !== undefined &&
    !`${path} ${databases[0]}`.toLowerCase().includes("test") &&
    !databases.includes(path)
  )
    return `asks for database ${path}, but ${host} makes ${databases[0]}`;
  return undefined;
}
