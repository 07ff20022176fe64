type Child = Node | string | undefined | false;

/** The element with this id, which the page has. */
export function byId<Type extends HTMLElement = HTMLElement>(id: string): Type {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no element #${id}`);
  return found as Type;
}

/** A new element with attributes and children; text is never taken for HTML. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string | undefined>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const created = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) created.setAttribute(name, value);
  }
  created.append(
    ...children.filter((child): child is Node | string => child !== undefined && child !== false),
  );
  return created;
}

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });

/** A moment as the reader's own clock and calendar have it: the time today, with the day on other days. */
export function timeElement(moment: string): HTMLTimeElement {
  const date = new Date(moment);
  const today = date.toDateString() === new Date().toDateString();
  const text = today ? clock.format(date) : `${day.format(date)}, ${clock.format(date)}`;
  return element("time", { datetime: moment, title: date.toLocaleString() }, text);
}
