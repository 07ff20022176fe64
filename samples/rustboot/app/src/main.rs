use std::process::ExitCode;

use rustboot::config::Config;
use rustboot::{database, server, telemetry};

fn main() -> ExitCode {
    let command = std::env::args().nth(1).unwrap_or_else(|| "serve".into());
    match run(&command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            // Also when logging is not set up yet, as one JSON object.
            eprintln!("{}", serde_json::json!({ "level": "ERROR", "message": reason.to_string() }));
            ExitCode::FAILURE
        }
    }
}

fn run(command: &str) -> Result<(), Box<dyn std::error::Error>> {
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
