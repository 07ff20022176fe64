import { imageExample, imageExampleAt } from "../image/example.ts";
import { placeOf, stackOf } from "../image/layers.ts";
import type { Rule } from "../types.ts";

/** An account that needs no password. */
export const imageAccountWithoutPassword: Rule = {
  code: "GI013",
  name: "image-account-without-password",
  family: "image",
  rank: "hardening",
  what: "An account of the image has an empty password.",
  why: "Whoever has a shell in the container becomes this user with su, without a question.",
  fix: "Lock the password: RUN passwd -l NAME.",
  aliases: [{ tool: "dockle", id: "DKL-LI-0001" }],
  examples: {
    bad: [
      imageExampleAt(
        [1],
        [
          {
            by: "RUN passwd -d app",
            files: [{ path: "/etc/shadow", text: "root:*:1::::::\napp::1::::::\n" }],
          },
        ],
      ),
    ],
    good: [
      imageExample([
        { by: "RUN useradd app", files: [{ path: "/etc/shadow", text: "root:*:1::::::\napp:!:1::::::\n" }] },
      ]),
    ],
  },
  *check(facts) {
    for (const image of facts.images) {
      const shadow = stackOf(image).visible.get("/etc/shadow");
      for (const line of shadow?.file.text?.split("\n") ?? []) {
        const [name, password] = line.split(":");
        if (shadow === undefined || name === undefined || name === "" || password !== "") continue;
        yield {
          at: placeOf(image, shadow),
          message: `${name} has an empty password.`,
          fix: `Write RUN passwd -l ${name} after "${name}" was created.`,
        };
      }
    }
  },
};
