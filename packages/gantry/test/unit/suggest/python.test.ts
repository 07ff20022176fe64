import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { memoryFiles } from "../../../src/blueprint/files.ts";
import type { Suggestion } from "../../../src/blueprint/suggestion.ts";
import { suggestPython } from "../../../src/recipes/python/suggest.ts";

/** Everything that was guessed, as one text. */
const said = (suggestion: Suggestion | undefined): string =>
  (suggestion?.guesses ?? []).map(({ text }) => text).join("\n");

function python(requirements: readonly string[], files: Readonly<Record<string, string>>): Suggestion {
  const found = suggestPython(
    memoryFiles({ "requirements.txt": requirements.map((name) => `${name}==1.0`).join("\n"), ...files }),
  );
  assert.ok(found !== undefined, "nothing was found");
  return found;
}

const commandOf = (found: Suggestion): string => (found.options["command"] as readonly string[]).join(" ");

describe("FastAPI", () => {
  for (const [name, files, target] of [
    ["at the top", { "main.py": "app = FastAPI()" }, "main:app"],
    [
      "in a package",
      {
        "app/__init__.py": "",
        "app/main.py": "from app.db import x\napi: FastAPI = FastAPI()",
        "app/db.py": "",
      },
      "app.main:api",
    ],
    [
      "made by a factory",
      { "web.py": "def build():\n    app = FastAPI()\n    return app\n" },
      "web:build --factory",
    ],
    [
      "made by a factory that another module calls",
      {
        "app/factory.py": "def create_app(settings):\n    return FastAPI()\n",
        "app/asgi.py": "from app.factory import create_app\napplication = create_app(load())",
      },
      "app.asgi:application",
    ],
    [
      "made when it is asked for",
      {
        "api.py":
          'def make(x):\n    app = FastAPI()\n    return app\ndef __getattr__(name):\n    if name != "app":\n        raise AttributeError\n    return make(1)',
      },
      "api:app",
    ],
    [
      "not the one in the tests",
      { "main.py": "app = FastAPI()", "tests/a.py": "other = FastAPI()" },
      "main:app",
    ],
  ] as const)
    test(name, () => {
      const command = commandOf(python(["fastapi", "uvicorn"], files));
      assert.equal(command, `uvicorn ${target} --host 0.0.0.0 --port 8000`);
    });

  test("imports that start from a folder below", () => {
    const found = python(["fastapi", "uvicorn"], {
      "service/main.py": "from database import x\napp = FastAPI()",
      "service/database.py": "",
    });
    assert.equal(found.options["importFrom"], "service");
    assert.match(commandOf(found), /main:app/);
  });

  test("SQLAlchemy gets an address that names its driver", () => {
    const scheme = (packages: readonly string[], source = ""): string | undefined =>
      python(["fastapi", "uvicorn", "sqlalchemy", ...packages], {
        "main.py": `app = FastAPI()\nos.environ["DATABASE_URL"]\n${source}`,
      }).needs[0]?.scheme;
    assert.equal(scheme(["asyncpg"], "create_async_engine(url)"), "postgresql+asyncpg");
    assert.equal(scheme(["psycopg"]), "postgresql+psycopg");
    assert.equal(scheme(["psycopg2-binary"]), "postgresql+psycopg2");
  });

  test("a health router under a prefix", () => {
    const found = python(["fastapi", "uvicorn"], {
      "main.py": 'app = FastAPI()\napp.include_router(health.router, prefix="/v1")',
      "health.py": 'router.get("/health")',
    });
    assert.deepEqual(found.service?.health, { http: "/v1/health" });
  });

  test("pydantic's settings are variables, the fields of other classes are not", () => {
    const found = python(["fastapi", "uvicorn", "asyncpg"], {
      "main.py": "app = FastAPI()",
      "settings.py": "class Settings(BaseSettings):\n    database_url: str\n    secret_key: str\n",
      "models.py": "class User(BaseModel):\n    jwt_secret: str\n",
    });
    assert.deepEqual(found.needs[0]?.variables, { url: "DATABASE_URL" });
    assert.deepEqual(found.secrets, [{ name: "SECRET_KEY", file: false }]);
  });
});

describe("Django", () => {
  const files = {
    "manage.py": 'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")',
    "shop/settings.py":
      'WSGI_APPLICATION = "shop.wsgi.application"\nSECRET_KEY = os.environ["SECRET_KEY"]\nALLOWED_HOSTS = ["shop.example"]',
    "shop/wsgi.py": "",
    "shop/urls.py": 'path("health/", ok)',
  };

  test("gunicorn serves it, migrations come before, its tests are manage.py's", () => {
    const found = python(["django", "gunicorn", "psycopg"], files);
    assert.equal(commandOf(found), "gunicorn shop.wsgi:application --bind 0.0.0.0:8000");
    assert.deepEqual(found.service?.before, { migrate: ["python", "manage.py", "migrate", "--noinput"] });
    assert.deepEqual(found.service?.health, { http: "/health/" });
    assert.deepEqual(found.test, ["python", "manage.py", "test"]);
    assert.match(said(found), /ALLOWED_HOSTS/);
    assert.deepEqual(Object.keys(found.options["buildEnv"] as object), ["SECRET_KEY"]);
  });

  test("a path that only includes others is no health path, unless the package is for health checks", () => {
    const health = (urls: string): unknown =>
      python(["django", "gunicorn"], { ...files, "shop/urls.py": urls }).service?.health;
    assert.equal(health('path("ping/", include("shop.pings.urls"))'), undefined);
    assert.deepEqual(health('path("healthz/", include("health_check.urls"))'), { http: "/healthz/" });
  });

  test("without a server for production that is said, and it runs all the same", () => {
    const found = python(["django"], files);
    assert.match(commandOf(found), /^python manage\.py runserver 0\.0\.0\.0:8000/);
    assert.match(said(found), /add gunicorn/);
  });

  test("channels are served by an asynchronous server", () => {
    const found = python(["django", "uvicorn"], { ...files, "shop/asgi.py": "" });
    assert.equal(commandOf(found), "uvicorn shop.asgi:application --host 0.0.0.0 --port 8000");
  });
});

describe("Flask and Celery", () => {
  test("an object, a factory, and the port that its own run names", () => {
    assert.equal(
      commandOf(python(["flask", "gunicorn"], { "app.py": "app = Flask(__name__)\napp.run(port=5050)" })),
      "gunicorn app:app --bind 0.0.0.0:5050",
    );
    assert.equal(
      commandOf(
        python(["flask", "gunicorn"], {
          "shop/__init__.py": "def create_app(config=None):\n    app = Flask(__name__)\n    return app\n",
        }),
      ),
      "gunicorn shop:create_app() --bind 0.0.0.0:5000",
    );
  });

  test("a worker, and a beat only where there is a schedule", () => {
    const source =
      'celery = Celery("x", broker=os.environ["CELERY_BROKER_URL"], backend=os.environ["CELERY_RESULT_BACKEND"])';
    const found = python(["flask", "gunicorn", "celery", "redis"], {
      "app.py": "app = Flask(__name__)",
      "tasks.py": source,
    });
    assert.deepEqual(Object.keys(found.others ?? {}), ["worker"]);
    assert.deepEqual(found.others?.["worker"]?.command, [
      "celery",
      "--app",
      "tasks",
      "worker",
      "--loglevel",
      "info",
    ]);
    assert.deepEqual(found.needs, [
      { part: "queue", variables: { url: "CELERY_BROKER_URL" }, also: ["CELERY_RESULT_BACKEND"] },
    ]);
    const timed = python(["flask", "gunicorn", "celery", "redis"], {
      "app.py": "app = Flask(__name__)",
      "tasks.py": `${source}\ncelery.conf.beat_schedule = {}`,
    });
    assert.equal(timed.others?.["beat"]?.single, true);
    const stored = python(["flask", "gunicorn", "celery", "redis", "django-celery-beat"], {
      "app.py": "app = Flask(__name__)",
      "tasks.py": source,
    });
    assert.ok(stored.others?.["beat"]?.command?.includes("django_celery_beat.schedulers:DatabaseScheduler"));
  });

  test("Celery alone is what its image is for", () => {
    const found = python(["celery", "redis"], { "tasks.py": 'app = Celery("x")' });
    assert.equal(commandOf(found), "celery --app tasks worker --loglevel info");
    assert.equal(found.service?.port, undefined);
    assert.equal(found.usualName, "worker");
  });

  test("a library is no service", () => {
    assert.equal(
      suggestPython(memoryFiles({ "pyproject.toml": '[project]\nname = "x"', "x/__init__.py": "" })),
      undefined,
    );
    assert.equal(suggestPython(memoryFiles({ "main.go": "" })), undefined);
  });
});

test("the version of a Dockerfile that is there, unless the project says one", () => {
  const files = {
    "app.py": "app = Flask(__name__)",
    Dockerfile: "FROM python:3.11.4-slim-buster AS build\n",
  };
  assert.equal(python(["flask", "gunicorn"], files).options["version"], "3.11");
  const pinned = python(["flask", "gunicorn"], { ...files, ".python-version": "3.13" });
  assert.equal(pinned.options["version"], undefined);
});

test("drivers that are compiled get what compiling them needs", () => {
  const found = python(["flask", "gunicorn", "psycopg2"], { "app.py": "app = Flask(__name__)" });
  assert.deepEqual(found.options["packages"], ["libpq5"]);
  // gcc alone has no headers.
  assert.deepEqual(found.options["buildPackages"], ["gcc", "libc6-dev", "libpq-dev"]);
  const wheel = suggestPython(
    memoryFiles({
      "requirements.txt": "flask==3\npsycopg[binary]==3.2\n",
      "app.py": "app = Flask(__name__)",
    }),
  );
  assert.equal(wheel?.options["packages"], undefined);
});

describe("settings of Django in a package", () => {
  const files = {
    "manage.py": 'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings.dev")',
    "shop/settings/__init__.py": "",
    "shop/settings/base.py":
      'SECRET_KEY = env("DJANGO_SECRET_KEY")\nALLOWED_HOSTS = env.list("DJANGO_ALLOWED_HOSTS", default=[])\nMEDIA_ROOT = BASE_DIR / "media"\n',
    "shop/settings/dev.py": 'from .base import *\nALLOWED_HOSTS = ["*"]\n',
    "shop/settings/production.py": 'from .base import *\nSEARCH = env("SEARCH_URL")\n',
    "shop/wsgi.py": "",
  };
  const found = python(["django", "gunicorn"], files);

  test("production has its module, in the build and in the jobs too; development and tests have theirs", () => {
    const module = "DJANGO_SETTINGS_MODULE";
    assert.equal(found.env?.[module], "shop.settings.production");
    assert.equal(found.devEnv?.[module], "shop.settings.dev");
    assert.equal(found.testEnv?.[module], "shop.settings.dev");
    const told = python(["django", "gunicorn"], {
      ...files,
      "pytest.ini": `[pytest]\n${module} = shop.settings.test\n`,
    });
    assert.equal(told.testEnv?.[module], "shop.settings.test");
    const single = python(["django", "gunicorn"], {
      "manage.py": 'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")',
      "shop/settings.py": "",
    });
    assert.deepEqual([single.env, single.devEnv, single.testEnv], [{}, undefined, undefined]);
  });

  test("collecting static files gets all that the settings insist on", () => {
    assert.deepEqual(found.options["buildEnv"], {
      DJANGO_SETTINGS_MODULE: "shop.settings.production",
      DJANGO_SECRET_KEY: "none-while-static-files-are-collected",
      SEARCH_URL: "http://localhost",
    });
  });

  test("the variable of the allowed hosts lets the health check in, whatever development allows", () => {
    assert.equal(found.env?.["DJANGO_ALLOWED_HOSTS"], "localhost,127.0.0.1");
    assert.match(said(found), /DJANGO_ALLOWED_HOSTS must let in 127\.0\.0\.1/);
    const spaced = python(["django", "gunicorn"], {
      "manage.py": 'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")',
      "shop/settings.py": 'ALLOWED_HOSTS = os.environ.get("HOSTS").split(" ")',
    });
    assert.equal(spaced.env?.["HOSTS"], "localhost 127.0.0.1");
  });

  test("uploads are kept", () => assert.deepEqual(found.keeps, { media: "/app/media" }));
});

describe("queues beside Celery", () => {
  const app = { "app.py": "app = FastAPI()" };
  const worker = (packages: readonly string[], source: string): string | undefined =>
    python(["fastapi", "uvicorn", "redis", ...packages], { ...app, "jobs.py": source }).others?.[
      "worker"
    ]?.command?.join(" ");

  test("each is started as its documentation says", () => {
    assert.equal(worker(["arq"], "class WorkerSettings:\n    functions = []"), "arq jobs.WorkerSettings");
    assert.equal(worker(["rq"], 'q = Queue("mail", connection=c)'), "rq worker mail");
    assert.equal(worker(["rq"], "q = Queue(connection=c)"), "rq worker default");
    assert.equal(worker(["dramatiq"], "@dramatiq.actor\ndef send(): ..."), "dramatiq jobs");
    assert.equal(worker(["huey"], 'huey = RedisHuey("x")'), "huey_consumer jobs.huey");
    assert.equal(worker(["taskiq"], "broker = ListQueueBroker(url)"), "taskiq worker jobs:broker");
    assert.equal(worker([], "class WorkerSettings: ..."), undefined);
  });

  test("arq's own check is asked only where its record is fresh: a worker that ends deletes its successor's", () => {
    const health = (source: string): unknown =>
      python(["fastapi", "arq", "redis"], { ...app, "jobs.py": source }).others?.["worker"]?.health;
    assert.ok("none" in (health("class WorkerSettings:\n    functions = []") as object));
    assert.deepEqual(health("class WorkerSettings:\n    health_check_interval = 10"), {
      command: ["arq", "--check", "jobs.WorkerSettings"],
      timeout: "10s",
    });
  });

  test("RQ's command finds its server", () => {
    const found = python(["flask", "rq"], { "app.py": "app = Flask(__name__)\nos.environ['REDIS_URL']" });
    assert.deepEqual(found.needs[0], {
      part: "queue",
      variables: { url: "REDIS_URL" },
      also: ["RQ_REDIS_URL"],
    });
  });

  test("a Procfile's commands count more than what is usual, and its other processes are found", () => {
    const found = python(["flask", "gunicorn", "celery", "redis"], {
      "app.py": 'app = Flask(__name__)\ncelery = Celery("x")',
      Procfile:
        "release: python setup_db.py\nweb: gunicorn app:app\nworker: celery -A app worker -Q mail,default\nmail_relay: python relay.py --to $TARGET\n",
    });
    assert.deepEqual(found.others?.["worker"]?.command, [
      "celery",
      "-A",
      "app",
      "worker",
      "-Q",
      "mail,default",
    ]);
    assert.ok("command" in (found.others?.["worker"]?.health ?? {}));
    assert.deepEqual(found.others?.["mail-relay"]?.command, [
      "sh",
      "-c",
      "exec python relay.py --to $TARGET",
    ]);
    assert.deepEqual(found.service?.before, { release: ["python", "setup_db.py"] });
  });
});

test("settings with a prefix: its own keys become secrets, what else has no default is said", () => {
  const found = python(["fastapi", "uvicorn", "asyncpg"], {
    "main.py": "app = FastAPI()",
    "config.py":
      'class Settings(BaseSettings):\n    model_config = SettingsConfigDict(env_prefix="SHOP_")\n\n    database_url: PostgresDsn\n    jwt_secret: SecretStr\n    tax_office: str\n    debug: bool = False\n    note: str | None\n\n\nclass Other:\n    name: str\n',
  });
  assert.deepEqual(found.secrets, [{ name: "SHOP_JWT_SECRET", file: false }]);
  assert.match(said(found), /want SHOP_TAX_OFFICE and say no default/);
});

test("requirements that leave something open are installed as pip does, and that is said", () => {
  const found = python(["flask", "gunicorn"], { "app.py": "app = Flask(__name__)" });
  assert.equal(found.options["locked"], false);
  assert.match(said(found), /requirements\.txt does not pin all that is installed/);
  const whole = python(["flask", "werkzeug", "gunicorn"], { "app.py": "app = Flask(__name__)" });
  assert.equal(whole.options["locked"], undefined);
});

test("the port that gunicorn's own file names", () => {
  const found = python(["flask", "gunicorn"], {
    "app.py": "app = Flask(__name__)",
    "gunicorn.conf.py": "import os\nbind = f\"0.0.0.0:{os.environ.get('PORT', '8081')}\"\n",
  });
  assert.equal(found.service?.port, 8081);
});
