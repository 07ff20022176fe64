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
  readonly expression: RegExp;
  /** Which group is the secret; the whole match when absent. */
  readonly group?: number;
  readonly accept?: (value: string) => boolean;
}

const passwordInAddress = "a password in an address";

// Forms that their issuers document or give a fixed prefix, so that a match is no guess.
const patterns: readonly Pattern[] = [
  { kind: "a private key", expression: /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----/g },
  { kind: "an AWS access key", expression: /\b(?:AKIA|ASIA)[A-Z2-7]{16}\b/g, accept: isNoSample },
  {
    kind: "an AWS secret key",
    expression: /\baws_secret_access_key["']?\s*[=:]\s*["']?([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])/gi,
    group: 1,
    accept: isNoSample,
  },
  {
    kind: "a GitHub token",
    expression: /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{60,})\b/g,
    accept: isVaried,
  },
  { kind: "a GitLab token", expression: /\bgl(?:pat|dt|rt|ptt|cbt)-[A-Za-z0-9_-]{20,}\b/g, accept: isVaried },
  { kind: "an npm token", expression: /\bnpm_[A-Za-z0-9]{36}\b/g, accept: isVaried },
  {
    kind: "a registry token",
    expression: /:_(?:authToken|auth|password)\s*=\s*["']?([^\s"'$<{]{16,})/g,
    group: 1,
    accept: isVaried,
  },
  { kind: "a PyPI token", expression: /\bpypi-AgE[A-Za-z0-9_-]{50,}/g },
  { kind: "a Docker access token", expression: /\bdckr_(?:pat|oat)_[A-Za-z0-9_-]{27,}/g, accept: isVaried },
  { kind: "a Slack token", expression: /\bxox[abeoprs]-[0-9]{8,}-[A-Za-z0-9-]{12,}/g, accept: isVaried },
  {
    kind: "a Slack webhook",
    expression: /\bhooks\.slack\.com\/services\/T[A-Z0-9]{6,}\/B[A-Z0-9]{6,}\/[A-Za-z0-9]{20,}/g,
    accept: isVaried,
  },
  { kind: "a live Stripe key", expression: /\b[rs]k_live_[A-Za-z0-9]{20,}\b/g, accept: isVaried },
  { kind: "a Google API key", expression: /\bAIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])/g, accept: isVaried },
  { kind: "a SendGrid key", expression: /\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])/g },
  { kind: "an Anthropic key", expression: /\bsk-ant-[a-z]+\d{2}-[A-Za-z0-9_-]{80,}/g, accept: isVaried },
  { kind: "an OpenAI key", expression: /\bsk-(?:proj|svcacct|admin)-[A-Za-z0-9_-]{40,}/g, accept: isVaried },
  { kind: "a Hugging Face token", expression: /\bhf_[A-Za-z]{34}\b/g, accept: isVaried },
  { kind: "a DigitalOcean token", expression: /\bdo[opr]_v1_[a-f0-9]{64}\b/g, accept: isVaried },
  { kind: "a Shopify token", expression: /\bshp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}\b/g, accept: isVaried },
  { kind: "an age private key", expression: /\bAGE-SECRET-KEY-1[A-Z0-9]{58}\b/g },
  {
    kind: passwordInAddress,
    expression: /\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@"'`]*:([^\s:/@"'`]+)@[\w.[-]/gi,
    group: 1,
    accept: isRealPassword,
  },
];

/** What each of them begins with, or has in it: most texts have none, and one look is faster than all of them. */
const mayHold =
  /PRIVATE KEY|A[KS]IA|aws_secret|gh[pousr]_|github_pat|gl(?:pat|dt|rt|ptt|cbt)-|npm_|:_|pypi-|dckr_|xox|slack|k_live_|AIza|SG\.|sk-|hf_|do[opr]_v1|shp(?:at|ca|pa|ss)_|AGE-SECRET|:\/\//i;

/**
 * Real secrets in a text, by the forms that their issuers gave them. Passwords in addresses count only when they are
 * none of the usual stand-ins (`postgres:postgres@`), which everybody knows anyway.
 */
export function secretValues(text: string): readonly SecretValue[] {
  if (!mayHold.test(text)) return [];
  const found: SecretValue[] = [];
  for (const { kind, expression, group, accept } of patterns) {
    for (const match of text.matchAll(expression)) {
      const value = match[group ?? 0] ?? "";
      if (accept !== undefined && !accept(value)) continue;
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
  /^(?:postgres(?:ql)?|password|passwd|pass|root|admin|user|test(?:ing|er)?|secret|guest|changeme|change[-_]?me|example|mysql|mariadb|mongo(?:db)?|redis|rabbitmq|minio(?:admin)?|docker|dev(?:elopment)?|local(?:host)?|app|db|pw|pwd|foo|bar|xxx+|\*+|\.+|dummy|none|null|token|oauth2?|x-oauth-basic|git|your.*|.*password|.*passwd|1234\d*)$/i;

function isRealPassword(value: string): boolean {
  return !/[$<>{}%*[\]]/.test(value) && value.length >= 6 && !knownPasswords.test(value);
}
