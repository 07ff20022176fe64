//! A small service with users: `PostgreSQL` keeps them, Redis answers again what was asked before.

pub mod cache;
pub mod config;
pub mod database;
pub mod health;
pub mod limit;
pub mod metrics;
pub mod observe;
pub mod server;
pub mod telemetry;
pub mod users;

use crate::config::Config;

/// Does what a command says. All is compiled here and not in `main.rs`, which would hold the runtime a second time.
pub fn run(command: &str) -> Result<(), Box<dyn std::error::Error>> {
    let config = Config::load()?;
    let telemetry = telemetry::start(&config)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let result = match command {
        "serve" => runtime.block_on(server::serve(config)),
        "migrate" => runtime.block_on(database::migrate(&config)),
        other => Err(format!("there is no command {other}; there are serve and migrate").into()),
    };
    drop(runtime);
    telemetry.finish();
    result
}
