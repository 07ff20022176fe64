//! `/health`: whether requests can be answered now, and why not. `/health/live`: whether the process lives.

use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::server::App;

pub async fn ready(State(app): State<App>) -> (StatusCode, Json<Value>) {
    let (database, redis) = tokio::join!(
        check(async { app.database.ping().await.map_err(|failure| format!("{failure:?}")) }),
        check(app.cache.ping()),
    );
    let well = database["status"] == "ok" && redis["status"] == "ok";
    let status = if well { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = json!({
        "status": if well { "ok" } else { "unavailable" },
        "version": app.config.version,
        "environment": app.config.environment,
        "checks": { "database": database, "redis": redis },
    });
    (status, Json(body))
}

async fn check(ask: impl Future<Output = Result<(), String>>) -> Value {
    let start = Instant::now();
    // Shorter than the probe's own patience, so that the probe hears why.
    let answer = tokio::time::timeout(Duration::from_millis(1800), ask).await;
    let milliseconds = start.elapsed().as_millis();
    match answer {
        Ok(Ok(())) => json!({ "status": "ok", "milliseconds": milliseconds }),
        Ok(Err(reason)) => json!({ "status": "away", "reason": reason }),
        Err(_) => json!({ "status": "away", "reason": format!("no answer within {milliseconds} ms") }),
    }
}

pub async fn live() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}
