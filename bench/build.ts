// What builds cost: Gantry's Dockerfiles beside the documents' own.
// `npm run bench -- build [--rounds N] [--only WORDS]... [NAME...]`; --only takes the cases whose name holds the words.
import { parseArgs } from "node:util";
import { bytesIn, floorOf } from "./build/floor.ts";
import { Place, type Taken, type Whose } from "./build/place.ts";
import { type System, systems } from "./build/systems.ts";
import { median, tableText } from "./support/measure.ts";

/** What is done before a build is timed. */
interface Case {
  readonly name: string;
  readonly prepare?: (place: Place) => Promise<void> | void;
  readonly flags?: readonly string[];
  /** Only once, however many rounds: it takes minutes. */
  readonly once?: boolean;
}

const oneLine = "one source line changed";

const cases: readonly Case[] = [
  {
    name: "empty builder: no layer, no cache mount",
    prepare: (place) => place.emptyCacheMounts(),
    flags: ["--no-cache"],
    once: true,
  },
  { name: "no layer, warm cache mounts", flags: ["--no-cache"], once: true },
  { name: "nothing changed" },
  { name: oneLine, prepare: (place) => place.changeLine() },
  { name: "one dependency added", prepare: (place) => place.system.dependency?.(place.folder), once: true },
];

interface Outcome {
  readonly system: System;
  readonly times: ReadonlyMap<string, Readonly<Partial<Record<Whose, Taken>>>>;
  readonly size: number;
  readonly theirs: number | undefined;
  readonly floor: number;
  /** Bytes of the layers that the aim leaves out. */
  readonly without: number;
}

/** Prints a table for each image, and the headline. */
export async function bench(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { rounds: { type: "string", default: "3" }, only: { type: "string", multiple: true } },
  });
  const chosen = choose(positionals);
  const { only } = values;
  const timed = cases.filter(({ name }) => only?.some((words) => name.includes(words)) ?? true);
  const outcomes: Outcome[] = [];
  for (const system of chosen) {
    const outcome = await measure(system, timed, Number(values.rounds));
    outcomes.push(outcome);
    process.stdout.write(`${tableText(rows(outcome))}\n\n`);
  }
  process.stdout.write(`${headline(outcomes)}\n`);
}

function choose(names: readonly string[]): readonly System[] {
  if (names.length === 0) return systems;
  return names.map((name) => {
    const found = systems.find((system) => system.name === name);
    if (found === undefined)
      throw new Error(`${name} is not one of ${systems.map((system) => system.name).join(", ")}`);
    return found;
  });
}

async function measure(system: System, timed: readonly Case[], rounds: number): Promise<Outcome> {
  await using place = await Place.of(system);
  const both: readonly Whose[] = system.document === undefined ? ["gantry"] : ["gantry", "document"];
  // A case that builds on what is there needs it; the others begin from nothing by themselves.
  if (timed[0]?.flags === undefined)
    for (const whose of both) {
      const taken = await place.build(whose);
      process.stderr.write(
        `${system.name}: first, with the layers that were there, ${whose}: ${spent(taken)}\n`,
      );
      await prove(place, whose);
    }
  const times = new Map<string, Partial<Record<Whose, Taken>>>();
  for (const one of timed) {
    if (one.name.includes("dependency") && system.dependency === undefined) continue;
    const taken: Record<Whose, Taken[]> = { gantry: [], document: [] };
    for (let round = 0; round < (one.once === true ? 1 : rounds); round++) {
      await one.prepare?.(place);
      // Who comes second finds what the first one had fetched in the machine's own memory: they take turns.
      for (const whose of round % 2 === 0 ? both : both.toReversed()) {
        const build = await place.build(whose, ...(one.flags ?? []));
        taken[whose].push(build);
        process.stderr.write(`${system.name}: ${one.name}, ${whose}: ${spent(build)}\n`);
      }
    }
    times.set(one.name, Object.fromEntries(both.map((whose) => [whose, middle(taken[whose])])));
    if (one.once === true && one.flags !== undefined) for (const whose of both) await prove(place, whose);
  }
  return {
    system,
    times,
    size: await place.size(place.tags.gantry),
    theirs:
      system.document === undefined
        ? undefined
        : (await place.size(place.tags.document)) - (await place.foreign()),
    floor: await floorOf(place),
    without: system.most?.without === undefined ? 0 : await layers(place, system.most.without),
  };
}

function middle(builds: readonly Taken[]): Taken {
  const used = builds.map(({ processor }) => processor).filter((value) => value !== undefined);
  return {
    time: median(builds.map(({ time }) => time)),
    processor: used.length < builds.length ? undefined : median(used),
  };
}

/** An image is only compared when the application is in it. */
async function prove(place: Place, whose: Whose): Promise<void> {
  const { proof } = place.system;
  if ("file" in proof) {
    if ((await bytesIn(place, place.tags[whose], [proof.file])) < 1_000_000)
      throw new Error(`${place.tags[whose]} holds no program`);
    return;
  }
  const [program = "", ...words] = proof;
  await place.docker("run", "--rm", "--entrypoint", program, place.tags[whose], ...words);
}

/** Bytes of the layers whose instruction has this word. */
async function layers(place: Place, word: string): Promise<number> {
  const format = "{{.Size}}\t{{.CreatedBy}}";
  const history = await place.docker(
    ...["history", "--no-trunc", "--human=false", "--format", format, place.tags.gantry],
  );
  return history
    .split("\n")
    .filter((line) => line.includes(word))
    .reduce((sum, line) => sum + Number(line.split("\t")[0]), 0);
}

function rows({ system, times, size, theirs, floor, without }: Outcome): readonly (readonly string[])[] {
  const pair = (name: string, gantry = 0, document?: number): readonly string[] => [
    name,
    seconds(gantry),
    document === undefined ? "" : seconds(document),
    document === undefined ? "" : (document / gantry).toFixed(2),
  ];
  const timed = [...times].flatMap(([name, { gantry, document }]) => [
    pair(name, gantry?.time, document?.time),
    ...(gantry?.processor === undefined
      ? []
      : [pair("  of a processor, by its steps", gantry.processor, document?.processor)]),
  ]);
  const ratio = theirs === undefined ? "" : (theirs / size).toFixed(2);
  return [
    [system.name, "Gantry", "document", "times"],
    ...timed,
    ["size of the image", megabytes(size), theirs === undefined ? "" : megabytes(theirs), ratio],
    ["floor of that", megabytes(floor), "", (size / floor).toFixed(3)],
    ...(without === 0 ? [] : [[system.most?.of ?? "", megabytes(size - without), "", ""]]),
  ];
}

function headline(outcomes: readonly Outcome[]): string {
  const compared = outcomes.flatMap(({ system, times, size, theirs, floor }) => {
    const { gantry, document } = times.get(oneLine) ?? {};
    return gantry === undefined || document === undefined || theirs === undefined
      ? []
      : [
          {
            name: system.name,
            line: document.time / gantry.time,
            saved: 1 - size / theirs,
            over: size / floor,
          },
        ];
  });
  const lines = compared.map(({ name, line }) => `${name} ${line.toFixed(1)}`).join(", ");
  const small = outcomes.filter(
    ({ size, theirs, floor }) => size / (theirs ?? 0) <= 0.6 || size / floor <= 1.05,
  );
  const changed = lines === "" ? "" : `one changed line, times as fast as the document's: ${lines}; `;
  return `${changed}images 40 % smaller or within 1.05 of their floor: ${small.length} of ${outcomes.length}`;
}

const spent = ({ time, processor }: Taken): string =>
  `${seconds(time)}${processor === undefined ? "" : `, ${seconds(processor)} of a processor`}`;
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
