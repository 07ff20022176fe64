/** What a tool says in a failed step, and what to do about it; the first that fits counts. */
interface Clue {
  readonly pattern: RegExp;
  readonly fix: (match: RegExpExecArray) => string;
}

/** Debian's package of a C header, by the end of its path. */
const headers: readonly (readonly [path: RegExp, name: string])[] = [
  [/(?:^|\/)(?:libpq-fe|pg_config|postgres_ext)\.h$/, "libpq-dev"],
  [/(?:^|\/)mysql\.h$/, "default-libmysqlclient-dev"],
  [/(?:^|\/)ffi\.h$/, "libffi-dev"],
  [/^openssl\//, "libssl-dev"],
  [/^libxml\//, "libxml2-dev"],
  [/^libxslt\//, "libxslt1-dev"],
  [/(?:^|\/)jpeglib\.h$/, "libjpeg-dev"],
  [/(?:^|\/)zlib\.h$/, "zlib1g-dev"],
  [/(?:^|\/)(?:lber|ldap)\.h$/, "libldap-dev"],
  [/^sasl\//, "libsasl2-dev"],
  [/(?:^|\/)xmlsec\//, "libxmlsec1-dev"],
  [
    /^(?:assert|ctype|errno|limits|math|pthread|stddef|stdint|stdio|stdlib|string|time|unistd)\.h$/,
    "libc6-dev",
  ],
];

/** Debian's package of a library that the linker looks for. */
const libraries: Readonly<Record<string, string>> = {
  pq: "libpq-dev",
  ssl: "libssl-dev",
  crypto: "libssl-dev",
  sqlite3: "libsqlite3-dev",
  z: "zlib1g-dev",
};

const add = (...names: readonly string[]): string =>
  `Add ${names.map((name) => `"${name}"`).join(" and ")} to \`buildPackages\`; the finished image has none of them.`;

const clues: readonly Clue[] = [
  {
    pattern: /fatal error: ([\w./-]+\.h): No such file/,
    fix: ([, header = ""]) => {
      const name = headers.find(([path]) => path.test(header))?.[1];
      return name === undefined
        ? `Add Debian's package that has ${header} to \`buildPackages\`: Debian's search by contents of packages finds it.`
        : add(name);
    },
  },
  {
    pattern: /pg_config executable not found|pg_config is required/,
    fix: () => add("gcc", "libc6-dev", "libpq-dev"),
  },
  {
    pattern:
      /(?:unable to execute|command) '[^']*(?:gcc|cc|g\+\+)'(?: failed)?: No such file|error: linker `cc` not found/,
    fix: () => add("gcc", "libc6-dev"),
  },
  {
    pattern: /Can not find valid pkg-config name|specify MYSQLCLIENT_CFLAGS/,
    fix: () => add("gcc", "libc6-dev", "pkg-config", "default-libmysqlclient-dev"),
  },
  {
    pattern:
      /(?:pkg-config(?: command)? could not be found|pkg-config: (?:command )?not found|Could not run `.*pkg-config)/,
    fix: () => add("pkg-config"),
  },
  {
    pattern: /cannot find -l(\w+)/,
    fix: ([, name = ""]) => add(libraries[name] ?? `lib${name}-dev`),
  },
  {
    pattern: /^(\S+) \S+ requires ([\w.-]+), which is not installed/m,
    fix: ([, by = "", name = ""]) =>
      `The requirements name ${by} and not ${name}, nor all else that is missing: write the whole set with \`uv pip compile\` or \`pip freeze\`, or say \`locked: false\` in python().`,
  },
  {
    pattern:
      /^ERROR: (?:Could not find a version that satisfies the requirement|No matching distribution found for) ([^\s(]+)/m,
    fix: ([, name = ""]) =>
      `The index has no ${name} for this Python: correct the version, or choose a Python that it was made for with \`version\` in python().`,
  },
  {
    pattern: /^error (\S+): The engine "node" is incompatible with this module\. Expected version "([^"]+)"/m,
    fix: ([, name = "", range = ""]) =>
      `${name} is made for Node ${range}: say one of these versions in .nvmrc, or with \`version\` in node() or site().`,
  },
  {
    pattern: /Environment variable not found \((\w+)\) in \S*\/(\.yarnrc\.yml)/,
    fix: ([, name = "", file = ""]) =>
      `${file} reads ${name}, which a build does not have: write \`\${${name}-}\` there, which is empty without it.`,
  },
  {
    pattern:
      /pyproject\.toml changed significantly since poetry\.lock was last generated|The lock ?file (?:at `?uv\.lock`? )?needs to be updated/,
    fix: () => "Bring the lock file up to date with `poetry lock` or `uv lock`, and commit it.",
  },
  {
    pattern: /ModuleNotFoundError: No module named '([\w.]+)'/,
    fix: ([, name = ""]) =>
      `${name} is not among production's packages, and the settings or sources that this command loads import it: name others for the build in \`buildEnv\`, such as DJANGO_SETTINGS_MODULE, or move the package to production's.`,
  },
  {
    pattern:
      /ImproperlyConfigured: (?:Set the (\w+) environment variable|[^\n]*)|UndefinedValueError: (\w+) not found/,
    fix: ([, one, other]) =>
      `Give ${one ?? other ?? "what the settings want"} to the build in \`buildEnv\`: a stand-in, never the secret.`,
  },
  {
    pattern:
      /set `DATABASE_URL` to use query macros online, or run `cargo sqlx prepare`|SQLX_OFFLINE.*but there is no cached data/,
    fix: () =>
      "sqlx checks its queries against what `cargo sqlx prepare --workspace` wrote down: run it with your database, and commit `.sqlx`.",
  },
];

/** What to do about the last words of a failed step, where they are known. */
export function fixByWords(output: readonly string[]): string | undefined {
  const text = output.join("\n");
  for (const { pattern, fix } of clues) {
    const match = pattern.exec(text);
    if (match !== null) return fix(match);
  }
  return undefined;
}
