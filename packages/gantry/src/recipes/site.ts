import { command, flag, list, object, port, record, text } from "../base/shape.ts";
import { joinPath } from "../blueprint/files.ts";
import type { BuildPlan, Recipe, Stage } from "../blueprint/plan.ts";
import { htmlFolder, nginxUser, pageImage, unprivilegedNginx } from "../blueprint/web-server.ts";
import { type PackageOptions, packageKeys } from "./javascript/options.ts";
import { planPackage } from "./javascript/stages.ts";
import type { PlanInput, PlanResult, RecipeDefinition } from "./types.ts";

/** How a page that is built once becomes files behind a web server. */
export interface SiteOptions extends PackageOptions {
  /** Folder that the build writes. Default: `dist`. */
  readonly output?: string;
  /** Answer unknown paths with `index.html`, for applications that route in the browser. Default: true. */
  readonly spa?: boolean;
  /** Paths whose names change with their content: browsers keep them, deploys pass them on. Default: `/assets/`. */
  readonly immutable?: readonly string[];
  /** Development server. Default: Vite on all addresses. */
  readonly dev?: readonly string[];
  /** Port of the development server. Default: 5173, Vite's. */
  readonly devPort?: number;
  /** Variables that the build bakes into the page; public by nature. */
  readonly env?: Readonly<Record<string, string>>;
  /** Header `Content-Security-Policy`. Default: own origin only. */
  readonly contentSecurityPolicy?: string;
}

/** A built page, from Vite and its like, served on port 8080: given to `nginx({ site })`, or a service of its own. */
export function site(options: SiteOptions = {}): Recipe {
  return { recipe: "site", options: { ...options } };
}

const sitePort = 8080;

/** In memory, as all that a container with a read-only root can write. */
const earlierFolder = "/tmp/earlier";

function hashedPaths(options: SiteOptions): readonly string[] {
  return options.immutable ?? ["/assets/"];
}

const defaultPolicy = "default-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

/** `location` blocks of a page. nginx drops inherited headers where a block adds its own, so each repeats them. */
function locations(options: SiteOptions): readonly string[] {
  const paths = hashedPaths(options);
  const hashed = [
    "  gzip_static on;",
    // Only of what is there: a browser would keep "not found" for a year too.
    '  add_header Cache-Control "public, max-age=31536000, immutable";',
  ];
  const headers = [
    `add_header Content-Security-Policy "${options.contentSecurityPolicy ?? defaultPolicy}" always;`,
    "add_header X-Content-Type-Options nosniff always;",
    "add_header Referrer-Policy strict-origin-when-cross-origin always;",
    'add_header Permissions-Policy "camera=(), geolocation=(), microphone=()" always;',
  ].map((line) => `  ${line}`);
  return [
    ...paths.flatMap((path) => [
      "# Names carry a hash of the content, so browsers never ask again.",
      `location ${path} {`,
      `  root ${htmlFolder};`,
      ...hashed,
      ...headers,
      "  try_files $uri @earlier;",
      "}",
    ]),
    ...(paths.length === 0
      ? []
      : [
          "# Pages that are open go on asking for the files of their own build: `gantry deploy` brings them along. What is",
          "# missing here too is an error, and not the page.",
          "location @earlier {",
          `  root ${earlierFolder};`,
          ...hashed,
          ...headers,
          "  try_files $uri =404;",
          "}",
        ]),
    "# The page itself is checked at each visit, so that a new version is seen at once.",
    "location / {",
    `  root ${htmlFolder};`,
    "  gzip_static on;",
    "  add_header Cache-Control no-cache always;",
    ...headers,
    options.spa === false ? "  try_files $uri $uri/ =404;" : "  try_files $uri $uri/ /index.html;",
    "}",
  ];
}

/** Files that shrink; pictures and fonts are compressed already. */
const compressible = "css|html|js|json|map|mjs|svg|txt|wasm|webmanifest|xml";

function planSite(input: PlanInput<SiteOptions>): PlanResult {
  const { options } = input;
  const output = options.output ?? "dist";
  const built = planPackage(input, {
    build: options.build ?? "build",
    outputs: [output],
    command: [],
    dev: devCommand(options),
  });
  if (built.plan === undefined) return { problems: built.problems };
  const folder = joinPath(options.workspace ?? "", output);
  const stages = built.plan.stages
    .filter((stage) => ["base", "dependencies", "build", "dev", "test"].includes(stage.name))
    .map((stage) =>
      stage.name === "base"
        ? { ...stage, onBuildPlatform: true }
        : stage.name === "build"
          ? compressed(stage, folder, options)
          : stage,
    );
  const plan: BuildPlan = {
    ...built.plan,
    stages: [...stages, servingStage(folder, options)],
    image: {
      ...built.plan.image,
      user: nginxUser,
      workdir: "/",
      programs: ["wget"],
      command: [],
    },
    site: {
      port: sitePort,
      healthPath: "/health",
      devCommand: devCommand(options),
      devPort: options.devPort ?? 5173,
      devImage: built.plan.image,
      ...(hashedPaths(options).length === 0
        ? {}
        : { hashed: { paths: hashedPaths(options), own: htmlFolder, earlier: earlierFolder } }),
    },
  };
  return { plan, problems: built.problems };
}

/** The build, with its variables, and a compressed copy beside each file. */
function compressed(stage: Stage, folder: string, options: SiteOptions): Stage {
  const build = stage.steps.at(-1);
  return {
    ...stage,
    steps: [
      ...stage.steps.slice(0, -1),
      ...(options.env === undefined
        ? []
        : [
            {
              kind: "env",
              values: options.env,
              comment: "Public: the build writes them into the page.",
            } as const,
          ]),
      ...(build === undefined ? [] : [build]),
      {
        kind: "run",
        comment: "Compressed once here instead of at each request; nginx sends the .gz files as they are.",
        script: [
          `find ${folder} -type f -size +1k -regextype posix-extended -regex '.*\\.(${compressible})' -exec gzip -9 -k -n {} +`,
        ],
        network: "none",
      },
    ],
  };
}

function servingStage(folder: string, options: SiteOptions): Stage {
  const indent = (lines: readonly string[], by: string): string[] => lines.map((line) => `${by}${line}`);
  return {
    name: "production",
    from: pageImage,
    comment: "What runs: nginx and the files.",
    steps: [
      {
        kind: "file",
        path: "/etc/nginx/nginx.conf",
        lines: [
          ...unprivilegedNginx.main,
          "events { worker_connections 1024; }",
          "http {",
          "  include /etc/nginx/mime.types;",
          "  default_type application/octet-stream;",
          "  # The gateway in front writes one line for each request.",
          "  access_log off;",
          "  server_tokens off;",
          "  sendfile on;",
          "  gzip_vary on;",
          ...indent(unprivilegedNginx.http, "  "),
          "  server {",
          `    listen ${sitePort};`,
          "    location = /health { default_type text/plain; return 200 'ok'; }",
          ...indent(locations(options), "    "),
          "  }",
          "}",
        ],
      },
      { kind: "copy", from: "build", sources: [`/app/${folder}`], to: htmlFolder },
      { kind: "expose", port: sitePort },
      { kind: "user", ...nginxUser },
    ],
  };
}

function devCommand(options: SiteOptions): readonly string[] {
  return (
    options.dev ?? [
      "npx",
      "vite",
      "--host",
      "0.0.0.0",
      "--port",
      String(options.devPort ?? 5173),
      "--strictPort",
    ]
  );
}

/** Built pages. */
export const siteRecipe: RecipeDefinition<SiteOptions> = {
  name: "site",
  shape: object({
    ...packageKeys,
    output: text,
    spa: flag,
    immutable: list(text),
    dev: command,
    devPort: port,
    env: record(text),
    contentSecurityPolicy: text,
  }),
  plan: planSite,
};
