//! Settings, from the weakest to the strongest: `config/app.toml`, `config/ENVIRONMENT.toml`, variables, secrets in files.

use std::path::Path;

use serde::Deserialize;
use toml::{Table, Value};

pub type Error = Box<dyn std::error::Error>;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    pub server: Server,
    pub database: Database,
    pub cache: Cache,
    pub limit: Limit,
    pub log: Log,
    pub traces: Traces,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    pub port: u16,
    pub timeout_ms: u64,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    pub pool_size: usize,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cache {
    pub seconds: u64,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    pub requests: u64,
    pub window_seconds: u64,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    pub level: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Traces {
    pub endpoint: String,
}

/// Everything that the service is told. No `Debug`: it holds secrets.
#[derive(Clone)]
pub struct Config {
    pub environment: String,
    pub version: String,
    pub settings: Settings,
    pub database_url: String,
    pub database_password: Option<String>,
    pub redis_url: String,
    pub api_key: String,
}

impl Config {
    /// Reads files of the folder `config`, and the environment.
    pub fn load() -> Result<Self, Error> {
        Self::read(Path::new("config"), |name| std::env::var(name).ok())
    }

    pub fn read(folder: &Path, variable: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let environment = variable("ENVIRONMENT").unwrap_or_else(|| "development".into());
        let mut layers = read_file(&folder.join("app.toml"))?;
        let special = folder.join(format!("{environment}.toml"));
        if special.exists() {
            merge(&mut layers, read_file(&special)?);
        }
        for (name, section, key) in VARIABLES {
            if let Some(text) = variable(name) {
                override_with(&mut layers, name, section, key, &text)?;
            }
        }
        let settings: Settings = Value::Table(layers).try_into().map_err(|error| format!("config: {error}"))?;
        let needed = |name: &str| variable(name).ok_or_else(|| format!("{name} is not set"));
        let secret = |name: &str| -> Result<Option<String>, Error> {
            let Some(path) = variable(&format!("{name}_FILE")) else { return Ok(None) };
            let text = std::fs::read_to_string(&path).map_err(|error| format!("{name}_FILE: {path}: {error}"))?;
            Ok(Some(text.trim_end_matches('\n').to_string()))
        };
        Ok(Self {
            settings,
            version: variable("VERSION").unwrap_or_else(|| env!("CARGO_PKG_VERSION").into()),
            database_url: needed("DATABASE_URL")?,
            database_password: secret("DATABASE_PASSWORD")?,
            redis_url: needed("REDIS_URL")?,
            api_key: secret("API_KEY")?.ok_or("API_KEY_FILE is not set")?,
            environment,
        })
    }
}

/// Variables that stand above the files.
const VARIABLES: [(&str, &str, &str); 8] = [
    ("PORT", "server", "port"),
    ("REQUEST_TIMEOUT_MS", "server", "timeout_ms"),
    ("DATABASE_POOL_SIZE", "database", "pool_size"),
    ("CACHE_SECONDS", "cache", "seconds"),
    ("LIMIT_REQUESTS", "limit", "requests"),
    ("LIMIT_WINDOW_SECONDS", "limit", "window_seconds"),
    ("LOG_LEVEL", "log", "level"),
    ("OTEL_EXPORTER_OTLP_ENDPOINT", "traces", "endpoint"),
];

fn read_file(path: &Path) -> Result<Table, Error> {
    let named = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let text = std::fs::read_to_string(path).map_err(|error| named(&error))?;
    Ok(text.parse::<Table>().map_err(|error| named(&error))?)
}

fn merge(base: &mut Table, over: Table) {
    for (key, value) in over {
        match (base.get_mut(&key), value) {
            (Some(Value::Table(below)), Value::Table(above)) => merge(below, above),
            (_, value) => {
                base.insert(key, value);
            }
        }
    }
}

/// A variable is text; what it replaces says whether a number is meant.
fn override_with(layers: &mut Table, name: &str, section: &str, key: &str, text: &str) -> Result<(), Error> {
    let section = layers.entry(section).or_insert_with(|| Value::Table(Table::new()));
    let Value::Table(section) = section else { return Err(format!("config: {key} has no section").into()) };
    let value = match section.get(key) {
        Some(Value::Integer(_)) => {
            let number = text.parse().map_err(|_| format!("{name} is {text:?}, and should be a whole number"))?;
            Value::Integer(number)
        }
        _ => Value::String(text.into()),
    };
    section.insert(key.into(), value);
    Ok(())
}
