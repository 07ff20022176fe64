// Loaded before a program (`node --import`): its clock on the wall jumps a day ahead and a day back, four times a second.
const day = 86_400_000;
const offsets = [0, day, -day] as const;
const TrueDate = Date;
const jumped = (): number =>
  TrueDate.now() + (offsets[Math.floor(performance.now() / 250) % offsets.length] ?? 0);

globalThis.Date = new Proxy(TrueDate, {
  construct: (target, args: readonly unknown[], own) =>
    Reflect.construct(target, args.length === 0 ? [jumped()] : args, own) as Date,
  apply: () => new TrueDate(jumped()).toString(),
  get: (target, key, receiver) => (key === "now" ? jumped : (Reflect.get(target, key, receiver) as unknown)),
});
