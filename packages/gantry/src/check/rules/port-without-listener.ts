import { eachService } from "../../read/walk.ts";
import { dedent } from "../dedent.ts";
import { serviceListener } from "../insight/service-listener.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const portWithoutListener: Rule = {
  code: "GX029",
  name: "port-without-listener",
  family: "across",
  rank: "will-fail",
  what: "A service publishes a container port that its server does not listen on.",
  why: "The host's port opens and every connection to it is reset: nothing is behind it.",
  fix: "Write the server's port on the right-hand side, `HOST:CONTAINER`.",
  examples: {
    bad: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              web:
                image: shop/web:2
                command: gunicorn shop.wsgi --bind 0.0.0.0:8000
                ports:
                  - "80:80"
          `,
        },
        at: ["compose.yaml:6"],
      },
    ],
    good: [
      {
        title: "the same port, one more for a debugger, a port that is not known",
        files: {
          "compose.yaml": dedent`
            services:
              web:
                image: shop/web:2
                command: gunicorn shop.wsgi --bind 0.0.0.0:8000
                ports: ["80:8000", "5678:5678"]
              other:
                image: shop/web:2
                command: sh -c "gunicorn shop.wsgi --bind 0.0.0.0:$\${PORT}"
                ports: ["81:80"]
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const { project, service } of eachService(facts)) {
      const port = service.ports[0];
      const listener = serviceListener(facts, project, service);
      const wanted = listener?.port;
      if (port?.target === undefined || listener === undefined || wanted === undefined) continue;
      if (
        service.ports.some(
          ({ target, dynamic }) =>
            dynamic || target === undefined || (target.first <= wanted && wanted <= target.last),
        )
      )
        continue;
      const host = port.published?.first;
      yield {
        at: port.span,
        message: `Nothing answers on ${port.text} of ${service.name}: ${listener.program} listens on ${wanted}.`,
        fix: `Write \`"${host === undefined ? "" : `${host}:`}${wanted}"\`.`,
        related: [{ at: listener.span, message: "the command" }],
      };
    }
  },
};
