import type { Pin } from "../../blueprint/gateway.ts";
import { findContainer } from "../../engine/containers.ts";
import type { Session } from "../session.ts";
import { type Leaving, readLeaving } from "./drain.ts";
import { addressesOf, type Gateway, readinessPath, sharedAddress } from "./gateway.ts";
import type { Journal, Named } from "./model.ts";
import { type Proof, pinGateway, proveGateway } from "./pin.ts";

/** What a gateway calls the state in which what ran before a generation serves. */
const beforeName = (generation: number): string => `before-${generation}`;

/**
 * New containers answer to the service's name from the moment that they start, ready or not. So the gateway is told the
 * old ones' addresses first, unless an earlier deploy has named its containers already. Its processes that still go by
 * the name must be gone before anything starts.
 */
export async function holdOld(
  session: Session,
  gateways: readonly Gateway[],
  journal: Journal,
): Promise<readonly Leaving[]> {
  const old = oldOf(journal);
  if (old.length === 0) return [];
  const leaving: Leaving[] = [];
  for (const gateway of gateways) {
    if (isHeld(gateway, old)) continue;
    const hosts: Record<string, string[]> = {};
    for (const one of old) {
      // Addresses count at once; names would have to be looked up first.
      const address = await addressFrom(session, gateway, one);
      if (address !== undefined) hosts[one.service] = [...(hosts[one.service] ?? []), address];
    }
    if (Object.keys(hosts).length > 0)
      leaving.push(
        await pinAndLeave(session, gateway, { generation: beforeName(journal.generation), hosts }),
      );
  }
  return leaving;
}

/**
 * Names the containers that answer from now on, and asks until they do. `undefined` when nothing leads to them.
 * `others` are processes that were on their way out before.
 */
export async function pointTo(
  session: Session,
  gateway: Gateway,
  serving: readonly Named[],
  { generation, routed }: Journal,
  others: readonly number[] | undefined,
): Promise<Leaving | undefined> {
  const own = serving.filter(
    ({ service }) => routed.includes(service) && gateway.upstreams.some((one) => one.service === service),
  );
  if (own.length === 0) return undefined;
  const name = String(generation);
  const proofs = await proofsOf(session, gateway, own);
  if (gateway.served !== name)
    return pinAndLeave(session, gateway, pinOf(gateway, own, name), { proofs, others });
  await proveGateway(session, gateway, name, proofs);
  return { gateway, others: [] };
}

/** What served until then is on its way out afterwards, beside what had been before. */
async function pinAndLeave(
  session: Session,
  gateway: Gateway,
  pin: Pin,
  known: { readonly proofs?: readonly Proof[]; readonly others?: readonly number[] | undefined } = {},
): Promise<Leaving> {
  const others = known.others ?? (await readLeaving(session, gateway));
  await pinGateway(session, gateway, pin, known.proofs);
  return { gateway, others };
}

/**
 * Sends requests to the old containers again, in every gateway that has switched, and in every one that was restarted
 * and goes by names since.
 */
export async function giveBack(
  session: Session,
  gateways: readonly Gateway[],
  journal: Journal,
): Promise<readonly Leaving[]> {
  const leaving: Leaving[] = [];
  for (const gateway of gateways) {
    if (gateway.served === String(journal.generation)) {
      const old = oldOf(journal);
      const pin = pinOf(gateway, old, beforeName(journal.generation));
      leaving.push(
        await pinAndLeave(session, gateway, pin, { proofs: await proofsOf(session, gateway, old) }),
      );
    } else leaving.push(...(await holdOld(session, [gateway], journal)));
  }
  return leaving;
}

/** That each route leads to these containers: nginx has to look their names up first. */
async function proofsOf(
  session: Session,
  gateway: Gateway,
  serving: readonly Named[],
): Promise<readonly Proof[]> {
  const proofs = await Promise.all(
    gateway.upstreams.map(async (upstream): Promise<Proof> => {
      const containers = serving.filter(({ service }) => service === upstream.service);
      const found = await Promise.all(containers.map((one) => addressFrom(session, gateway, one)));
      const path = readinessPath(session.blueprint, upstream) ?? "/";
      return { upstream, path, addresses: found.filter((address) => address !== undefined) };
    }),
  );
  return proofs.filter(({ addresses }) => addresses.length > 0);
}

/** Names containers where only their addresses were written: an address changes when the engine starts one again. */
export async function nameOld(
  session: Session,
  gateways: readonly Gateway[],
  journal: Journal,
): Promise<void> {
  for (const gateway of gateways) {
    const hosts = gateway.upstreams.flatMap((upstream) => upstream.hosts);
    if (!hosts.some((host) => /^[\d.]+$/.test(host))) continue;
    const pin = pinOf(gateway, oldOf(journal), beforeName(journal.generation));
    await pinGateway(session, gateway, pin);
  }
}

/** Whether it names these containers, and no others, for their services already. */
function isHeld(gateway: Gateway, old: readonly Named[]): boolean {
  const names = new Set(old.map(({ name }) => name));
  return gateway.upstreams
    .filter(({ service }) => old.some((one) => one.service === service))
    .every(({ hosts }) => hosts.length > 0 && hosts.every((host) => names.has(host)));
}

/** What served the changing routes before. */
function oldOf({ routed, keep, remove }: Journal): readonly Named[] {
  return [...keep, ...remove].filter(({ service }) => routed.includes(service));
}

/** These containers for their services, and for every other service what the gateway says now. */
function pinOf(gateway: Gateway, containers: readonly Named[], generation: string): Pin {
  const hosts: Record<string, readonly string[]> = {};
  for (const upstream of gateway.upstreams) {
    const own = containers.filter(({ service }) => service === upstream.service).map(({ name }) => name);
    hosts[upstream.service] = own.length > 0 ? own : upstream.hosts;
  }
  return { generation, hosts };
}

async function addressFrom(session: Session, gateway: Gateway, one: Named): Promise<string | undefined> {
  const container = await findContainer(session.engine, one.id);
  return sharedAddress(gateway, addressesOf(container?.NetworkSettings.Networks ?? {}));
}
