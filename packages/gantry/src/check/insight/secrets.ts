import { secretValues } from "../secret-values.ts";

/** Last words of names that hold secrets; two-word ones are joined with `_`. */
const secretEndings = new Set([
  "PASSWORD",
  "PASSWD",
  "PASSPHRASE",
  "PASS",
  "PWD",
  "SECRET",
  "TOKEN",
  "CREDENTIAL",
  "CREDENTIALS",
  "APIKEY",
  "SECRETKEY",
  "PRIVATE_KEY",
  "SECRET_KEY",
  "SECRET_ACCESS_KEY",
  "API_KEY",
  "ACCESS_KEY",
  "AUTH_KEY",
  "ENCRYPTION_KEY",
  "SIGNING_KEY",
  "JWT_KEY",
  "MASTER_KEY",
  "SESSION_KEY",
  "APP_KEY",
  "KEY_BASE",
]);

/** First words that make a name a switch: `ALLOW_EMPTY_PASSWORD`, `REQUIRE_TOKEN`. */
const switches = new Set([
  ...["ALLOW", "USE", "ENABLE", "DISABLE", "REQUIRE", "NO", "SKIP", "RANDOM", "FORCE", "RESET", "HAS", "IS"],
  ...["MIN", "MAX", "CHECK", "VALIDATE"],
]);
/** Words that do so further on: `MYSQL_ALLOW_EMPTY_PASSWORD`. */
const innerSwitches = new Set(["ALLOW", "RANDOM", "REQUIRE", "ENABLE", "DISABLE"]);
/** Directives of nginx that name an address. */
const addresses = new Set(["PROXY_PASS", "UWSGI_PASS", "FASTCGI_PASS", "SCGI_PASS", "GRPC_PASS"]);
/** What was hashed is nothing to sign in by. */
const hashes = new Set(["BCRYPT", "HASHED", "MD5"]);

/**
 * Whether a variable of this name holds a secret: `DB_PASSWORD`, `SECRET_KEY`, `githubToken`. Names that only speak
 * of one (`SECRET_KEY_FILE`, `PUBLIC_KEY`, `TOKEN_TTL`, `PASSWORD_MIN_LENGTH`, `ALLOW_EMPTY_PASSWORD`) are none.
 */
export function isSecretName(name: string): boolean {
  const upper = name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toUpperCase()
    .replace(/[.\- ]/g, "_");
  const words = upper.split("_").filter((word) => word !== "");
  const last = (count: number): string => words.slice(-count).join("_");
  if (![1, 2, 3].some((count) => secretEndings.has(last(count)))) return false;
  if (upper === "PWD" || upper === "OLDPWD" || addresses.has(last(2))) return false;
  const before = words.slice(0, -1);
  if (switches.has(before[0] ?? "") || before.some((word) => innerSwitches.has(word) || isHash(word)))
    return false;
  return !upper.includes("PUBLIC") && !upper.includes("PUBLISHABLE");
}

function isHash(word: string): boolean {
  return hashes.has(word) || (word.startsWith("SHA") && /^SHA\d+$/.test(word));
}

const placeholders =
  /^(?:x+|\*+|\.+|-+|todo|none|null|nil|true|false|changeme.*|change[-_ ].*|replace.*|your[-_ ].*|my[-_]?(?:secret|password|token|key).*|insert.*|enter.*|put.*|example.*|sample.*|dummy.*|fake.*|test.*|dev.*|local.*|demo.*|default.*|secret.*|pass(?:word|wd)?\d*|postgres.*|mysql.*|mariadb.*|mongo.*|redis.*|rabbitmq.*|root|admin\d*|user|guest|minio(?:admin)?|toor|app|api|ci|build|unused|empty|(?:cafebabe|deadbeef)+|placeholder.*|<.*>|\[.*\]|\{.*\}|%.*%|.*(?:change|insecure|placeholder|example|dummy|not[-_]?(?:a[-_])?secret|for[-_](?:dev|test|local)).*)$/i;

/** Whether a value only stands in for a secret: `changeme`, `<your token>`, `postgres`, `test-key`. */
export function isPlaceholder(value: string): boolean {
  const text = value.trim();
  return text === "" || placeholders.test(text) || /^[A-Z]+(?:_[A-Z0-9]+)+$/.test(text);
}

/** Words that people write where a secret should be; random text does not have them. */
const talkative =
  /secret|password|passwd|token|secure|strong|develop|choose|change|your|example|login|please|insecure|random|generate/i;

/** Characters of the shortest of these formats, an AWS access key; most values have fewer. */
const shortestSecret = 20;

/** What kind of secret a text holds, by formats that nothing else has; `undefined` when none is in it. */
export function knownSecret(text: string): string | undefined {
  if (text.length < shortestSecret) return undefined;
  return secretValues(text).find(({ inAddress }) => !inAddress)?.kind;
}

/** Whether a value of a variable with a secret's name is a real one: long and mixed enough, and no placeholder or path. */
export function looksLikeSecret(value: string): boolean {
  if (knownSecret(value) !== undefined) return true;
  if (value.length < 12 || isPlaceholder(value) || talkative.test(value) || /\s/.test(value)) return false;
  if (/^(?:\.{0,2}\/|~\/|[a-z][a-z0-9+.-]*:\/\/)|\/[\w-]+\.\w{2,4}$|%[\w.]+%/i.test(value)) return false;
  // Two or three plain words are a name that somebody thought up for a development database.
  if (/^[a-z]+(?:[-_.][a-z]+){0,2}$/i.test(value)) return false;
  const classes = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9]/].filter((one) => one.test(value)).length;
  return classes >= 2 && entropy(value) >= 3;
}

/** Bits per character. */
function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => {
    const share = count / text.length;
    return sum - share * Math.log2(share);
  }, 0);
}

/** Whether an env file holds a secret, and not settings alone: a value of a name for one, or one that shows what it is. */
export function envHoldsSecret(text: string): boolean {
  if (secretValues(text).length > 0) return true;
  return [...text.matchAll(/^[ \t]*(?:export[ \t]+)?([\w.]+)[ \t]*[=:][ \t]*["']?[^\s"'#$]/gm)].some(
    ([, name = ""]) => isSecretName(name) || /_KEY$/.test(name),
  );
}
