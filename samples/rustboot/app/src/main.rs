use std::process::ExitCode;

fn main() -> ExitCode {
    let command = std::env::args().nth(1).unwrap_or_else(|| "serve".into());
    match rustboot::run(&command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            // Also when logging is not set up yet, as one JSON object.
            eprintln!("{}", serde_json::json!({ "level": "ERROR", "message": reason.to_string() }));
            ExitCode::FAILURE
        }
    }
}
