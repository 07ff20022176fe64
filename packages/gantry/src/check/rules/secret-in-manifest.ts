import { containersOf } from "../../read/kubernetes/questions.ts";
import type { Span } from "../../read/source.ts";
import { eachObject } from "../../read/walk.ts";
import { at, entriesOf, itemsOf, textAt } from "../../read/yaml/questions.ts";
import { dedent } from "../dedent.ts";
import { titleOf, workloadsOf } from "../insight/pods.ts";
import { isSecretName, knownSecret, looksLikeSecret } from "../insight/secrets.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const secretInManifest: Rule = {
  code: "GK015",
  name: "secret-in-manifest",
  family: "kubernetes",
  rank: "leaks",
  what: "A real secret stands in a manifest: in a Secret, a ConfigMap or a container's environment.",
  why: "The file is in version control. The base64 of a Secret is a way of writing, no encryption: everybody who reads the repository, or its history, has the value. Obvious stand-ins are not reported.",
  fix: "Replace the secret with a new one, and keep it out of the repository: an external secret store, or a tool that encrypts it (SealedSecret, SOPS).",
  aliases: [
    { tool: "kube-linter", id: "env-var-secret" },
    { tool: "trivy", id: "KSV-0109" },
  ],
  examples: {
    bad: [
      {
        files: {
          "web.yaml": dedent`
            apiVersion: v1
            kind: Secret
            metadata: { name: web }
            data:
              session: a0o4dlEybVp4N0xwNFJ0Vw==
            ---
            apiVersion: v1
            kind: Pod
            metadata: { name: web }
            spec:
              containers:
                - name: web
                  image: shop/web:2
                  env:
                    - name: API_TOKEN
                      value: kJ8vQ2mZx7Lp4RtW
          `,
        },
        at: ["web.yaml:5", "web.yaml:16"],
      },
    ],
    good: [
      {
        files: {
          "web.yaml": dedent`
            apiVersion: v1
            kind: Secret
            metadata: { name: web }
            stringData:
              session: change-me
              hostname: db.shop.example
            ---
            apiVersion: v1
            kind: Pod
            metadata: { name: web }
            spec:
              containers:
                - name: web
                  image: shop/web:2
                  env:
                    - name: API_TOKEN
                      valueFrom:
                        secretKeyRef: { name: web, key: session }
                    - name: API_TOKEN_FILE
                      value: /run/secrets/kJ8vQ2mZx7Lp4RtW
          `,
        },
      },
      {
        title: "encrypted by SOPS",
        files: {
          "secret.yaml": dedent`
            apiVersion: v1
            kind: Secret
            metadata: { name: web }
            data:
              session: ENC[AES256_GCM,data:kJ8vQ2mZx7Lp4RtW,type:str]
            sops:
              version: 3.9.0
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const { object } of eachObject(facts, "Secret", "ConfigMap")) {
      if (at(object.node, "sops") !== undefined) continue;
      for (const part of ["data", "stringData"]) {
        for (const { key, value } of entriesOf(at(object.node, part))) {
          if (value.kind !== "scalar" || value.text.startsWith("ENC[")) continue;
          const text = part === "data" && object.kind === "Secret" ? decoded(value.text) : value.text;
          const named = object.kind === "Secret" ? !isPlainKey(key) : isSecretName(key);
          yield* reportOf(text, named, value.span, `Key ${key} of ${titleOf(object)}`);
        }
      }
    }
    for (const { object } of workloadsOf(facts)) {
      for (const container of containersOf(object)) {
        for (const variable of itemsOf(at(container.node, "env"))) {
          const name = textAt(variable, "name") ?? "";
          const node = at(variable, "value");
          if (node?.kind !== "scalar" || node.text.includes("$(")) continue;
          yield* reportOf(
            node.text,
            isSecretName(name),
            node.span,
            `${name} of ${container.name} in ${titleOf(object)}`,
          );
        }
      }
    }
  },
};

/** Keys of a Secret that are no secrets themselves. */
function isPlainKey(key: string): boolean {
  return /(?:host|port|user|username|name|url|endpoint|region|database|db|email|\.crt|\.pem|\.ya?ml|\.json|ca|cert|public|config)$/i.test(
    key,
  );
}

function* reportOf(text: string, named: boolean, span: Span, where: string): Generator<Report> {
  const known = knownSecret(text);
  if (known !== undefined) yield { at: span, message: `${where} holds ${known}.` };
  else if (named && looksLikeSecret(text)) yield { at: span, message: `${where} holds a secret.` };
}

function decoded(text: string): string {
  return /^[A-Za-z0-9+/\s]+=*\s*$/.test(text) ? Buffer.from(text, "base64").toString("utf8") : text;
}
