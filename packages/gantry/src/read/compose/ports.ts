import type { YamlNode } from "../yaml/model.ts";
import { isDynamic, textAt } from "../yaml/questions.ts";
import type { PortMapping, PortRange } from "./model.ts";

/** `127.0.0.1:8080:80/tcp`, taken apart as text. */
export interface PortParts {
  readonly hostIp: string | undefined;
  readonly published: string | undefined;
  readonly target: string;
  readonly protocol: string;
}

/** Takes the short form apart. */
export function splitPort(text: string): PortParts {
  const slash = text.lastIndexOf("/");
  const protocol = slash === -1 ? "tcp" : text.slice(slash + 1).toLowerCase();
  const rest = slash === -1 ? text : text.slice(0, slash);
  const last = rest.lastIndexOf(":");
  if (last === -1) return { hostIp: undefined, published: undefined, target: rest, protocol };
  const target = rest.slice(last + 1);
  const before = rest.slice(0, last);
  const bracket = before.startsWith("[") ? /^\[(.*)\](?::(.*))?$/.exec(before) : null;
  if (bracket !== null)
    return { hostIp: bracket[1] as string, published: bracket[2] || undefined, target, protocol };
  const colon = before.lastIndexOf(":");
  return {
    hostIp: colon === -1 ? undefined : before.slice(0, colon),
    published: before.slice(colon + 1) || undefined,
    target,
    protocol,
  };
}

/** `8080` or `8080-8090`. */
export function portRange(text: string | undefined): PortRange | undefined {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text?.trim() ?? "");
  if (match === null) return undefined;
  return { first: Number(match[1]), last: Number(match[2] ?? match[1]) };
}

/** One entry of `ports`, in either form. */
export function portMapping(node: YamlNode): PortMapping | undefined {
  const dynamic = isDynamic(node);
  if (node.kind === "scalar") {
    if (node.value === null) return undefined;
    const parts = splitPort(node.text);
    return {
      target: portRange(parts.target),
      published: portRange(parts.published),
      hostIp: parts.hostIp,
      protocol: parts.protocol,
      mode: undefined,
      text: node.text,
      dynamic,
      quoted: node.quoted,
      span: node.span,
    };
  }
  if (node.kind !== "map") return undefined;
  const published = textAt(node, "published");
  const target = textAt(node, "target");
  return {
    target: portRange(target),
    published: portRange(published),
    hostIp: textAt(node, "host_ip"),
    protocol: (textAt(node, "protocol") ?? "tcp").toLowerCase(),
    mode: textAt(node, "mode"),
    text: published === undefined ? (target ?? "") : `${published}:${target ?? ""}`,
    dynamic,
    quoted: true,
    span: node.span,
  };
}
