import { readSession, signIn, signOut } from "./api.ts";
import { byId, element } from "./dom.ts";

/** Shows who is signed in, and lets people sign in and out; `changed` is called after each. */
export async function setUpAccount(changed: () => void): Promise<void> {
  const dialog = byId<HTMLDialogElement>("sign-in");
  const name = byId<HTMLInputElement>("name");
  byId("sign-in-cancel").addEventListener("click", () => dialog.close());
  byId("sign-in-form").addEventListener("submit", (event) => {
    event.preventDefault();
    void signIn(name.value).then(async () => {
      dialog.close();
      await draw();
      changed();
    });
  });

  const draw = async (): Promise<void> => {
    const { name: current } = await readSession().catch(() => ({ name: null }));
    const button = element(
      "button",
      { type: "button", class: "quiet", "data-testid": current === null ? "sign-in" : "sign-out" },
      current === null ? "Sign in" : "Sign out",
    );
    button.addEventListener("click", () => {
      if (current === null) dialog.showModal();
      else
        void signOut().then(async () => {
          await draw();
          changed();
        });
    });
    byId("account").replaceChildren(
      ...(current === null ? [] : [element("span", { "data-testid": "signed-in-as" }, current)]),
      button,
    );
    byId("mine-label").hidden = current === null;
    if (current === null) byId<HTMLInputElement>("mine").checked = false;
    const sender = byId<HTMLInputElement>("sender");
    if (current !== null && sender.value === "") sender.value = current;
  };
  await draw();
}
