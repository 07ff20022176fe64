import type { KeepText } from "../../read/image/layer.ts";
import { secretValues } from "../secret-values.ts";

const largest = 256 * 1024;
const accounts = /^\/etc\/(?:passwd|shadow|group)$/;

/**
 * Folders of installed software. What looks like a secret there is mostly a test's key or an example in documentation,
 * and it came with a package that everyone can download.
 */
export const packaged: RegExp =
  /^\/(?:bin|boot|dev|lib|lib64|proc|sbin|sys|usr\/(?:bin|games|include|lib|lib64|libexec|sbin|share)|usr\/local\/(?:go|include|lib|lib64|libexec|share)|var\/lib\/dpkg|var\/cache|etc\/(?:ssl|ca-certificates|pki))\/|\/(?:node_modules|site-packages|dist-packages|gems|vendor|testdata|__pycache__|\.cargo\/registry|go\/pkg)\//;

/** What the rules about images want to read: accounts, and files of the application that hold a real secret. */
export const auditKeepText: KeepText = {
  mayMatter: (path, size) => accounts.test(path) || (size <= largest && !packaged.test(path)),
  keep: (path, text) =>
    accounts.test(path) || secretFileName(path) !== undefined || secretValues(text).length > 0,
};

const names: readonly (readonly [RegExp, string])[] = [
  [/\/id_(?:rsa|dsa|ecdsa|ed25519)$/, "a private key for SSH"],
  [/\/\.env(?:\.(?:local|prod|production|staging))?$/, "settings with secrets"],
  [/\/\.(?:netrc|pgpass|git-credentials|htpasswd|dockercfg)$/, "passwords"],
  [/\/\.docker\/config\.json$/, "passwords of registries"],
  [/\/\.aws\/credentials$/, "keys of AWS"],
  [/\/\.kube\/config$/, "access to a cluster"],
  [/\/(?:\.npmrc|\.yarnrc\.yml|\.pypirc)$/, "tokens of registries"],
  [/\.(?:p12|pfx|jks|keystore|kdbx)$/, "keys"],
];

/** What a file of this name holds: `a private key for SSH`; `undefined` for all others. */
export function secretFileName(path: string): string | undefined {
  if (packaged.test(path) || /example|sample|template/i.test(path)) return undefined;
  return names.find(([pattern]) => pattern.test(path))?.[1];
}
