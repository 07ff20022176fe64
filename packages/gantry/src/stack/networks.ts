import type { Problem } from "../base/errors.ts";
import { compareText } from "../base/errors.ts";
import type { NetworkBlueprint } from "../blueprint/model.ts";

/** What the choice of networks depends on. */
export interface Talker {
  readonly name: string;
  readonly uses: readonly string[];
  /** Listens on a port, so that others could reach it. */
  readonly listens: boolean;
  /** Has a published port or opens connections to the outside. */
  readonly outside: boolean;
}

/**
 * Networks on which each declared connection works and no undeclared one does. All members of a bridge reach each
 * other, so two services share one only if one uses the other, or if neither listens. A provider has one network with
 * all its silent users (workers, jobs) and one more for each user that listens itself.
 */
export function networksOf(talkers: readonly Talker[]): readonly NetworkBlueprint[] {
  const byName = new Map(talkers.map((talker) => [talker.name, talker]));
  const networks: NetworkBlueprint[] = [];
  for (const provider of [...talkers].sort((a, b) => compareText(a.name, b.name))) {
    const users = talkers
      .filter((talker) => talker.uses.includes(provider.name))
      .sort((a, b) => compareText(a.name, b.name));
    const silent = users.filter((user) => !user.listens).map((user) => user.name);
    if (silent.length > 0) {
      networks.push(
        network(
          provider.name,
          [provider.name, ...silent],
          `${provider.name}, and those who use it without listening themselves`,
        ),
      );
    }
    for (const user of users.filter((talker) => talker.listens)) {
      // Declared in both directions: one network is enough.
      if (
        byName.get(provider.name)?.uses.includes(user.name) === true &&
        compareText(user.name, provider.name) < 0
      )
        continue;
      networks.push(
        network(
          `${user.name}-${provider.name}`,
          [user.name, provider.name],
          `${user.name} uses ${provider.name}`,
        ),
      );
    }
  }
  for (const [index, members] of outsideGroups(talkers).entries()) {
    networks.push({
      ...network(
        index === 0 ? "outside" : `outside-${index + 1}`,
        members,
        "The way out, and to published ports; its members cannot reach each other",
      ),
      internal: false,
      isolated: true,
    });
  }
  return networks.sort((a, b) => compareText(a.name, b.name));
}

/**
 * Services that need a way out, in groups in which nobody uses another: the engine's name server gives the addresses of
 * every network that two containers share, and on this kind they could not reach each other.
 */
function outsideGroups(talkers: readonly Talker[]): readonly (readonly string[])[] {
  const groups: Talker[][] = [];
  for (const talker of talkers
    .filter((candidate) => candidate.outside)
    .sort((a, b) => compareText(a.name, b.name))) {
    const related = (other: Talker): boolean =>
      other.uses.includes(talker.name) || talker.uses.includes(other.name);
    const group = groups.find((members) => !members.some(related));
    if (group === undefined) groups.push([talker]);
    else group.push(talker);
  }
  return groups.map((members) => members.map((member) => member.name));
}

function network(name: string, members: readonly string[], purpose: string): NetworkBlueprint {
  return {
    name,
    internal: true,
    isolated: false,
    subnet: undefined,
    members: [...members].sort(compareText),
    purpose,
  };
}

/**
 * The same networks with addresses cut from one half of `subnet`: 64 each (`/26`), in the order of their names. Another
 * environment on the same machine takes the other half, where there is room for both.
 */
export function withSubnets(
  networks: readonly NetworkBlueprint[],
  subnet: string,
  half: "lower" | "upper" = "lower",
): { networks: readonly NetworkBlueprint[]; problems: readonly Problem[] } {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(subnet);
  const [a = 256, b = 0, c = 0, d = 0, bits = 33] = (match ?? []).slice(1).map(Number);
  if (match === null || [a, b, c, d].some((part) => part > 255) || bits > 26 || bits < 8) {
    return {
      networks,
      problems: [
        {
          code: "GTY1014",
          path: "network.subnet",
          what: `${subnet} is no range that networks can be cut from`,
          why: "Each network gets 64 addresses (/26).",
          fix: 'Write a private range such as "172.28.0.0/16".',
        },
      ],
    };
  }
  const room = 2 ** (26 - bits);
  if (networks.length > room) {
    return {
      networks,
      problems: [
        {
          code: "GTY1014",
          path: "network.subnet",
          what: `${subnet} has room for ${room} networks, and the stack has ${networks.length}`,
          fix: "Give a larger range, such as a /16.",
        },
      ],
    };
  }
  const base = ((a * 256 + b) * 256 + c) * 256 + d;
  const skipped = half === "upper" && networks.length <= room / 2 ? room / 2 : 0;
  const first = base - (base % 2 ** (32 - bits)) + skipped * 64;
  return {
    problems: [],
    networks: networks.map((entry, index) => {
      const address = first + index * 64;
      return {
        ...entry,
        subnet: `${[24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".")}/26`,
      };
    }),
  };
}
