/** What a recipe makes of a folder that it knows; `gantry init` writes it down. Plain data, like all that recipes return. */
export interface Suggestion {
  /** From 0 to 1; of several recipes the surest is taken. */
  readonly sure: number;
  /** Of the recipe, without `context` and `workspace`. */
  readonly options: Readonly<Record<string, unknown>>;
  /** What runs; absent for a page, and for a workspace without a service of its own. */
  readonly service?: SuggestedService;
  /** Further services that share the image, by the name that says what they do: `worker`, `beat`. */
  readonly others?: Readonly<Record<string, SuggestedService>>;
  /** The packages of a workspace, by path; each is looked at by itself. */
  readonly members?: readonly string[];
  readonly needs: readonly Need[];
  readonly secrets?: readonly SuggestedSecret[];
  /** Variables in which the sources look for addresses that may be other services': `API_URL`. */
  readonly calls?: readonly string[];
  /** First steps of the paths that it answers: `/api`. */
  readonly paths?: readonly string[];
  /** Paths that a page's development server passes on. */
  readonly proxies?: readonly SuggestedProxy[];
  readonly test?: readonly string[];
  /** Environment of the tests, where theirs differs. */
  readonly testEnv?: Readonly<Record<string, string>>;
  /** Environment of all its services, and what development has instead. */
  readonly env?: Readonly<Record<string, string>>;
  readonly devEnv?: Readonly<Record<string, string>>;
  /** Folders in the image whose files must last, by the name of their volume; all its services see them. */
  readonly keeps?: Readonly<Record<string, string>>;
  readonly guesses: readonly Guess[];
  /** Name for it when the folder, being the project's own, gives none: `web`, `api`. */
  readonly usualName?: string;
  /** The sources call others' services. */
  readonly internet?: boolean;
}

/** One sentence about what was guessed, and should be looked at. */
export interface Guess {
  readonly text: string;
  /** Line of the service that it is about. */
  readonly about:
    | "build"
    | "port"
    | "health"
    | "uses"
    | "secrets"
    | "internet"
    | "before"
    | "env"
    | "volumes"
    | "site"
    | "routes";
}

/** A service as far as files tell. */
export interface SuggestedService {
  readonly command?: readonly string[];
  readonly port?: number;
  readonly health?: SuggestedHealth;
  /** One-off jobs. */
  readonly before?: Readonly<Record<string, readonly string[]>>;
  readonly writable?: readonly string[];
  /** May only run once. */
  readonly single?: boolean;
  /** It finds nothing to work on before the folder's main service is up, as where that one migrates at its start. */
  readonly afterMain?: boolean;
}

/** How one knows that it is well; the forms that a stack has. */
export type SuggestedHealth =
  | { readonly http: string; readonly live?: string }
  | { readonly file: string; readonly maxAge?: string }
  | { readonly command: readonly string[]; readonly timeout?: string }
  | { readonly none: string };

/** A part that is bought, and the variables in which the sources look for its address. */
export interface Need {
  readonly part: "postgres" | "queue" | "cache" | "sessions" | "questdb";
  /** Empty when the sources name none that is known. */
  readonly variables: Readonly<Partial<Record<AddressVariable, string>>>;
  /** Further variables for the same whole address. */
  readonly also?: readonly string[];
  /** Scheme of the whole address, for libraries that choose their driver by it. */
  readonly scheme?: string;
  /** The sources read the password from a file; otherwise it must stand in the environment. */
  readonly passwordFile?: boolean;
}

/** Parts of an address, as a stack names them in `as`. */
export type AddressVariable = "url" | "host" | "port" | "user" | "database" | "password";

/** A secret that the sources ask for. */
export interface SuggestedSecret {
  readonly name: string;
  /** They read it from a file; otherwise from the environment. */
  readonly file: boolean;
}

/** A path that a page's development server passes on to a service. */
export interface SuggestedProxy {
  readonly path: string;
  readonly host?: string;
  readonly port?: number;
  /** The path is taken off before. */
  readonly strip: boolean;
}
