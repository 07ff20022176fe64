/** A text that has the form of a real secret. */
export interface SecretValue {
  /** `AWS access key`: as a sentence uses it after "an" or "a". */
  readonly kind: string;
  /** Offset in the text that was searched. */
  readonly start: number;
  readonly end: number;
  /** Whether it is the password of an address, which only its place makes one. */
  readonly inAddress: boolean;
  /** What can be shown: the first characters, then dots. */
  readonly masked: string;
}

interface Pattern {
  readonly kind: string;
  /** One of these is in every match: most texts have none, and looking for a word is faster than an expression. */
  readonly signs: readonly string[];
  readonly expression: RegExp;
  /** Which group is the secret; the whole match when absent. */
  readonly group?: number;
  readonly accept?: (value: string, match: string) => boolean;
}

const passwordInAddress = "a password in an address";

// Forms that their issuers document or give a fixed prefix, so that a match is no guess.
const patterns: readonly Pattern[] = [
  {
    kind: "a private key",
    signs: ["PRIVATE KEY"],
    expression: /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----/g,
  },
  {
    kind: "an AWS access key",
    signs: ["AKIA", "ASIA"],
    expression: /\b(?:AKIA|ASIA)[A-Z2-7]{16}\b/g,
    accept: isNoSample,
  },
  {
    kind: "an AWS secret key",
    signs: ["secret_access_key", "SECRET_ACCESS_KEY"],
    expression: /\baws_secret_access_key["']?\s*[=:]\s*["']?([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])/gi,
    group: 1,
    accept: isNoSample,
  },
  {
    kind: "a GitHub token",
    signs: ["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"],
    expression: /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{60,})\b/g,
    accept: isVaried,
  },
  {
    kind: "a GitLab token",
    signs: ["glpat-", "gldt-", "glrt-", "glptt-", "glcbt-"],
    expression: /\bgl(?:pat|dt|rt|ptt|cbt)-[A-Za-z0-9_-]{20,}\b/g,
    accept: isVaried,
  },
  { kind: "an npm token", signs: ["npm_"], expression: /\bnpm_[A-Za-z0-9]{36}\b/g, accept: isVaried },
  {
    kind: "a registry token",
    signs: [":_"],
    expression: /:_(?:authToken|auth|password)\s*=\s*["']?([^\s"'$<{]{16,})/g,
    group: 1,
    accept: isVaried,
  },
  { kind: "a PyPI token", signs: ["pypi-AgE"], expression: /\bpypi-AgE[A-Za-z0-9_-]{50,}/g },
  {
    kind: "a Docker access token",
    signs: ["dckr_"],
    expression: /\bdckr_(?:pat|oat)_[A-Za-z0-9_-]{27,}/g,
    accept: isVaried,
  },
  {
    kind: "a Slack token",
    signs: ["xox"],
    expression: /\bxox[abeoprs]-[0-9]{8,}-[A-Za-z0-9-]{12,}/g,
    accept: isVaried,
  },
  {
    kind: "a Slack webhook",
    signs: ["hooks.slack.com"],
    expression: /\bhooks\.slack\.com\/services\/T[A-Z0-9]{6,}\/B[A-Z0-9]{6,}\/[A-Za-z0-9]{20,}/g,
    accept: isVaried,
  },
  {
    kind: "a live Stripe key",
    signs: ["k_live_"],
    expression: /\b[rs]k_live_[A-Za-z0-9]{20,}\b/g,
    accept: isVaried,
  },
  {
    kind: "a Google API key",
    signs: ["AIza"],
    expression: /\bAIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])/g,
    accept: isVaried,
  },
  {
    kind: "a SendGrid key",
    signs: ["SG."],
    expression: /\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])/g,
  },
  {
    kind: "an Anthropic key",
    signs: ["sk-ant-"],
    expression: /\bsk-ant-[a-z]+\d{2}-[A-Za-z0-9_-]{80,}/g,
    accept: isVaried,
  },
  {
    kind: "an OpenAI key",
    signs: ["sk-"],
    expression: /\bsk-(?:proj|svcacct|admin)-[A-Za-z0-9_-]{40,}/g,
    accept: isVaried,
  },
  { kind: "a Hugging Face token", signs: ["hf_"], expression: /\bhf_[A-Za-z]{34}\b/g, accept: isVaried },
  {
    kind: "a DigitalOcean token",
    signs: ["doo_v1_", "dop_v1_", "dor_v1_"],
    expression: /\bdo[opr]_v1_[a-f0-9]{64}\b/g,
    accept: isVaried,
  },
  {
    kind: "a Shopify token",
    signs: ["shp"],
    expression: /\bshp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}\b/g,
    accept: isVaried,
  },
  { kind: "an age private key", signs: ["AGE-SECRET-KEY-"], expression: /\bAGE-SECRET-KEY-1[A-Z0-9]{58}\b/g },
  {
    kind: passwordInAddress,
    signs: ["@"],
    expression: /\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@"'`]*:([^\s:/@"'`]+)@[\w.[-]/gi,
    group: 1,
    accept: isRealPassword,
  },
];

/**
 * Real secrets in a text, by the forms that their issuers gave them. Passwords in addresses count only when they are
 * none of the usual stand-ins (`postgres:postgres@`), which everybody knows anyway.
 */
export function secretValues(text: string): readonly SecretValue[] {
  const found: SecretValue[] = [];
  for (const { kind, signs, expression, group, accept } of patterns) {
    if (!signs.some((sign) => text.includes(sign))) continue;
    for (const match of text.matchAll(expression)) {
      const value = match[group ?? 0] ?? "";
      if (accept !== undefined && !accept(value, match[0])) continue;
      const start = match.index + (group === undefined ? 0 : match[0].lastIndexOf(value));
      const inAddress = kind === passwordInAddress;
      found.push({ kind, start, end: start + value.length, inAddress, masked: mask(value) });
    }
  }
  return found.sort((a, b) => a.start - b.start);
}

/** The first characters of a secret, enough to find it and too few to use it. */
function mask(value: string): string {
  if (value.startsWith("-----BEGIN")) return value.slice(0, 40);
  return `${value.slice(0, Math.min(4, Math.floor(value.length / 4)))}...`;
}

/** Amazon's documentation uses keys that end in EXAMPLE or EXAMPLEKEY. */
function isNoSample(value: string): boolean {
  return !/EXAMPLE/i.test(value) && isVaried(value);
}

/** False for `ghp_xxxxxxxx` and other fillers. */
function isVaried(value: string): boolean {
  return (
    new Set(value.slice(4)).size >= 8 && !/(?:x{6}|0{6}|1234567890|your|example|placeholder)/i.test(value)
  );
}

const knownPasswords =
  /^(?:postgres(?:ql)?|password|passwd|pass|root|admin|user|test(?:ing|er)?|secret|guest|changeme|change[-_]?me|example|mysql|mariadb|mongo(?:db)?|redis|rabbitmq|minio(?:admin)?|docker|dev(?:elopment)?|local(?:host)?|app|db|pw|pwd|foo|bar|xxx+|\*+|\.+|dummy|place[-_]?holder|none|null|token|oauth2?|x-oauth-basic|git|your.*|.*password|.*passwd|1234\d*)$/i;

/** A password that is also the name of the user (`shop:shop@`) was never meant to be one. */
function isRealPassword(value: string, address: string): boolean {
  if (address.includes(`//${value}:`) || value.length < 6) return false;
  return !/[$<>{}%*[\]]/.test(value) && !knownPasswords.test(value);
}
