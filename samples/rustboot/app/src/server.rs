//! The service: routes, and a stop that lets requests end.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router, middleware};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tracing::info;

use crate::cache::Cache;
use crate::config::{Config, Error};
use crate::database::Database;
use crate::metrics::{self, Metrics};
use crate::{health, limit, observe, users};

/// What every request may use.
#[derive(Clone)]
pub struct App {
    pub config: Arc<Config>,
    pub database: Database,
    pub cache: Cache,
    pub metrics: Metrics,
}

impl App {
    pub async fn new(config: Config) -> Result<Self, Error> {
        Ok(Self {
            database: Database::new(&config)?,
            cache: Cache::connect(&config).await?,
            metrics: Metrics::default(),
            config: Arc::new(config),
        })
    }
}

pub fn router(app: App) -> Router {
    let api = Router::new()
        .route("/api/users", post(users::create).get(users::list))
        .route("/api/users/{id}", get(users::show))
        .layer(middleware::from_fn_with_state(app.clone(), limit::limit));
    Router::new()
        .merge(api)
        .route("/health", get(health::ready))
        .route("/health/live", get(health::live))
        .route("/metrics", get(metrics::show))
        .fallback(|| async { problem(StatusCode::NOT_FOUND, "there is nothing here") })
        .layer(middleware::from_fn_with_state(app.clone(), observe::observe))
        .with_state(app)
}

pub async fn serve(config: Config) -> Result<(), Error> {
    let address = SocketAddr::from((Ipv4Addr::UNSPECIFIED, config.settings.server.port));
    let (version, environment) = (config.version.clone(), config.environment.clone());
    let app = App::new(config).await?;
    let listener = TcpListener::bind(address).await?;
    info!(%address, version, environment, "started");
    axum::serve(listener, router(app)).with_graceful_shutdown(stop()).await?;
    info!("stopped");
    Ok(())
}

async fn stop() {
    let wait = async |kind| match signal(kind) {
        Ok(mut signals) => {
            signals.recv().await;
        }
        Err(_) => std::future::pending().await,
    };
    tokio::select! {
        () = wait(SignalKind::terminate()) => {}
        () = wait(SignalKind::interrupt()) => {}
    }
}

/// An error as clients get it.
pub fn problem(status: StatusCode, detail: &str) -> (StatusCode, Json<Value>) {
    (status, Json(json!({ "status": status.as_u16(), "detail": detail })))
}
