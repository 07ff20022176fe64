import { setUpAccount } from "./account.ts";
import { ApiError, createParcel, readHealth } from "./api.ts";
import { byId } from "./dom.ts";
import { showJourney } from "./journey.ts";
import { applyEvent, reloadList, selectInList, showOlder } from "./list.ts";
import { hearEvents } from "./live.ts";

const fields = ["sender", "recipient", "description"] as const;
const healthMilliseconds = 10_000;

/** The address names the parcel that is shown, so that it can be shared, reloaded and gone back from. */
function showFromAddress(): void {
  const number = decodeURIComponent(location.hash.replace(/^#\/?/, "")).toUpperCase() || undefined;
  if (number === "MAIN") return;
  selectInList(number);
  void showJourney(number);
}

function setUpForm(): void {
  const form = byId<HTMLFormElement>("parcel-form");
  form.addEventListener("submit", async (submission) => {
    submission.preventDefault();
    const button = form.querySelector("button");
    const input = Object.fromEntries(fields.map((name) => [name, byId<HTMLInputElement>(name).value]));
    showProblems(undefined);
    button?.setAttribute("aria-busy", "true");
    try {
      const parcel = await createParcel(input);
      byId<HTMLInputElement>("recipient").value = "";
      byId<HTMLInputElement>("description").value = "";
      location.hash = `#/${parcel.number}`;
      await refresh();
    } catch (error) {
      showProblems(error);
    } finally {
      button?.removeAttribute("aria-busy");
    }
  });
}

function showProblems(error: unknown): void {
  const problems = error instanceof ApiError ? error.problems : [];
  for (const name of fields) {
    const problem = problems.find(({ field }) => field === name)?.message ?? "";
    byId(`${name}-problem`).textContent = problem === "" ? "" : `This ${problem}.`;
    byId(name).setAttribute("aria-invalid", String(problem !== ""));
  }
  const general = error === undefined || problems.length > 0 ? "" : String((error as Error).message);
  byId("form-problem").textContent = general;
  const first = fields.find((name) => problems.some(({ field }) => field === name));
  if (first !== undefined) byId(first).focus();
}

async function showHealth(): Promise<void> {
  const health = await readHealth();
  const footer = document.querySelector<HTMLElement>("[data-testid=status]");
  const failed = Object.entries(health?.checks ?? {}).filter(([, check]) => check.status !== "ok");
  const text =
    health === undefined
      ? "The service cannot be reached"
      : [
          health.status === "ok" ? "All systems work" : `The service is ${health.status}`,
          ...failed.map(([name]) => `${name} does not answer`),
          `version ${health.version}`,
          ...(health.generation === undefined ? [] : [`generation ${health.generation}`]),
        ].join(" · ");
  footer?.setAttribute("data-state", health?.status ?? "unreachable");
  const line = byId("status-text");
  // Screen readers speak a status whenever it is set, also to the same text.
  if (line.textContent !== text) line.textContent = text;
}

/** The list is not worth a message of its own when it cannot be read: the status line says why. */
function refresh(): Promise<void> {
  return reloadList().catch(() => showHealth());
}

byId("track-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const number = byId<HTMLInputElement>("track").value.trim();
  if (number !== "") location.hash = `#/${number.toUpperCase()}`;
});
byId("more").addEventListener("click", () => void showOlder().catch(() => showHealth()));
byId("mine").addEventListener("change", () => void refresh());
addEventListener("hashchange", showFromAddress);
setUpForm();
showFromAddress();
void setUpAccount(() => void refresh());
void refresh();
hearEvents(
  (event) => {
    // An event of a parcel that the list does not show yet: it is new, or older than the page.
    if (!applyEvent(event) && event.status === "accepted") void refresh();
  },
  () => void refresh(),
);
void showHealth();
setInterval(() => void showHealth(), healthMilliseconds);
