/** Packages of Debian that a package of Python wants: to be compiled, and to run. */
interface Native {
  readonly build?: readonly string[];
  readonly run?: readonly string[];
}

/** gcc only recommends the C library's headers, and recommended packages are not installed. */
const compiler = ["gcc", "libc6-dev"] as const;

const wants: Readonly<Record<string, Native>> = {
  "psycopg-c": { build: [...compiler, "libpq-dev"], run: ["libpq5"] },
  psycopg2: { build: [...compiler, "libpq-dev"], run: ["libpq5"] },
  mysqlclient: {
    build: [...compiler, "default-libmysqlclient-dev", "pkg-config"],
    run: ["libmariadb3"],
  },
  uwsgi: { build: compiler },
  "python-ldap": { build: [...compiler, "libldap-dev", "libsasl2-dev"], run: ["libldap2"] },
  cairosvg: { run: ["libcairo2"] },
  weasyprint: { run: ["libharfbuzz-subset0", "libpango-1.0-0", "libpangoft2-1.0-0"] },
  "python-magic": { run: ["libmagic1t64"] },
  pyodbc: { run: ["unixodbc"] },
  "opencv-python": { run: ["libgl1", "libglib2.0-0t64"] },
  pdf2image: { run: ["poppler-utils"] },
  pytesseract: { run: ["tesseract-ocr"] },
  "ffmpeg-python": { run: ["ffmpeg"] },
  pydub: { run: ["ffmpeg"] },
};

/** Options `packages` and `buildPackages` for what is among a project's packages; wheels that bring all along want nothing. */
export function nativePackages(packages: ReadonlySet<string>): Readonly<Record<string, unknown>> {
  const found = Object.entries(wants)
    .filter(([name]) => packages.has(name) && !packages.has(`${name}-binary`))
    .map(([, native]) => native);
  // psycopg alone loads the system's library.
  if (packages.has("psycopg") && !packages.has("psycopg-binary") && !packages.has("psycopg-c"))
    found.push({ run: ["libpq5"] });
  const names = (part: keyof Native): readonly string[] =>
    [...new Set(found.flatMap((native) => native[part] ?? []))].sort();
  return {
    ...(names("build").length > 0 ? { buildPackages: names("build") } : {}),
    ...(names("run").length > 0 ? { packages: names("run") } : {}),
  };
}
